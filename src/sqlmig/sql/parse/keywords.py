"""PostgreSQL 18's keywords that cannot stand everywhere as a name; all others are names like any word."""

from __future__ import annotations

from typing import Final

# As lists in one string they can be compared with the server's pg_get_keywords() at a glance.
RESERVED: Final = frozenset(
    """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign from grant group having in initially intersect into
    lateral leading limit localtime localtimestamp not null offset on only or order placing primary references
    returning select session_user some symmetric system_user table then to trailing true union unique user using
    variadic when where window with
    """.split()  # noqa: SIM905
)
"""Never a name, but behind a dot or AS."""

COLUMN_NAMES: Final = frozenset(
    """
    between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout
    int integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query
    json_scalar json_serialize json_table json_value least merge_action national nchar none normalize nullif
    numeric out overlay position precision real row setof smallint substring time timestamp treat trim values
    varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
    xmlserialize xmltable
    """.split()  # noqa: SIM905
)
"""May name columns, tables and the like, but no function and no type."""

FUNCTION_NAMES: Final = frozenset(
    """
    authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left
    like natural notnull outer overlaps right similar tablesample verbose
    """.split()  # noqa: SIM905
)
"""May name functions and types, but no column and no table."""

NOT_A_COLUMN: Final = RESERVED | FUNCTION_NAMES
NOT_A_FUNCTION: Final = RESERVED | COLUMN_NAMES

"""Types as people write them."""

from __future__ import annotations

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.identifiers import quote_ident

_SPELLED = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "char",
}


def type_text(type_name: TypeName) -> str:
    """A type for a message, and to paste: `varchar(50)`, `bigint[]`, `app.stage`."""
    name = _SPELLED.get(type_name.name, type_name.name) if type_name.schema in (None, "pg_catalog") else ""
    if not name:
        name = f"{quote_ident(type_name.schema or '')}.{quote_ident(type_name.name)}"
    modifiers = f"({', '.join(type_name.modifiers)})" if type_name.modifiers else ""
    return f"{name}{modifiers}{'[]' * type_name.dimensions}"

"""What the catalog says of a statement that ran outside of a transaction: done, not done, or left half way."""

from __future__ import annotations

from enum import Enum

from sqlmig.db.composing import compose
from sqlmig.db.session import Session
from sqlmig.sql.leftovers import (
    EnumLabelAdded,
    IndexBuilt,
    IndexDropped,
    IndexRebuilt,
    Leftover,
    PartitionDetached,
    Rerunnable,
)


class Found(Enum):
    """What became of a statement."""

    NOTHING = "nothing"
    """Nothing of it is there: it may run."""
    HALF = "half"
    """It died half way, and left something behind."""
    DONE = "done"
    UNKNOWN = "unknown"
    """The catalog does not tell."""


def probe(session: Session, leftover: Leftover | None, schema: str) -> Found:
    """Looks what became of a statement.

    Args:
        session: outside of a transaction, with the step's search path.
        leftover: what the statement leaves; None when that is not known.
        schema: the target's, where names without a schema live.
    """
    match leftover:
        case IndexBuilt(schema=named, name=str(name)):
            valid = session.value(_INDEX, {"schema": named or schema, "name": name})
            return Found.NOTHING if valid is None else Found.DONE if valid else Found.HALF
        case IndexDropped(schema=named, name=name):
            there = session.value(_INDEX_ON_PATH, {"schema": named, "name": name})
            return Found.DONE if there is None else Found.NOTHING
        case IndexRebuilt():
            return Found.HALF if _rebuild_leftovers(session, leftover, schema) else Found.NOTHING
        case EnumLabelAdded(type_schema=named, type=name, label=label):
            there = session.value(_LABEL, {"schema": named or schema, "name": name, "label": label})
            return Found.DONE if there else Found.NOTHING
        case PartitionDetached():
            pending = session.value(_PARTITION, _partition(leftover, schema))
            return Found.DONE if pending is None else Found.HALF if pending else Found.NOTHING
        case Rerunnable():
            return Found.NOTHING
    return Found.UNKNOWN


def clean(session: Session, leftover: Leftover | None, schema: str) -> Found:
    """Takes away what a statement of ours left half way; what is there afterwards."""
    match leftover:
        case IndexBuilt(schema=named, name=str(name)) if probe(session, leftover, schema) is Found.HALF:
            _drop_index(session, named or schema, name)
        case IndexRebuilt():
            for index_schema, index in _rebuild_leftovers(session, leftover, schema):
                _drop_index(session, index_schema, index)
        case PartitionDetached() if probe(session, leftover, schema) is Found.HALF:
            message = compose(
                "ALTER TABLE {schema}.{parent} DETACH PARTITION {child_schema}.{child} FINALIZE",
                **_partition(leftover, schema),
            )
            session.run(message)
            return Found.DONE
        case _:
            pass
    return Found.NOTHING


def _drop_index(session: Session, schema: str, name: str) -> None:
    session.run(compose("DROP INDEX CONCURRENTLY IF EXISTS {schema}.{name}", schema=schema, name=name))


def _partition(leftover: PartitionDetached, schema: str) -> dict[str, str]:
    return {
        "schema": leftover.parent_schema or schema,
        "parent": leftover.parent,
        "child_schema": leftover.child_schema or schema,
        "child": leftover.child,
    }


def _rebuild_leftovers(session: Session, leftover: IndexRebuilt, schema: str) -> list[tuple[str, str]]:
    parameters = {"kind": leftover.kind, "schema": leftover.schema or schema, "name": leftover.name}
    return [(row[0], row[1]) for row in session.rows(_REBUILT, parameters)]


_INDEX = """
SELECT i.indisvalid AND i.indisready AND i.indislive
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(name)s"""

# What is dropped by a name without a schema is looked for along the search path.
_INDEX_ON_PATH = """
SELECT true
FROM pg_catalog.pg_index i
WHERE i.indexrelid = pg_catalog.to_regclass(coalesce(quote_ident(%(schema)s) || '.', '') || quote_ident(%(name)s))"""

_LABEL = """
SELECT true
FROM pg_catalog.pg_enum e
JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = %(schema)s AND t.typname = %(name)s AND e.enumlabel = %(label)s"""

_PARTITION = """
SELECT i.inhdetachpending
FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
WHERE pn.nspname = %(schema)s AND p.relname = %(parent)s AND cn.nspname = %(child_schema)s AND c.relname = %(child)s"""

# REINDEX CONCURRENTLY names what it builds x_ccnew and what it replaces x_ccold, with a number when the name is taken;
# a name that would be too long is cut in front of that. Of a table it does the same with its TOAST table's index.
_REBUILT = """
SELECT n.nspname, c.relname
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
LEFT JOIN LATERAL (
    SELECT o.relname, s.nspname
    FROM pg_catalog.pg_class o
    JOIN pg_catalog.pg_namespace s ON s.oid = o.relnamespace
    WHERE n.nspname = 'pg_toast' AND o.reltoastrelid = t.oid
) AS toasted ON true
WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
  AND CASE %(kind)s
      WHEN 'database' THEN true
      WHEN 'schema' THEN coalesce(toasted.nspname, n.nspname) = %(name)s
      WHEN 'table' THEN coalesce(toasted.nspname, n.nspname) = %(schema)s
           AND coalesce(toasted.relname, t.relname) = %(name)s
      ELSE n.nspname = %(schema)s
           AND starts_with(%(name)s::text, regexp_replace(c.relname, '_cc(new|old)[0-9]*$', ''))
           AND (octet_length(c.relname) >= 60 OR regexp_replace(c.relname, '_cc(new|old)[0-9]*$', '') = %(name)s)
  END
ORDER BY 1, 2"""

"""What stands in a schema, as lines of text that are equal when two schemas are: catalog and rows, its name taken out.

Object ids, the order in which things were made, and where sequences stand are left out: a transaction that was rolled
back uses up numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from psycopg import sql

from sessions import Connection

Lines = frozenset[str]

PLACEHOLDER = "{schema}"


def lines_of(connection: Connection, schemas: Iterable[str]) -> dict[str, Lines]:
    """The lines of each schema; one that is not there has none."""
    wanted = list(schemas)
    found: dict[str, set[str]] = {schema: set() for schema in wanted}
    with connection.transaction():
        # With nothing in the path, every name that the server prints has its schema.
        connection.execute("SET LOCAL search_path = ''")
        for schema, line in connection.execute(_CATALOG.encode(), {"schemas": wanted}):
            found[schema].add(line.replace(schema, PLACEHOLDER))
        for schema, table in connection.execute(_TABLES, {"schemas": wanted}).fetchall():
            rows = sql.SQL("SELECT pg_catalog.to_jsonb(t)::text FROM {} t").format(sql.Identifier(schema, table))
            found[schema] |= {
                f"row of {table}: {row}".replace(schema, PLACEHOLDER) for (row,) in connection.execute(rows)
            }
    return {schema: frozenset(lines) for schema, lines in found.items()}


_TABLES = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(%(schemas)s) AND c.relkind = 'r'"""

_CATALOG = Path(__file__).with_suffix(".sql").read_text()

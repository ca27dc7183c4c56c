"""Names in a shared track without their schema."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.unqualified import bare_names
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Operation


@rule(Operation, severity=Severity.WARNING, pack=Pack.STRICT)
def require_schema_qualified(operation: Operation, context: Context) -> Iterator[Flag]:
    """In a migration of a shared track, a table that is known, but written without its schema.

    Effect: whoever reads the migration has to know the track's search_path to tell which table is meant, and a table
    of the same name in a schema further in front would be taken for it.

    Instead: write the schema in front of it.

    Unless: it is a tenant track: there the schema is each tenant's own, and has to be left out. Names that nothing is
    known by are what unqualified-in-shared is about.
    """
    for name in bare_names(operation, context):
        if context.before.relation(name) is not None:
            full = context.before.resolve(name)
            yield Flag(
                f"Only search_path tells that {quote_ident(name.name)} is {full}.", "Write:", str(full), at=name.at
            )

"""Schemas that go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlmig.lint.breaking import goes_along, is_spared, removal
from sqlmig.lint.context import Context
from sqlmig.lint.differences import dropping
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import DropSchema
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name


@rule(DropSchema)
def drop_schema(operation: DropSchema, context: Context) -> Iterator[Flag]:
    """DROP SCHEMA of a schema that was there before this migration.

    Effect: with CASCADE everything in it goes, rows included, and whatever depends on that; without, the server refuses
    it unless the schema is empty. Code that names the schema fails.

    Instead: drop what is in it by name, each where nobody uses it any more, and the empty schema last, in a migration
    that says `-- sqlmig: phase contract`. There it is an info, and with CASCADE a warning.

    Unless: the schema is made by the same migration (in a down file: by its up file).
    """
    if is_spared(context.before.object(Kind.SCHEMA, Name(None, operation.schema)), context):
        return
    name = quote_ident(operation.schema)
    tables = sorted(quote_ident(table.name) for table in context.before.tables if table.schema == operation.schema)
    if operation.cascade:
        known = f" ({listed(tables)}, as far as the migrations show)" if tables else ""
        message = (
            f"All that is in schema {name} is gone for good{known}, and what depends on it elsewhere goes with it."
        )
    elif tables:
        message = f"The server refuses this as long as {listed(tables)} {_are(tables)} in schema {name}."
    else:
        message = f"Code that names schema {name} fails from now on."
    if operation.schema == context.file.schema:
        message += " It is the schema that this migration runs in."
    if operation.schema == context.settings.history_schema:
        message += " It holds sqlmig's own history."
    flag = removal(context, message, f"DROP SCHEMA {name}", still=message)
    inside = [found for found in goes_along(context) if found.kind is not Kind.SCHEMA]
    if inside and flag.sql:
        flag = replace(
            flag,
            instead="Drop by name what is in it, each where no code uses it any more; the empty schema comes last:",
            sql=f"-- sqlmig: phase contract\n{dropping(inside, context.file)}\nDROP SCHEMA {name};",
        )
    if operation.cascade and flag.severity is not None:
        flag = replace(flag, severity=Severity.WARNING)
    yield flag


def _are(tables: list[str]) -> str:
    return "are" if len(tables) > 1 else "is"

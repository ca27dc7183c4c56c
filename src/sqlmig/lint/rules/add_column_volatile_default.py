"""Columns whose default is another for each row."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import AddColumn
from sqlmig.sql.schema.texts import type_text


@rule(AddColumn)
def add_column_volatile_default(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN with a default that has to be computed for each row: random(), gen_random_uuid(), clock_timestamp().

    Effect: an ACCESS EXCLUSIVE lock on the table while it and all its indexes are written anew. Nobody can read or
    write it until that is done.

    Instead: add the column without a default, set the default for new rows, and fill the old rows in batches.

    Unless: the table is made by the same migration. now() and CURRENT_TIMESTAMP are the same for all rows of a
    transaction, and harmless.
    """
    default = operation.column.default
    resolved = context.before.resolve(operation.table)
    if default is None or operation.column.type is None or operation.column.type.serial:
        return
    if context.is_new(operation.table) or resolved not in context.effect.rewrites:
        return
    table, column = context.shown(operation.table), quote_ident(operation.column.name)
    functions = [str(call.name) for call in calls(default)]
    known = f"{functions[0]}() gives each row another value" if functions else "The default differs from row to row"
    if not context.effect.certain:
        known = f"Nothing here says that {functions[0] if functions else 'the default'}() is not volatile"
    yield Flag(
        f"{known}: {table} is written anew, while nobody can read or write it.",
        "Add the column empty, give new rows the default, and fill the old ones in batches:",
        f"ALTER TABLE {table} ADD COLUMN {column} {type_text(operation.column.type)};\n"
        f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default.text};\n"
        f"-- then, in batches, each a transaction:\n"
        f"UPDATE {table} SET {column} = {default.text} WHERE {column} IS NULL AND <the next 1000 keys>;",
        severity=context.severity(),
    )

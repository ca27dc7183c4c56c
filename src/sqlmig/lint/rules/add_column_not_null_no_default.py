"""Columns that no old row can have."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import NotNull
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import AddColumn


@rule(AddColumn)
def add_column_not_null_no_default(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN ... NOT NULL without a default, on a table that was there before this migration.

    Effect: the server refuses it as soon as the table has a row. On an empty table it passes, and then every INSERT of
    code that does not know the column yet fails.

    Instead: give it a default, which takes a moment; or add it nullable, fill it, and set NOT NULL later.

    Unless: the table is made by the same migration, or the column gets its value by itself (identity, serial,
    generated).
    """
    column = operation.column
    by_itself = (
        column.identity is not None or column.generated is not None or (column.type is not None and column.type.serial)
    )
    not_null = column.not_null or any(isinstance(each, NotNull) and not each.not_valid for each in column.constraints)
    if not not_null or by_itself or context.is_new(operation.table):
        return
    if column.default is not None and column.default.text.lower() != "null":
        return
    table, name = context.shown(operation.table), quote_ident(column.name)
    yield Flag(
        f"It fails where {table} has rows, and where it is empty, INSERTs of code that does not know {name} fail.",
        "Add it without NOT NULL, fill it, and set it NOT NULL then (see set-not-null); or give it a default:",
        context.rewritten("NOT NULL", "NOT NULL DEFAULT <value>"),
    )

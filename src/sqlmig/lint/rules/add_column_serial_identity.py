"""Columns that number their rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident, quote_literal, truncate
from sqlmig.sql.operations.tables import AddColumn


@rule(AddColumn)
def add_column_serial_identity(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN of a serial type, or GENERATED ... AS IDENTITY, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table while it is written anew with a number in each row. Nobody can read or
    write it until that is done.

    Instead: add a plain column with a sequence as its default, and number the old rows in batches.

    Unless: the table is made by the same migration.
    """
    column = operation.column
    serial = column.type is not None and column.type.serial
    if not (serial or column.identity is not None) or context.is_new(operation.table):
        return
    table, name = context.shown(operation.table), quote_ident(column.name)
    sequence = quote_ident(truncate(f"{operation.table.name}_{column.name}_seq"))
    number = f"nextval({quote_literal(sequence)})"
    yield Flag(
        f"Every row of {table} gets a number: it is written anew, while nobody can read or write it.",
        "Add the column empty, let a sequence number new rows from now on, and number the old ones in batches:",
        f"ALTER TABLE {table} ADD COLUMN {name} bigint;\n"
        f"CREATE SEQUENCE {sequence} OWNED BY {table}.{name};\n"
        f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {number};\n"
        "-- then, in batches, each a transaction:\n"
        f"UPDATE {table} SET {name} = {number} WHERE {name} IS NULL AND <the next 1000 keys>;",
        severity=context.severity(),
    )

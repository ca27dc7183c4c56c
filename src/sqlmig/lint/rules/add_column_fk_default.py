"""Columns that bring a default and a foreign key with them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import column_alone, foreign_key
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.operations.tables import AddColumn


@rule(AddColumn, severity=Severity.WARNING)
def add_column_fk_default(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN ... DEFAULT ... REFERENCES ..., on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table, and a SHARE ROW EXCLUSIVE lock on the other. Every row now refers to
    something, so every row is looked up under those locks.

    Instead: add the column with its default first, the foreign key with NOT VALID then, and validate it in the next
    migration.

    Unless: the table is made by the same migration, or the default is NULL.
    """
    column = operation.column
    if column.default is None or context.is_new(operation.table) or column.default.text.lower() == "null":
        return
    table = context.shown(operation.table)
    for key in column.constraints:
        if isinstance(key, ForeignKey) and key.enforced:
            other = context.shown(key.references)
            name = quote_ident(key.name or truncate(f"{operation.table.name}_{column.name}_fkey"))
            yield Flag(
                f"Every row of {table} is looked up in {other}; meanwhile nobody can read or write {table}, or write"
                f" {other}.",
                "Add the column without REFERENCES, and the foreign key by itself:",
                f"ALTER TABLE {table} ADD COLUMN {column_alone(column)};\n"
                f"ALTER TABLE {table} ADD CONSTRAINT {name} {foreign_key(key, context)} NOT VALID;\n"
                f"-- in the next migration:\nALTER TABLE {table} VALIDATE CONSTRAINT {name};",
                at=key.at,
                severity=context.severity(),
            )

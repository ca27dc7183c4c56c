"""Remedies that several rules propose: statements ready to paste, with the user's own names in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.lint.context import Context
from sqlmig.lint.values import Edit, Fix
from sqlmig.sql.identifiers import quote_ident, truncate

OFF = "-- sqlmig: transaction off"


def columns(names: Sequence[str]) -> str:
    """A list of columns in parentheses."""
    return f"({', '.join(map(quote_ident, names))})"


def added_in_two(table: str, name: str, definition: str) -> str:
    """A constraint added without a look at the rows, and validated by the next migration."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {quote_ident(name)} {definition} NOT VALID;\n"
        "-- in the next migration:\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote_ident(name)};"
    )


def not_null_in_steps(table: str, column: str, postgres: int) -> str:
    """NOT NULL for a column of a table in use, each step a migration."""
    name = truncate(f"{column}_not_null")
    if postgres >= 18:
        return added_in_two(table, name, f"NOT NULL {quote_ident(column)}")
    return (
        added_in_two(table, name, f"CHECK ({quote_ident(column)} IS NOT NULL)")
        + "\n-- in the one after that:\n"
        + f"ALTER TABLE {table} ALTER COLUMN {quote_ident(column)} SET NOT NULL;\n"
        + f"ALTER TABLE {table} DROP CONSTRAINT {quote_ident(name)};"
    )


def key_by_index(table: str, name: str, names: Sequence[str], *, primary: bool) -> str:
    """A unique or primary key whose index is built while the table stays in use."""
    kind = "PRIMARY KEY" if primary else "UNIQUE"
    return (
        f"{OFF}\n"
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote_ident(name)} ON {table} {columns(names)};\n"
        "-- in the next migration:\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {quote_ident(name)} {kind} USING INDEX {quote_ident(name)};"
    )


def not_valid(context: Context) -> Fix | None:
    """NOT VALID at the end of a statement that does nothing else; None where it does more."""
    statement = context.occurrence.statement
    if statement is not context.occurrence.outer or context.actions > 1:
        return None
    return Fix("add NOT VALID", (Edit(statement.end, statement.end, " NOT VALID"),))


def concurrently(context: Context, word: str) -> Fix | None:
    """Put CONCURRENTLY behind a word of the statement, and the file out of its transaction.

    None where the file has other statements: they would lose their transaction with it.
    """
    here = context.occurrence
    if len(context.file.statements) != 1 or here.statement is not here.outer:
        return None
    at = next((token.end for token in here.statement.tokens if token.word == word), None)
    if at is None:
        return None
    edits = (Edit(at, at, " CONCURRENTLY"),)
    if not context.file.transaction:
        return Fix("add CONCURRENTLY", edits)
    return Fix("add CONCURRENTLY, outside of a transaction", (Edit(0, 0, f"{OFF}\n"), *edits))

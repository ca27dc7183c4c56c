"""Enums."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.types import CreateEnum


@rule(CreateEnum, severity=Severity.INFO, pack=Pack.STYLE)
def enum_type(operation: CreateEnum, context: Context) -> Iterator[Flag]:
    """CREATE TYPE ... AS ENUM.

    Effect: a label can be added, but never taken away or moved; and one that is added cannot be used in the same
    transaction.

    Instead: text with a CHECK, or a table of the values and a foreign key to it.
    """
    if is_down(context.file):
        return
    name, labels = operation.type, ", ".join(map(quote_literal, operation.labels))
    column = quote_ident(name.name)
    yield Flag(
        f"No label of {name} can be taken away again without a new type and a rewrite of every table that uses it.",
        "Use text, and put a CHECK on the column:",
        f"{column} text CHECK ({column} IN ({labels}))" if labels else "",
    )

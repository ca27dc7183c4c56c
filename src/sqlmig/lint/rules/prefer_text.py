"""Lengths in types."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import NewColumn, new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.texts import type_text


@file_rule(severity=Severity.WARNING, pack=Pack.STYLE)
def prefer_text(file: FileContext) -> Iterator[Flag]:
    """A column of a new table that is varchar(n) or char(n).

    Effect: PostgreSQL stores them as it does text, and no faster. To lower the limit writes or reads the whole table
    while nobody can use it; char(n) pads its values with blanks and compares without them.

    Instead: text, and where a limit is wanted a CHECK, which can be replaced while the table stays in use.
    """
    for added in new_columns(file):
        kind = added.column.type
        if kind is None or not (kind.builtin == "bpchar" or (kind.builtin == "varchar" and kind.modifiers)):
            continue
        if kind.builtin == "bpchar":
            message = f"{added.words} is {type_text(kind)}: its values are padded with blanks."
        else:
            message = (
                f"{added.words} is {type_text(kind)}: lowering the limit later blocks reads and writes of the table."
            )
        yield Flag(message, "Make it text, with a CHECK if the limit matters:", _remedy(added), at=added.written.at)


def _remedy(added: NewColumn) -> str:
    name = quote_ident(added.column.name)
    length = added.column.type.modifiers[0] if added.column.type is not None and added.column.type.modifiers else ""
    return f"{name} text CHECK (length({name}) <= {length})" if length else f"{name} text"

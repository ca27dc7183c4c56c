"""serial."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.texts import type_text


@file_rule(severity=Severity.WARNING, pack=Pack.STYLE)
def prefer_identity(file: FileContext) -> Iterator[Flag]:
    """A column of a new table that is serial, bigserial or smallserial.

    Effect: the sequence is an object beside the table: whoever inserts needs USAGE on it, and an INSERT that brings
    its own number is taken without a word and collides with the sequence later.

    Instead: an identity column. ALWAYS refuses numbers that INSERT brings, BY DEFAULT takes them as serial does.
    """
    for added in new_columns(file):
        kind = added.written.type
        if kind is not None and kind.serial and added.column.type is not None:
            yield Flag(
                f"{added.words} takes whatever number an INSERT brings, and whoever inserts needs USAGE on its"
                " sequence, too.",
                "Make it an identity column:",
                f"{quote_ident(added.column.name)} {type_text(added.column.type)} GENERATED ALWAYS AS IDENTITY",
                at=added.written.at,
            )

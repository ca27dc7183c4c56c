"""Points in time without a time zone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident


@file_rule(severity=Severity.WARNING, pack=Pack.STYLE)
def prefer_timestamptz(file: FileContext) -> Iterator[Flag]:
    """A column of a new table that is timestamp, without a time zone.

    Effect: now() written into it becomes the local time of the session, so that what is stored depends on each
    session's TimeZone, and nobody can tell afterwards which it was.

    Instead: timestamptz, which stores a point in time in the same eight bytes.

    Unless: it is the time on somebody's clock that counts, wherever that is.
    """
    for added in new_columns(file):
        kind = added.column.type
        if kind is not None and kind.builtin == "timestamp":
            precision = f"({kind.modifiers[0]})" if kind.modifiers else ""
            yield Flag(
                f"What now() leaves in {added.words} depends on the TimeZone of the session that writes it.",
                "Make it timestamptz:",
                f"{quote_ident(added.column.name)} timestamptz{precision}",
                at=added.written.at,
            )

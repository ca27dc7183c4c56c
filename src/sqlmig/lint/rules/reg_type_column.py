"""Columns that hold object identifiers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident

_NOT_KEPT = frozenset(
    {
        "regcollation",
        "regconfig",
        "regdictionary",
        "regnamespace",
        "regoper",
        "regoperator",
        "regproc",
        "regprocedure",
    }
)


@file_rule(severity=Severity.INFO, pack=Pack.STYLE)
def reg_type_column(file: FileContext) -> Iterator[Flag]:
    """A column of a new table of type regproc, regprocedure, regoper, regoperator, regconfig, regdictionary, and so on.

    Effect: the column holds a number that is another one in a new cluster: pg_upgrade refuses the whole database.

    Instead: text, cast where it is used.

    Unless: the type is regclass, regtype or regrole, whose numbers pg_upgrade keeps.
    """
    for added in new_columns(file):
        kind = added.column.type
        if kind is not None and kind.schema in (None, "pg_catalog") and kind.name in _NOT_KEPT:
            array = "[]" * kind.dimensions
            yield Flag(
                f"As long as {added.words} is {kind.name}{array}, pg_upgrade refuses the whole cluster.",
                f"Make it text, and cast it to {kind.name} where it is used:",
                f"{quote_ident(added.column.name)} text{array}",
                at=added.written.at,
            )

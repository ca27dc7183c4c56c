"""Primary keys of many columns."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import new_tables
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity

MOST = 3


@file_rule(severity=Severity.INFO, pack=Pack.STYLE)
def wide_primary_key(file: FileContext) -> Iterator[Flag]:
    """A new table whose primary key has more than three columns, the tenant column not counted.

    Effect: each table that refers to it needs all of these columns, and an index on them.

    Instead: a key of one column, and a unique constraint on the others.
    """
    for table, created in new_tables(file):
        key = table.primary_key
        count = len([*filter(lambda column: column != file.settings.tenant_column, key.columns)]) if key else 0
        if count > MOST:
            yield Flag(
                f"A table that refers to {created.shown(table.name)} needs {count} columns for it.",
                "Give it a key of one column, and make these a unique constraint.",
                at=created.occurrence.operation.at,
            )

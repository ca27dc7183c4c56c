"""Indexes with many columns."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, severity=Severity.INFO, pack=Pack.STYLE)
def wide_index(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """An index of more columns than `lint.max_index_columns`, 3 unless it is configured.

    Effect: the columns at the end narrow a search only where all before them are compared with `=`; what they always
    cost is room, and that more UPDATEs have to touch the index.

    Instead: the columns that select; what queries only return goes into INCLUDE.

    Unless: the index is unique, or no B-tree, or on a temporary table.
    """
    count, most = len(operation.elements), context.settings.lint.max_index_columns
    btree = operation.method in (None, "btree")
    if count <= most or operation.unique or not btree or is_down(context.file):
        return
    name = context.before.resolve(operation.table)
    if name.schema != "pg_temp":
        yield Flag(
            f"This index of {context.shown(operation.table)} has {count} columns; at most {most} are wanted.",
            "Keep the columns that select, and move those that queries only return behind INCLUDE.",
        )

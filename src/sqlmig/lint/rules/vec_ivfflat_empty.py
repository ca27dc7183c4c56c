"""ivfflat indexes on nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.operations.rows import Copy, Insert, Merge, Update
from sqlmig.sql.operations.tables import CreateTableAs


@rule(CreateIndex, pack=Pack.PGVECTOR)
def vec_ivfflat_empty(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """An ivfflat index on a table or a column that the same migration makes, before there is anything in it.

    Effect: ivfflat takes the centres of its lists from the rows that it finds, and never looks for better ones. Built
    on nothing, it misses most of the nearest rows.

    Instead: build it when the table is filled, or use hnsw, which needs no rows to begin with.

    Unless: the migration fills the table first.
    """
    if operation.method != "ivfflat":
        return
    resolved = context.before.resolve(operation.table)
    table = context.before.tables.get(resolved)
    columns = [table.column(element.column) for element in operation.elements if table is not None and element.column]
    fresh = any(column is not None and context.made_here(column.made_by) for column in columns)
    if not (context.is_new(operation.table) or fresh) or _is_filled(operation, context):
        return
    name = context.shown(operation.table)
    hnsw = context.rewritten("ivfflat", "hnsw")
    plain = not operation.options and all(element.opclass is not None for element in operation.elements)
    yield Flag(
        f"{name} holds nothing to index yet, and ivfflat keeps the lists that it makes now: queries will miss most of"
        " the nearest rows.",
        "Build it in a later migration, when the table is filled; or use hnsw" + (":" if plain else "."),
        hnsw if plain else "",
    )


def _is_filled(index: CreateIndex, context: Context) -> bool:
    """Whether something that ran before in the file writes rows of the table."""
    resolved = context.before.resolve(index.table)
    for occurrence in context.whole.running(Insert, Update, Merge, Copy, CreateTableAs):
        operation = occurrence.operation
        if occurrence is context.occurrence or operation.at > index.at:
            break
        assert isinstance(operation, Insert | Update | Merge | Copy | CreateTableAs)  # noqa: S101  what was asked for
        if operation.table is not None and occurrence.before.resolve(operation.table) == resolved:
            return True
    return False

"""Unique indexes on vectors."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.lint.vectors import is_vector_index
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, pack=Pack.PGVECTOR)
def vec_unique(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE UNIQUE INDEX with hnsw or ivfflat.

    Effect: the server refuses it.

    Instead: an index that is not unique; to keep equal vectors out, a unique B-tree index on a hash of them.
    """
    if operation.unique and is_vector_index(operation):
        yield Flag(
            f"The server refuses this: {operation.method} has no unique indexes.",
            "Take UNIQUE out:",
            context.rewritten("UNIQUE INDEX", "INDEX"),
        )

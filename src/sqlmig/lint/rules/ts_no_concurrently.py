"""Indexes on hypertables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import hypertable
from sqlmig.lint.remedies import OFF
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, pack=Pack.TIMESCALE)
def ts_no_concurrently(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE INDEX CONCURRENTLY on a hypertable.

    Effect: TimescaleDB refuses it.

    Instead: `WITH (timescaledb.transaction_per_chunk)`, outside of a transaction, which locks one chunk at a time; not
    for a unique index, which blocks writes to the whole table until it is built.
    """
    if not operation.concurrently or hypertable(operation.table, context.before) is None:
        return
    message = f"{context.shown(operation.table)} is a hypertable; TimescaleDB cannot build an index on it concurrently."
    if operation.unique:
        yield Flag(message, "Build it without CONCURRENTLY, at a time when writes can wait.")
        return
    built = context.rewritten("INDEX CONCURRENTLY", "INDEX").removesuffix(";")
    plain = operation.where is None and not operation.options and operation.tablespace is None
    sql = f"{OFF}\n{built} WITH (timescaledb.transaction_per_chunk);" if plain else ""
    yield Flag(message, "Build it with timescaledb.transaction_per_chunk, one chunk at a time:", sql)

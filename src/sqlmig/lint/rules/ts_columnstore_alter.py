"""Changes of compressed hypertables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import hypertable
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.sql.definitions import Check, Column, NotNull
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import AddColumn, AlterColumnType, AlterTable, DropColumn
from sqlmig.sql.schema.tables import Hypertable


@rule(AddColumn, AlterColumnType, DropColumn, pack=Pack.TIMESCALE)
def ts_columnstore_alter(operation: AlterTable, context: Context) -> Iterator[Flag]:
    """A change of a hypertable with the columnstore (compression) on, that compressed chunks do not allow.

    These are: another type for a column; a new column that is NOT NULL without a default, or has an identity or a
    constraint; dropping a column that chunks are segmented or ordered by.

    Effect: TimescaleDB refuses it.

    Instead: add a plain column, or decompress the chunks first.
    """
    known = hypertable(operation.table, context.before)
    if known is None or not known.columnstore or context.is_new(operation.table):
        return
    name = context.shown(operation.table)
    match operation:
        case AlterColumnType(column=column):
            yield Flag(
                f"TimescaleDB refuses this as long as one chunk of {name} is compressed.",
                f"Add a column of the new type beside {quote_ident(column)}, or decompress all chunks first.",
            )
        case AddColumn(column=column) if (reason := _refused(column)) is not None:
            yield Flag(
                f"TimescaleDB refuses a new column of {name} that has {reason}: its columnstore is on.",
                "Add the column without it.",
            )
        case DropColumn(column=column) if column in (*known.segment_by, *_ordered_by(known)):
            yield Flag(
                f"TimescaleDB refuses this: the compressed chunks of {name} are laid out by {quote_ident(column)}.",
                "Decompress all chunks and switch the columnstore off first.",
            )
        case _:
            return


def _refused(column: Column) -> str | None:
    """What a compressed table cannot get with a new column."""
    if column.identity is not None or (column.type is not None and column.type.serial):
        return "a sequence"
    if column.not_null and column.default is None:
        return "NOT NULL and no default"
    if any(not isinstance(constraint, Check | NotNull) for constraint in column.constraints):
        return "a key"
    return "a CHECK" if any(isinstance(constraint, Check) for constraint in column.constraints) else None


def _ordered_by(known: Hypertable) -> list[str]:
    return [re.split(r"\s", part.strip())[0].strip('"') for part in (known.order_by or "").split(",")]

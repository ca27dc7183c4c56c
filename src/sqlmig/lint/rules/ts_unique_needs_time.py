"""Unique indexes of hypertables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.remedies import columns
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Index


@file_rule(pack=Pack.TIMESCALE)
def ts_unique_needs_time(file: FileContext) -> Iterator[Flag]:
    """A primary key, a unique constraint or a unique index of a hypertable that leaves its time column out.

    Effect: TimescaleDB refuses it: it can check only within a chunk.

    Instead: put the time column into the key, and every other column that the hypertable is partitioned by.
    """
    hypertables = [table for table in file.changed_tables if table.hypertable is not None]
    on_them = (index for table in hypertables for index in file.end.indexes_on(table.name))
    for index in {index.name: index for index in (*file.changed_indexes, *on_them)}.values():
        table = file.end.tables.get(index.table)
        known = table.hypertable if table is not None else None
        if known is None or known.time_column is None or not index.unique or known.time_column in index.columns:
            continue
        made_by = next((made for made in (index.made_by, known.made_by) if made_here(made, file)), None)
        if made_by is not None:
            name, time = shown(index.table, file), quote_ident(known.time_column)
            yield Flag(
                f"TimescaleDB refuses {quote_ident(index.name.name)}: {name} is partitioned by {time}, and every unique"
                " index has to have it.",
                f"Put {time} into it:",
                _remedy(index, known.time_column, file),
                at=made_by.at,
            )


def _remedy(index: Index, time: str, file: FileContext) -> str:
    plain = [column for column in index.columns if column is not None]
    if len(plain) < len(index.columns) or index.where is not None:
        return ""
    wanted = columns([*plain, time])
    if index.constraint is not None:
        return f"{'PRIMARY KEY' if index.primary else 'UNIQUE'} {wanted}"
    return f"CREATE UNIQUE INDEX {quote_ident(index.name.name)} ON {shown(index.table, file)} {wanted};"

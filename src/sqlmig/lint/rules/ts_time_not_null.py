"""The time column of hypertables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import changed_tables, type_shown
from sqlmig.lint.context import FileContext
from sqlmig.lint.hypertables import hypertable
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import DropNotNull


@file_rule(pack=Pack.TIMESCALE)
def ts_time_not_null(file: FileContext) -> Iterator[Flag]:
    """A hypertable whose time column may be NULL, and DROP NOT NULL on one.

    Effect: TimescaleDB refuses DROP NOT NULL. A column that may be NULL is made NOT NULL by create_hypertable, which
    reads every row for it, and fails when one has no time.

    Instead: NOT NULL from the beginning.
    """
    for occurrence in file.running(DropNotNull):
        operation = occurrence.operation
        assert isinstance(operation, DropNotNull)  # noqa: S101  what running() was asked for
        known = hypertable(operation.table, occurrence.before)
        if known is not None and known.time_column == operation.column:
            name = file.context(occurrence).shown(operation.table)
            yield Flag(
                f"TimescaleDB refuses this: {name} is partitioned by {quote_ident(operation.column)}.",
                "Leave it NOT NULL.",
                at=operation.at,
            )
    for table in changed_tables(file):
        known = table.hypertable
        if known is None or known.time_column is None or not made_here(known.made_by, file):
            continue
        if table.not_null(known.time_column) is False:
            column, name = table.column(known.time_column), quote_ident(known.time_column)
            kind = column.type if column is not None else None
            filled = table.name not in file.made
            yield Flag(
                f"{shown(table.name, file)}.{name} may be NULL: TimescaleDB makes it NOT NULL, "
                + ("and fails where a row has no time." if filled else "which this migration does not say."),
                "Say it where the column is made:",
                f"{name} {type_shown(kind, file)} NOT NULL" if kind is not None else f"{name} NOT NULL",
                at=known.made_by.at if known.made_by is not None else None,
                severity=Severity.WARNING if filled else Severity.INFO,
            )

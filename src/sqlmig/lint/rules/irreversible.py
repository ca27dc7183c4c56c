"""Down files that bring back empty what held rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_own, is_spared
from sqlmig.lint.context import FileContext, Occurrence
from sqlmig.lint.rule import pair_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.lint.wholes import PairContext
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.rows import Copy, Insert, Merge, Update
from sqlmig.sql.operations.tables import DropColumn, DropTable
from sqlmig.sql.reader import Name


@pair_rule(severity=Severity.WARNING, pack=Pack.STRICT)
def irreversible(pair: PairContext) -> Iterator[Flag]:
    """A down file that makes a table or a column again whose rows or values the up file dropped.

    Effect: `sqlmig rollback` works, and what was in there is gone: it looks like a way back, and is none.

    Instead: delete the down file, and say in the up file why there is no way back; or keep a copy of the data, and fill
    it in again.

    Unless: the down file writes rows of that table.
    """
    if pair.down is None or pair.irreversible is not None:
        return
    for occurrence in pair.up.running(DropTable, DropColumn):
        lost = _lost(occurrence, pair.up, pair.down)
        if lost is not None:
            yield Flag(
                f"{pair.down.file.path} makes {lost} again, but what was in there is gone.",
                "Delete that file and say at the head of this one why there is no way back; or keep a copy, and fill it"
                " in again:",
                f"-- sqlmig: irreversible what {lost} held is gone",
                at=occurrence.operation.at,
            )


def _lost(occurrence: Occurrence, up: FileContext, down: FileContext) -> str | None:
    """What an operation drops with its data and the down file makes again without; None when that is nothing."""
    operation = occurrence.operation
    assert isinstance(operation, DropTable | DropColumn)  # noqa: S101  what running() was asked for
    context = up.context(occurrence)
    name = occurrence.before.resolve(operation.table)
    table, later = occurrence.before.tables.get(name), down.end.tables.get(name)
    if later is None or (table is not None and is_spared(table, context)) or _is_filled(name, down):
        return None
    shown = context.shown(operation.table)
    if isinstance(operation, DropTable):
        return shown if is_own(later.made_by, down.file) else None
    column = table.column(operation.column) if table is not None else None
    again = later.column(operation.column)
    if again is None or not is_own(again.made_by, down.file) or (column is not None and is_spared(column, context)):
        return None
    computed = column is not None and column.generated is not None
    return None if computed else f"{shown}.{quote_ident(operation.column)}"


def _is_filled(table: Name, down: FileContext) -> bool:
    for occurrence in down.running(Insert, Update, Merge, Copy):
        written = getattr(occurrence.operation, "table", None)
        if isinstance(written, Name) and occurrence.before.resolve(written) == table:
            return True
    return False

"""Copies of what a file destroys: made before it in its transaction, put back behind the file that undoes it.

The work is done by functions in the history's schema, see `queries/tables_undo.sql`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmig.db.composing import filled
from sqlmig.db.context import RunContext
from sqlmig.db.history import statement_text, target_row
from sqlmig.db.session import Session
from sqlmig.plan.values import Step
from sqlmig.project.config.values import Config
from sqlmig.project.durations import milliseconds
from sqlmig.project.model import Direction
from sqlmig.sql.statements import Statement

if TYPE_CHECKING:
    from sqlmig.plan.undoing import CopyWanted


@dataclass(frozen=True, slots=True)
class Keeping:
    """How much is copied, and for how long it is kept."""

    below: int
    """Bytes; a table that has more is not copied. 0: nothing is."""
    seconds: float


@dataclass(frozen=True, slots=True)
class PutBack:
    """What became of one thing that the up file had destroyed."""

    source: str
    destroys: str
    rows: int | None
    """How many rows came back; None when nothing was put back."""
    copy: str | None
    """The table that holds the copy, quoted; None when there is none."""
    reason: str | None
    """Why nothing or not all was put back, or why there is no copy."""

    def __str__(self) -> str:
        kept = f"; the copy is {self.copy}" if self.copy is not None else ""
        if self.rows is None:
            return f"{self.source} ({self.destroys}) did not come back: {self.reason}{kept}"
        back = "1 row is" if self.rows == 1 else f"{self.rows:,} rows are"
        said = f"{back} back in {self.source} ({self.destroys})"
        return said if self.reason is None else f"{said}; {self.reason}{kept}"


def keeping_of(config: Config) -> Keeping:
    """What the configuration says of copies."""
    return Keeping(config.undo.below, milliseconds(config.undo.keep) / 1000)


def is_undoable(step: Step, config: Config) -> bool:
    """Whether something is copied before a step's file, or put back behind it."""
    if not config.undo.below or not _counts(step):
        return False
    return step.direction is Direction.DOWN or bool(copies_of(step))


def statements_before(step: Step, context: RunContext, keeping: Keeping) -> tuple[str, ...]:
    """The statements that make a step's copies: behind the opening of its transaction, before its file.

    They run as the role that writes the history, with all locks held. Empty for most steps.
    """
    if not keeping.below or not _counts(step) or step.direction is not Direction.UP:
        return ()
    text = statement_text("undo_copy", context.history)
    of_step = {**_of(step), "run_id": context.run_id, "below": keeping.below, "keep": keeping.seconds}
    return tuple(filled(text, of_step | _of_copy(one)) for one in copies_of(step))


def statements_behind(step: Step, context: RunContext, keeping: Keeping) -> tuple[str, ...]:
    """The statements that go behind the file of a step with copies: rows that are still there leave the copy."""
    if not statements_before(step, context, keeping):
        return ()
    return (filled(statement_text("undo_settle", context.history), {**_of(step), "run_id": context.run_id}),)


def restore_after(session: Session, step: Step, history_schema: str) -> tuple[PutBack, ...]:
    """Puts back what the up file of a step destroyed; its down file has run in the transaction that is open."""
    if not _counts(step) or step.direction is not Direction.DOWN:
        return ()
    return tuple(PutBack(*row) for row in session.rows(statement_text("undo_put_back", history_schema), _of(step)))


def purge_undo(session: Session, history_schema: str) -> int:
    """Drops copies whose time is over, a hundred in a transaction; how many there were."""
    dropped = 0
    while some := int(session.value(statement_text("undo_purge", history_schema)) or 0):
        dropped += some
    return dropped


def copies_of(step: Step) -> tuple[CopyWanted, ...]:
    """The copies that a step calls for, worked out once for all targets that share its statements."""
    known = _known.get(id(step.statements))
    if known is not None and known[0] is step.statements:
        return known[1]
    from sqlmig.plan.undoing import copies_for  # a run that destroys nothing shall not load the linter's vocabulary

    wanted = copies_for(step.statements)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[id(step.statements)] = (step.statements, wanted)
    return wanted


_MOST_KNOWN = 256
_known: dict[int, tuple[Sequence[Statement], tuple[CopyWanted, ...]]] = {}


def _counts(step: Step) -> bool:
    """Whether a step can have copies: a numbered one, in one transaction with what it destroys."""
    return step.version is not None and step.transaction


def _of(step: Step) -> dict[str, object]:
    row = target_row(step.target)
    return {"track": row["track"], "target": row["target"], "schema": step.target.schema, "version": step.version}


def _of_copy(one: CopyWanted) -> dict[str, object]:
    return {
        "statement": one.statement,
        "destroys": one.destroys.value,
        "source_schema": one.table.schema,
        "source": one.table.name,
        "columns": list(one.columns),
    }

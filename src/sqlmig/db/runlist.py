"""Runs as the database knows them, for people: the last ones, and one with all of its items. Reads only.

It works on a history that an older sqlmig made and nobody has upgraded yet, and where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import statement_text
from sqlmig.db.session import Row, Session
from sqlmig.errors import UsageError
from sqlmig.plan.restorepoints import read_point
from sqlmig.plan.rollout import ErrorKind, ItemError, ItemState, RunItem, RunState, RunSummary
from sqlmig.plan.runmoves import SHORT

_NO_HISTORY = ("42P01", "3F000")  # undefined_table, invalid_schema_name
_OLDER = (*_NO_HISTORY, "42703")  # undefined_column


def list_runs(session: Session, history_schema: str, limit: int) -> tuple[RunSummary, ...]:
    """The last runs, the newest first; none when sqlmig was never here.

    Args:
        session: outside of a transaction.
        history_schema: the history's schema.
        limit: how many at the most.
    """
    found = _read(session, history_schema, ("run_list",), {"prefix": "", "limit": limit})
    return tuple(map(_summary, found[0]))


def show(session: Session, history_schema: str, prefix: str) -> tuple[RunSummary, tuple[RunItem, ...]]:
    """One run with its items, in the order of its waves; no items when they were pruned, or format 1 wrote it.

    Args:
        session: outside of a transaction.
        history_schema: the history's schema.
        prefix: the beginning of the run's id.

    Raises:
        UsageError: no run's id begins like this, or several do.
    """
    prefix = prefix.lower()
    if not re.fullmatch(r"[0-9a-f-]{1,36}", prefix):
        raise _unknown(session, history_schema, prefix)
    runs, *items = _read(session, history_schema, ("run_list", "run_items"), {"prefix": prefix, "limit": _AMBIGUOUS})
    if not runs:
        raise _unknown(session, history_schema, prefix)
    if len(runs) > 1:
        more = " and more" if len(runs) == _AMBIGUOUS else ""
        raise UsageError(
            f"the ids of several runs begin with '{prefix}': {', '.join(row[0] for row in runs)}{more}",
            next="give more of the id",
        )
    return _summary(runs[0]), tuple(_item(row) for rows in items for row in rows)


def last_ends(session: Session, history_schema: str, run_id: str, count: int) -> tuple[ErrorKind | None, ...]:
    """How the last targets of a run ended, in order: an error, or None where all went well.

    Those that are quarantined are not among them: their own rows speak for nobody else.

    Args:
        session: outside of a transaction, on a history of this format.
        history_schema: the history's schema.
        run_id: the run's id.
        count: how many at the most.
    """
    rows = session.rows(statement_text("run_last_ends", history_schema), {"run_id": run_id, "count": count})
    return tuple(_error(row[0]).kind if row[0] is not None else None for row in reversed(rows))


def last_for(session: Session, history_schema: str, manifest: str) -> RunSummary | None:
    """The last run with a manifest (hex), whatever became of it; None when there is none.

    Args:
        session: outside of a transaction, on a history of this format.
        history_schema: the history's schema.
        manifest: the hash of all that decides what a run does.
    """
    found = session.value(statement_text("run_last_for", history_schema), {"manifest": bytes.fromhex(manifest)})
    if found is None:
        return None
    [row] = session.rows(statement_text("run_list", history_schema), {"prefix": str(found), "limit": 1})
    return _summary(row)


_AMBIGUOUS = 5


def _read(
    session: Session, history_schema: str, names: Sequence[str], parameters: Mapping[str, object]
) -> list[list[Row]]:
    try:
        return session.run("; ".join(statement_text(name, history_schema) for name in names), parameters)
    except ServerRefused as error:
        if error.said.sqlstate not in _OLDER:
            raise
    try:
        return session.run(statement_text("run_list_1", history_schema), parameters)
    except ServerRefused as error:
        if error.said.sqlstate not in _NO_HISTORY:
            raise
    return [[]]


def _summary(row: Row) -> RunSummary:
    (
        run_id,
        command,
        state,
        started,
        finished,
        outcome,
        actor,
        host,
        tool,
        commit,
        reason,
        wave,
        waves,
        alive,
        point,
        *counts,
    ) = row
    found = {item: count for item, count in zip(ItemState, counts, strict=True) if count}
    return RunSummary(
        run_id=run_id,
        command=command,
        state=RunState(state),
        started_at=started,
        finished_at=finished,
        outcome=outcome,
        actor=actor,
        host=host,
        tool=tool,
        git_commit=commit,
        reason=reason,
        wave=wave,
        waves=tuple(waves),
        counts=found,
        alive=alive,
        restore_point=read_point(point) if point else None,
    )


def _item(row: Row) -> RunItem:
    track, key, schema, wave, state, attempts, worker, seconds, error = row
    found = _error(error) if error is not None else None
    return RunItem(track, key, schema, wave, ItemState(state), attempts, worker, seconds, found)


def _error(row: Mapping[str, str]) -> ItemError:
    kind = ErrorKind(
        row["track"],
        row["migration"],
        int(row["statement"]) if row["statement"] is not None else None,
        row["sqlstate"],
        row["constraint"],
        row["alike"],
    )
    return ItemError(kind, row["message"])


def _unknown(session: Session, history_schema: str, prefix: str) -> UsageError:
    known = [
        f"{run.run_id[:SHORT]} ({run.command}, {run.state.value})" for run in list_runs(session, history_schema, 5)
    ]
    there = f"the last ones are {', '.join(known)}" if known else "there is none yet"
    return UsageError(f"there is no run '{prefix}'; {there}", next="`sqlmig run list` shows what there is")

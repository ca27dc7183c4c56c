"""Runs, steered from outside: listed, shown, paused, aborted. The processes at work on one see it by themselves."""

from __future__ import annotations

from sqlmig.db import history, runlist
from sqlmig.db import runs as store
from sqlmig.db.context import RunContext
from sqlmig.db.session import Session
from sqlmig.plan.rollout import RunItem, RunState, RunSummary


def listed(session: Session, history_schema: str, limit: int) -> tuple[RunSummary, ...]:
    """The last runs, the newest first."""
    return runlist.list_runs(session, history_schema, limit)


def shown(session: Session, history_schema: str, run_id: str) -> tuple[RunSummary, tuple[RunItem, ...]]:
    """One run with its items.

    Args:
        session: a session.
        history_schema: the history's schema.
        run_id: the beginning of its id is enough.

    Raises:
        UsageError: no run's id begins like this, or several do.
    """
    return runlist.show(session, history_schema, run_id)


def pause(session: Session, context: RunContext, run_id: str, reason: str | None) -> RunSummary:
    """Asks a run to wait: what is under way is finished, nothing else is begun until it is resumed.

    Returns:
        The run as it is now.

    Raises:
        UsageError: no run's id begins like this, or several do.
        Refused: it is halted, or it has ended.
    """
    return _moved(session, context, run_id, RunState.PAUSED, reason)


def abort(session: Session, context: RunContext, run_id: str, reason: str | None) -> RunSummary:
    """Gives a run up: what is under way is finished, what was not begun stays as it is.

    Returns:
        The run as it is now.

    Raises:
        UsageError: no run's id begins like this, or several do.
        Refused: it has ended.
    """
    return _moved(session, context, run_id, RunState.ABORTED, reason)


def _moved(session: Session, context: RunContext, run_id: str, state: RunState, reason: str | None) -> RunSummary:
    found, _ = runlist.show(session, context.history, run_id)
    # A run of an older sqlmig has no state yet.
    history.prepare(session, context.history)
    who = f"{state.value} by {context.origin.actor} on {context.origin.host}"
    store.set_state(session, context.history, found.run_id, state, f"{who}: {reason}" if reason else who)
    return runlist.show(session, context.history, found.run_id)[0]

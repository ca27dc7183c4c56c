"""Failures go into the history's log; where that cannot be done, the failure says so."""

from __future__ import annotations

from dataclasses import replace

from sqlmig.db import records
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Failure, Outcome, StepResult


def recorded(session: Session, context: RunContext, result: StepResult, outcome: Outcome) -> Failure | None:
    """Writes a step that did not end well into the log.

    Args:
        session: outside of a transaction; opened again when it is broken.
        context: of the run.
        result: of the step.
        outcome: what it is called.

    Returns:
        Its failure; one that could not be written says so.
    """
    failure = result.failure
    if failure is None:
        return None
    attempt = records.Attempt(context.run_id, context.origin, result.duration, result.lock_wait, result.attempts)
    try:
        if session.broken:
            if context.stop.requested:
                return replace(failure, state=f"{failure.state}; {_NOT_WRITTEN}")
            session.reopen()
        records.record_failure(session, context.history, result.step, attempt, outcome, failure.message, failure.error)
    except (ServerRefused, ConnectionFailed):
        return replace(failure, state=f"{failure.state}; {_NOT_WRITTEN}")
    return failure


_NOT_WRITTEN = "this failure could not be written to the history"

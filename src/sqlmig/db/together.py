"""Runs steps inside a transaction that is open already: all of them stay, or none.

Made for a new tenant's schema, which nobody reads yet: what would need CONCURRENTLY runs in its plain form.
"""

from __future__ import annotations

import time

from sqlmig.db import messages, records
from sqlmig.db.context import RunContext
from sqlmig.db.guard import verify
from sqlmig.db.roles import check_owners, left_to_others, run_as, take_on
from sqlmig.db.session import Session
from sqlmig.plan.values import Step
from sqlmig.sql.concurrent import without_concurrently


def run_in_open_transaction(session: Session, step: Step, digest: str, context: RunContext) -> None:
    """Runs a step and records it, in the transaction that the caller opened and ends.

    Args:
        session: in a transaction.
        step: what runs.
        digest: the target's, once the step has run.
        context: of the run.

    Raises:
        ServerRefused: the server refused; the caller's transaction is lost.
        Ended: the verify file found a fault, or something belongs to another role than that of the track.
    """
    began = time.monotonic()
    held = session.ask("; ".join(messages.going_on(session, step, context))).row(-1)[0] or "{}"
    role = run_as(context.config, step.target)
    others = left_to_others(session, step, role)
    take_on(session, context.config, step)
    session.run(step.sql.text if step.transaction else without_concurrently(step.sql.text))
    verify(session, step)
    check_owners(session, step, role, before=others)
    session.speak_utf8()
    attempt = records.Attempt(context.run_id, context.origin, time.monotonic() - began, 0.0, 1)
    session.run("; ".join(messages.closing(session, step, context, digest, attempt, held=held, key=None)))

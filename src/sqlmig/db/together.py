"""Runs steps inside a transaction that is open already: all of them stay, or none.

Made for a new tenant's schema, which nobody reads yet: what would need CONCURRENTLY runs in its plain form.
"""

from __future__ import annotations

import time

from sqlmig.db import records
from sqlmig.db.context import RunContext
from sqlmig.db.executor import GUARD, TIDY, verify
from sqlmig.db.session import Session
from sqlmig.plan.values import Step
from sqlmig.sql.concurrent import without_concurrently

_HELD = """
SELECT coalesce(string_agg(DISTINCT l.relation::text, ','), '')
FROM pg_catalog.pg_locks l
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted"""


def run_in_open_transaction(session: Session, step: Step, digest: str, context: RunContext) -> None:
    """Runs a step and records it, in the transaction that the caller opened and ends.

    Args:
        session: in a transaction.
        step: what runs.
        digest: the target's, once the step has run.
        context: of the run.

    Raises:
        ServerRefused: the server refused; the caller's transaction is lost.
        Ended: the verify file found a fault.
    """
    began = time.monotonic()
    settings = context.settings(step) | {"sqlmig.held": session.value(_HELD)}
    session.set_local(settings)
    session.run(step.sql.text if step.transaction else without_concurrently(step.sql.text))
    verify(session, step)
    attempt = records.Attempt(context.run_id, context.origin, time.monotonic() - began, 0.0, 1)
    record, parameters = records.record_step(context.history, step, digest, attempt)
    epilogue = "; ".join((*GUARD, *TIDY)).replace("%", "%%")
    session.run(f"{epilogue}; {record}", parameters)

"""A new tenant's migrations, one after the other, in the transaction that makes it."""

from __future__ import annotations

import time

from sqlmig.db import failures
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.polling import Ended
from sqlmig.db.session import Session
from sqlmig.db.together import run_in_open_transaction
from sqlmig.errors import MigrationFailed
from sqlmig.plan.events import Observer, StepEnded
from sqlmig.plan.results import Failure, Outcome, StepResult
from sqlmig.plan.values import TargetPlan
from sqlmig.project.model import Tenant
from sqlmig.tenants.provision import nothing_of, own_trouble


def replay(session: Session, planned: TargetPlan, context: RunContext, observer: Observer, tenant: Tenant) -> None:
    """Runs and records every step of one track.

    Args:
        session: in a transaction.
        planned: what runs.
        context: of the run.
        observer: is told of every step.
        tenant: as errors call it.

    Raises:
        MigrationFailed: a step failed.
        ServerRefused: the connection broke, a statement was cancelled, or somebody was in the way.
    """
    for step, digest in zip(planned.steps, planned.digests, strict=True):
        began = time.monotonic()
        try:
            run_in_open_transaction(session, step, digest, context)
        except Ended as ended:
            raise _failed(ended.failure, tenant) from None
        except ServerRefused as error:
            if context.stop.requested or not own_trouble(error.said):
                raise
            raise _failed(failures.statement_failed(step, error.said), tenant) from error
        observer(StepEnded(0, StepResult(step, Outcome.DONE, time.monotonic() - began)))


def _failed(failure: Failure | None, tenant: Tenant) -> MigrationFailed:
    said = failure.message if failure is not None else "a step ended early"
    return MigrationFailed(
        f"tenant {tenant.slug} was not created: {said}",
        place=failure.place if failure is not None else None,
        state=nothing_of(tenant),
        next=f"correct the file, then run `sqlmig tenant create {tenant.slug}` again",
    )

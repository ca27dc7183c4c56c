"""Runs one step in one transaction, again and again until it is done or nothing is to be hoped for."""

from __future__ import annotations

import random
import threading
from dataclasses import replace

from sqlmig.db import records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.guard import GUARD, TIDY, check_elsewhere, verify
from sqlmig.db.lane import Lane, Trial
from sqlmig.db.session import Session
from sqlmig.plan.results import Holder, StepResult
from sqlmig.plan.retry import Remedy, pause_before
from sqlmig.plan.values import Step

__all__ = ["GUARD", "TIDY", "check_elsewhere", "run_in_transaction", "verify"]


def run_in_transaction(
    session: Session, step: Step, digests: records.Digests, context: RunContext, waiting: Waiting
) -> StepResult:
    """Runs a step in a transaction, again when somebody was in the way.

    Args:
        session: the connection; opened again when it breaks.
        step: what runs.
        digests: the target's digest that the plan was made on, and the one that the step leaves.
        context: of the run.
        waiting: sees who is in the way.
    """
    lane = Lane(session, context, waiting, threading.Lock())
    trial = Trial(patience=context.lock_wait)
    blockers: tuple[Holder, ...] = ()
    while True:
        result = lane.run(step, digests, trial)
        blockers = result.blockers or blockers
        in_the_way = result.remedy is Remedy.RETRY and result.failure is not None and result.failure.error is not None
        if not in_the_way or result.attempts >= context.config.apply.attempts:
            return replace(result, blockers=blockers)
        pause = pause_before(result.attempts + 1, random.random())  # noqa: S311  jitter is no secret
        context.stop.sleep(pause)
        trial = Trial(result.attempts + 1, result.lock_wait + pause, trial.patience)

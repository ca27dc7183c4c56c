"""The targets that a process has claimed: what workers are given of them, and what is reported when they have done.

What became of a target is settled here. What that means for the run, `control` decides.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmig.db import runs
from sqlmig.db.lane import Trial
from sqlmig.fleet.insisting import insist
from sqlmig.fleet.items import Item
from sqlmig.fleet.recording import recorded
from sqlmig.fleet.share import Share
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.fleet.values import Fleet
from sqlmig.fleet.verdict import Verdict, said, verdict, with_all_waits
from sqlmig.plan.events import TargetEnded, TargetRequeued, Told
from sqlmig.plan.grouping import item_error, not_planned
from sqlmig.plan.results import Failure, Outcome, TargetResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.rollout import ErrorKind, Identity, ItemError, ItemState
from sqlmig.plan.values import Target, TargetPlan

KEPT = 200
"""A run with more targets keeps the results of single steps only where something went wrong."""


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more happens to a target in this run, or not by this process."""

    target: Target
    verdict: Verdict
    """PENDING where it is left to another process, or to a later run."""
    error: ErrorKind | None
    remedy: Remedy | None
    """What the error called for."""


class Hands:
    """What a process knows of its targets, from their first claim to their end."""

    def __init__(self, fleet: Fleet, share: Share, plans: Mapping[Identity, TargetPlan]) -> None:
        """Takes what the run works with, its share of it, and what shall run in each target."""
        self._fleet = fleet
        self._share = share
        self._plans = dict(plans)
        self._items: dict[Identity, Item] = {}
        self.busy: set[Identity] = set()
        """The targets that workers have, or are about to take."""
        self.results: dict[Identity, TargetResult] = {}

    @property
    def plans(self) -> Mapping[Identity, TargetPlan]:
        """What shall run in each target that is known by now."""
        return self._plans

    def take(self, claimed: Sequence[runs.Claimed], stage: int, reach: runs.Reach, workers: int) -> list[Assignment]:
        """What workers are to do with targets that were just claimed.

        Args:
            claimed: the targets.
            stage: which part of their steps is due.
            reach: as what they were claimed.
            workers: how many there are.
        """
        tasks = []
        for one in self._known(claimed, stage):
            identity = one.identity
            if identity in self.busy:
                # Another process had taken it away, and has given it back.
                continue
            item = self._items.setdefault(identity, Item(self._plans[identity]))
            item.stage, item.elsewhere = stage, reach is runs.Reach.LOCKED
            first, end = item.part(stage)
            if first >= end:
                self._through_stage(identity, item)
                continue
            in_place = len(self._plans) <= workers and not item.elsewhere
            patience = max(self._fleet.context.lock_wait - one.waited, 0.0) if in_place else 0.0
            self.busy.add(identity)
            tasks.append(Assignment(item.plan, first, end, Trial(one.attempts + 1, one.waited, patience)))
        return tasks

    def give_back(self, task: Assignment) -> None:
        """A target that no worker has begun goes back to whoever wants it."""
        identity = task.plan.target.identity
        self.busy.discard(identity)
        self._share.report(runs.Report(identity, ItemState.PENDING, stage=self._items[identity].stage))

    def ended(self, worker: int, ended: StageEnded) -> Over | None:
        """Takes a target from a worker that has done with it; None when it has another turn."""
        identity = ended.plan.target.identity
        item = self._items[identity]
        self.busy.discard(identity)
        item.planned = item.planned and ended.plan is item.plan
        item.plan, item.reached = ended.plan, ended.reached
        item.steps += ended.steps
        found = verdict(
            ended,
            most_attempts=self._fleet.context.config.apply.attempts,
            lock_wait=self._fleet.context.lock_wait,
            chance=random.random(),  # noqa: S311  jitter is no secret
            elsewhere=item.elsewhere,
        )
        if found.again:
            self._requeue(worker, identity, item, ended, found)
            return None
        if found.state is ItemState.PENDING and found.outcome is Outcome.DONE:
            self._through_stage(identity, item)
            return None
        failure, error = self._failure(item, ended, found)
        self._conclude(worker, identity, item, found, failure, error)
        return Over(item.plan.target, found, error.kind if error is not None else None, ended.remedy)

    def _known(self, claimed: Sequence[runs.Claimed], stage: int) -> list[runs.Claimed]:
        """Those that there is a plan for, made now where another process of the run knew more targets."""
        unknown = [one for one in claimed if one.identity not in self._plans]
        if unknown:
            session, identities = self._fleet.session, {one.identity for one in unknown}
            late = insist(session, self._fleet.context, lambda: self._fleet.plan_late(session, identities))
            for one in unknown:
                found = late.get(one.identity)
                if isinstance(found, TargetPlan):
                    self._plans[one.identity] = found
                else:
                    self._not_planned(one, stage, found)
        return [one for one in claimed if one.identity in self._plans]

    def _not_planned(self, one: runs.Claimed, stage: int, why: Failure | None) -> None:
        """A target that the registry does not give any more, or that may not run as it is now."""
        message = why.message if why is not None else f"{one.schema} is no longer in the registry"
        error = not_planned(one.track, one.schema, message)
        self._share.report(runs.Report(one.identity, ItemState.FAILED, stage=stage, error=error))
        self._fleet.observer(Told(f"{message}: nothing was done there"))

    def _through_stage(self, identity: Identity, item: Item) -> None:
        """A target with nothing left to do in this stage waits for the next one; without another one it is done."""
        upcoming = item.next_stage
        if upcoming is None:
            self._conclude(None, identity, item, Verdict(ItemState.DONE, Outcome.DONE))
        else:
            self._share.report(runs.Report(identity, ItemState.PENDING, stage=upcoming))

    def _requeue(self, worker: int, identity: Identity, item: Item, ended: StageEnded, found: Verdict) -> None:
        item.attempts += 1
        self._share.report(
            runs.Report(
                identity,
                ItemState.PENDING,
                stage=item.stage,
                attempts=found.attempts,
                waited=found.waited,
                delay=found.delay,
            )
        )
        blockers = ended.steps[-1].blockers if ended.steps else ()
        target = ended.plan.target
        self._fleet.observer(TargetRequeued(worker, target, said(ended), item.attempts, found.delay, blockers))

    def _failure(self, item: Item, ended: StageEnded, found: Verdict) -> tuple[Failure | None, ItemError | None]:
        """What went wrong, as people are told and as the run keeps it; written into the log."""
        failure, failed = ended.failure, ended.failed_step
        if failed is not None:
            failed = item.steps[-1] = with_all_waits(ended, failed, found)
            failure = recorded(self._fleet.session, self._fleet.context, failed, found.outcome)
        if failure is None:
            return None, None
        return failure, item_error(failure, failed.step if failed is not None else None, item.plan.target)

    def _conclude(
        self,
        worker: int | None,
        identity: Identity,
        item: Item,
        found: Verdict,
        failure: Failure | None = None,
        error: ItemError | None = None,
    ) -> None:
        """Nothing more happens to a target in this run, or not by this process."""
        done = sum(step.outcome is Outcome.DONE for step in item.steps)
        kept = tuple(item.steps) if failure is not None or len(self._plans) <= KEPT else ()
        seconds = sum(step.duration for step in item.steps)
        result = TargetResult(item.plan, found.outcome, kept, failure, done, seconds, item.attempts)
        self.results[identity] = result
        del self._items[identity]
        self._share.report(
            runs.Report(identity, found.state, stage=item.stage, attempts=item.attempts, seconds=seconds, error=error)
        )
        self._fleet.observer(TargetEnded(worker, result))

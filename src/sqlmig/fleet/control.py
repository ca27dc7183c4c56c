"""The control thread of a run: hands targets out, takes results in, decides, and tells.

It shares the work with other processes through the run's items in the database: in one message it reports what has
ended, renews its lease and claims what comes next. What is decided is decided by pure functions; the workers of `crew`
only do.
"""

from __future__ import annotations

import contextlib
import queue
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlmig.db import runs
from sqlmig.db.lane import Lane, Trial
from sqlmig.db.servers import lock_table
from sqlmig.errors import MigrationFailed
from sqlmig.fleet.crew import Began, Crashed, Crew, GivenBack, News, Resigned
from sqlmig.fleet.gating import halt, pass_gate
from sqlmig.fleet.idle import Idle
from sqlmig.fleet.insisting import insist
from sqlmig.fleet.items import Item
from sqlmig.fleet.recording import recorded
from sqlmig.fleet.rows import serve_all
from sqlmig.fleet.share import Share
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.fleet.values import Fleet, Ran, telling_waits
from sqlmig.fleet.verdict import Verdict, said, verdict, with_all_waits
from sqlmig.plan.adapting import fixed
from sqlmig.plan.budget import LockTable, budget
from sqlmig.plan.events import (
    RunStopped,
    StepEnded,
    TargetBegan,
    TargetEnded,
    TargetRequeued,
    Told,
    WaveBegan,
    WorkersChanged,
)
from sqlmig.plan.grouping import item_error, not_planned
from sqlmig.plan.results import Failure, Outcome, TargetResult
from sqlmig.plan.rollout import Identity, ItemError, ItemState, RunState, Wave
from sqlmig.plan.values import Step, Target, TargetPlan

KEPT = 200
"""A run with more targets keeps the results of single steps only where something went wrong."""

_IDLE = 0.25
"""Seconds between two looks at the run while others are at work, or what is left has to wait."""


def run_waves(fleet: Fleet, run_id: str, waves: Sequence[Wave], plans: Mapping[Identity, TargetPlan]) -> Ran:
    """Runs all waves of a run, together with other processes that have joined it.

    Args:
        fleet: what it works with.
        run_id: of a run that this process has begun or joined.
        waves: as the run has them.
        plans: what shall run in each target.

    Returns:
        What became of the targets; when the run's own tables cannot be reached any more, as far as it got.
    """
    control = _Control(fleet, run_id, waves, plans)
    lost: MigrationFailed | None = None
    try:
        control.run()
    except MigrationFailed as error:
        lost = error
    finally:
        control.close()
    return Ran(control.results, lost.message if lost is not None else control.stopped, control.state)


class _Control:
    """The state of the control thread, and what it does with what it hears."""

    def __init__(self, fleet: Fleet, run_id: str, waves: Sequence[Wave], plans: Mapping[Identity, TargetPlan]) -> None:
        self._fleet = fleet
        self._run_id = run_id
        self._waves = waves
        self._plans = dict(plans)
        self._workers = fleet.policy.workers
        self._breaker = fleet.policy.breaker(len(plans))
        self._share = Share(fleet.session, fleet.context, run_id, fleet.worker)
        self._context = telling_waits(fleet.context, lambda event: self._crew.news.put(event))
        # Where each worker has one target, people look at its steps.
        self._rows = len(plans) > self._workers.now
        self._crew = Crew(
            lambda: fleet.lane(self._context),
            self._serve,
            stopping=lambda: fleet.context.stop.requested or self.stopped is not None,
            limit=self._workers.now,
            targets=fleet.context.config.apply.connection_targets,
            rows=self._rows,
        )
        self._wave = -1
        self._stage = 0
        self._held_until = 0.0
        self._locks: LockTable | None = None
        """The server's lock table before this process took anything of it; None once the first target has told."""
        self._idle = Idle()
        self._items: dict[Identity, Item] = {}
        self._busy: set[Identity] = set()
        self.results: dict[Identity, TargetResult] = {}
        self.stopped: str | None = None
        self.state = RunState.RUNNING

    def run(self) -> None:
        """Goes on until the run is over, or this process has to stop; what is under way is always finished."""
        self._locks = insist(self._fleet.session, self._fleet.context, lambda: lock_table(self._fleet.session))
        while True:
            found = self._exchange()
            if self._busy:
                self._listen(self._share.until_due())
            elif self.stopped is not None or found.wave >= len(self._waves):
                return
            elif found.wave != self._wave:
                self._begin_wave(found)
            elif found.stage is None:
                self._end_wave(found)
            elif found.stage != self._stage:
                self._stage = found.stage
            else:
                # Others are at work, or what is left has to wait.
                self._listen(min(_IDLE, found.next_due if found.next_due is not None else _IDLE))

    def close(self) -> None:
        """Ends the workers; what was claimed and not begun is given back."""
        self._crew.desk.clear()
        self._crew.close()
        more = True
        while more:
            with contextlib.suppress(MigrationFailed):  # the reason why it ends here
                more = self._heard(0.0)
        self._share.leave()

    # --- what goes out ---

    def _exchange(self) -> runs.Exchange:
        ready = self.stopped is None and time.monotonic() >= self._held_until
        want = self._share.wanted(len(self._busy), self._workers.now) if ready else 0
        reach = self._idle.reach(time.monotonic(), self._fleet.context.lock_wait)
        want = min(want, 1) if reach is runs.Reach.LOCKED else want
        found = self._share.exchange(self._wave, self._stage, want, sorted(self._busy), reach)
        self.state = found.state
        self._hand_out(found.claimed, reach)
        self._idle = self._idle.after(found, busy=bool(self._busy), at=time.monotonic())
        # Another process may have ended it already, with nothing left.
        over = found.state is RunState.FINISHED and found.wave >= len(self._waves)
        if found.state is not RunState.RUNNING and not over:
            self._stop(f"the run is {found.state.value}" + (f": {found.reason}" if found.reason else ""))
        if self._fleet.context.stop.requested:
            self._stop("it was asked to stop")
        return found

    def _hand_out(self, claimed: Sequence[runs.Claimed], reach: runs.Reach) -> None:
        tasks = []
        for one in self._known(claimed):
            identity = one.identity
            if identity in self._busy:
                # Another process had taken it away, and has given it back.
                continue
            item = self._items.setdefault(identity, Item(self._plans[identity]))
            item.stage, item.elsewhere = self._stage, reach is runs.Reach.LOCKED
            first, end = item.part(self._stage)
            if first >= end:
                self._nothing_in_this_stage(identity, item)
                continue
            in_place = len(self._plans) <= self._workers.now and not item.elsewhere
            patience = max(self._fleet.context.lock_wait - one.waited, 0.0) if in_place else 0.0
            trial = Trial(one.attempts + 1, one.waited, patience)
            self._busy.add(identity)
            tasks.append(Assignment(item.plan, first, end, trial))
        if tasks:
            self._crew.hire(min(self._workers.now, len(self._busy)))
            self._crew.desk.put(tasks)

    def _nothing_in_this_stage(self, identity: Identity, item: Item) -> None:
        upcoming = item.next_stage
        if upcoming is None:
            self._conclude(None, identity, item, Verdict(ItemState.DONE, Outcome.DONE), None)
        else:
            self._share.report(runs.Report(identity, ItemState.PENDING, stage=upcoming))

    def _known(self, claimed: Sequence[runs.Claimed]) -> list[runs.Claimed]:
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
                    self._not_planned(one, found)
        return [one for one in claimed if one.identity in self._plans]

    def _not_planned(self, one: runs.Claimed, why: Failure | None) -> None:
        """A target that the registry does not give any more, or that may not run as it is now."""
        message = why.message if why is not None else f"{one.schema} is no longer in the registry"
        error = not_planned(one.track, one.schema, message)
        self._share.report(runs.Report(one.identity, ItemState.FAILED, stage=self._stage, error=error))
        self._fleet.observer(Told(f"{message}: nothing was done there"))

    def _serve(
        self, worker: int, lane: Lane, tasks: Sequence[Assignment], following: Callable[[], Step | None]
    ) -> Sequence[StageEnded]:
        """On a worker's thread."""
        serving = replace(
            self._fleet.serving,
            context=self._context,
            in_rows=self._rows,
            tell=lambda result: self._crew.news.put(StepEnded(worker, result)),
        )
        return serve_all(lane, tasks, serving, following)

    # --- what comes in ---

    def _listen(self, seconds: float) -> None:
        """Takes in news until it is time for an exchange."""
        end = time.monotonic() + seconds
        while self._heard(max(end - time.monotonic(), 0.0)):
            if not self._busy or self._share.due(len(self._busy), self._workers.now):
                return
            if self._fleet.context.stop.requested and self.stopped is None:
                return

    def _heard(self, seconds: float) -> bool:
        try:
            news = self._crew.news.get(timeout=seconds) if seconds > 0 else self._crew.news.get_nowait()
        except queue.Empty:
            return False
        self._take_in(news)
        return True

    def _take_in(self, news: News) -> None:
        match news:
            case Began(worker, targets):
                for target in targets:
                    self._fleet.observer(TargetBegan(worker, target))
            case tuple():
                for one in news:
                    try:
                        self._finished(one.worker, one.ended)
                    finally:
                        if one.heard is not None:
                            one.heard.set()
            case GivenBack(task):
                self._give_back(task)
            case Resigned(_, why):
                self._fleet.observer(WorkersChanged(self._crew.size, f"there is no connection for more: {why}"))
            case Crashed(_, error):
                raise error
            case _:
                self._fleet.observer(news)

    def _finished(self, worker: int, ended: StageEnded) -> None:
        if self._rows:
            for step in ended.steps:
                self._fleet.observer(StepEnded(worker, step))
        identity = ended.plan.target.identity
        item = self._items[identity]
        self._busy.discard(identity)
        item.planned = item.planned and ended.plan is item.plan
        item.plan, item.reached = ended.plan, ended.reached
        item.steps += ended.steps
        config = self._fleet.context.config.apply
        found = verdict(
            ended,
            most_attempts=config.attempts,
            lock_wait=self._fleet.context.lock_wait,
            chance=random.random(),  # noqa: S311  jitter is no secret
            elsewhere=item.elsewhere,
        )
        self._adapt(ended)
        self._count_locks(ended)
        if found.again:
            self._requeue(worker, identity, item, ended, found)
        elif found.state is ItemState.PENDING and found.outcome is Outcome.DONE:
            self._nothing_in_this_stage(identity, item)
        else:
            self._conclude(worker, identity, item, found, ended)
            if found.outcome is Outcome.BLOCKED and found.state is ItemState.PENDING:
                self._stop(f"another process is at work on {ended.plan.target.schema}, and what comes behind it waits")

    # --- what it means ---

    def _requeue(self, worker: int, identity: Identity, item: Item, ended: StageEnded, found: Verdict) -> None:
        item.attempts += 1
        report = runs.Report(
            identity,
            ItemState.PENDING,
            stage=item.stage,
            attempts=found.attempts,
            waited=found.waited,
            delay=found.delay,
        )
        self._share.report(report)
        blockers = ended.steps[-1].blockers if ended.steps else ()
        why = said(ended)
        told = TargetRequeued(worker, ended.plan.target, why, item.attempts, found.delay, blockers)
        self._fleet.observer(told)

    def _conclude(
        self, worker: int | None, identity: Identity, item: Item, found: Verdict, ended: StageEnded | None
    ) -> None:
        """Nothing more happens to a target in this run, or not by this process."""
        failure = ended.failure if ended is not None else None
        failed = ended.failed_step if ended is not None else None
        if ended is not None and failed is not None:
            failed = item.steps[-1] = with_all_waits(ended, failed, found)
            failure = recorded(self._fleet.session, self._fleet.context, failed, found.outcome)
        done = [step for step in item.steps if step.outcome is Outcome.DONE]
        kept = tuple(item.steps) if failure is not None or len(self._plans) <= KEPT else ()
        seconds = sum(step.duration for step in item.steps)
        result = TargetResult(item.plan, found.outcome, kept, failure, len(done), seconds, item.attempts)
        self.results[identity] = result
        self._items.pop(identity, None)
        error = None
        if failure is not None:
            error = item_error(failure, failed.step if failed is not None else None, item.plan.target)
        self._share.report(
            runs.Report(identity, found.state, stage=item.stage, attempts=item.attempts, seconds=seconds, error=error)
        )
        self._fleet.observer(TargetEnded(worker, result))
        if found.state is not ItemState.PENDING:
            self._judge(error, ended, item.plan.target)

    def _judge(self, error: ItemError | None, ended: StageEnded | None, target: Target) -> None:
        """Whether the run may go on after what happened to one target."""
        kind = error.kind if error is not None else None
        self._breaker = self._breaker.after(
            kind, schema=target.schema, cure=ended.remedy if ended is not None else None
        )
        reason = self._breaker.tripped
        if reason is not None and self.stopped is None:
            halt(self._fleet, self._run_id, reason)
            self.state = RunState.HALTED
            self._stop(reason)

    def _adapt(self, ended: StageEnded) -> None:
        """More workers while all is well, fewer when the server or the locks say so."""
        before = self._workers.now
        well = 1 if ended.outcome is Outcome.DONE else 0
        error = ended.failure.error if ended.failure is not None else None
        errors = [error.sqlstate] if error is not None else []
        self._workers = self._workers.after(well, errors, time.monotonic())
        if self._workers.now != before:
            self._crew.desk.limit = self._workers.now
            self._crew.hire(min(self._workers.now, len(self._busy)))
            self._fleet.observer(WorkersChanged(self._workers.now, self._workers.why or ""))

    def _count_locks(self, ended: StageEnded) -> None:
        """From the first target's own locks: whether the lock table has room for all workers; fewer, where not."""
        locks = max((step.locks for step in ended.steps), default=0)
        if self._locks is None or not locks:
            return
        found = budget(locks, self._workers.now, self._locks)
        self._locks = None
        if len(self._plans) > 1:
            self._fleet.observer(Told(str(found)))
        if not found.fits:
            self._workers = fixed(max(found.fitting, 1))
            self._crew.desk.limit = self._workers.now
            self._fleet.observer(WorkersChanged(self._workers.now, "the lock table has no room for more"))

    def _stop(self, why: str) -> None:
        """Hands out nothing more; what workers have begun, they end."""
        if self.stopped is not None:
            return
        self.stopped = why
        for task in self._crew.desk.clear():
            self._give_back(task)
        self._fleet.observer(RunStopped(why))

    def _give_back(self, task: Assignment) -> None:
        identity = task.plan.target.identity
        self._busy.discard(identity)
        self._share.report(runs.Report(identity, ItemState.PENDING, stage=self._stage))

    # --- waves ---

    def _begin_wave(self, found: runs.Exchange) -> None:
        self._wave, self._stage = found.wave, 0
        wave = self._waves[found.wave]
        self._breaker = self._fleet.policy.breaker(len(wave.targets))
        self._held_until = time.monotonic() + found.hold
        if found.hold > 0:
            self._fleet.observer(Told(f"wave {wave.name} begins in {found.hold:.0f} s"))
        if len(self._waves) > 1:
            self._fleet.observer(WaveBegan(found.wave, wave.name, len(wave.targets)))

    def _end_wave(self, found: runs.Exchange) -> None:
        closed = pass_gate(self._fleet, self._run_id, self._waves, self._wave, found, self._plans)
        if closed is not None:
            self._stop(closed)

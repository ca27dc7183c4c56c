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
from dataclasses import dataclass, field, replace
from itertools import accumulate

from sqlmig.db import runs
from sqlmig.db.lane import Lane, Trial
from sqlmig.db.servers import lock_table
from sqlmig.errors import MigrationFailed
from sqlmig.fleet.crew import Crashed, Crew, Finished, GivenBack, News
from sqlmig.fleet.gating import halt, pass_gate
from sqlmig.fleet.insisting import insist
from sqlmig.fleet.recording import recorded
from sqlmig.fleet.share import Share
from sqlmig.fleet.stage import Assignment, StageEnded, serve
from sqlmig.fleet.values import Fleet, Ran, telling_waits
from sqlmig.fleet.verdict import Verdict, verdict
from sqlmig.plan.adapting import fixed
from sqlmig.plan.budget import budget
from sqlmig.plan.events import RunStopped, StepEnded, TargetEnded, TargetRequeued, Told, WaveBegan, WorkersChanged
from sqlmig.plan.grouping import kind_of
from sqlmig.plan.results import Failure, Outcome, StepResult, TargetResult
from sqlmig.plan.rollout import ErrorKind, Identity, ItemError, ItemState, RunState, Wave
from sqlmig.plan.stages import stages
from sqlmig.plan.values import Step, Target, TargetPlan

KEPT = 200
"""A run with more targets keeps the results of single steps only where something went wrong."""

_IDLE = 0.25
"""Seconds between two looks at the run while others are at work, or what is left has to wait."""
_PATIENT = 2
"""So many looks in vain, and what others have claimed is tried: the target's own lock says whether they are at it."""


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


@dataclass
class _Item:
    """A target in this process's hands, from its first claim to its end."""

    plan: TargetPlan
    reached: int = 0
    """How many of the plan's steps are done."""
    stage: int = 0
    attempts: int = 1
    steps: list[StepResult] = field(default_factory=list)


class _Control:
    """The state of the control thread, and what it does with what it hears."""

    def __init__(self, fleet: Fleet, run_id: str, waves: Sequence[Wave], plans: Mapping[Identity, TargetPlan]) -> None:
        self._fleet = fleet
        self._run_id = run_id
        self._waves = waves
        self._plans = plans
        self._workers = fleet.policy.workers
        self._breaker = fleet.policy.breaker(len(plans))
        self._share = Share(fleet.session, fleet.context, run_id, fleet.worker)
        self._context = telling_waits(fleet.context, lambda event: self._crew.news.put(event))
        self._crew = Crew(
            lambda: fleet.lane(self._context),
            self._serve,
            stopping=lambda: fleet.context.stop.requested or self.stopped is not None,
            limit=self._workers.now,
            targets=fleet.context.config.apply.connection_targets,
        )
        self._wave = -1
        self._stage = 0
        self._held_until = 0.0
        self._counted = False
        self._idle = 0
        """How often in a row there was nothing to do while others were at work."""
        self._items: dict[Identity, _Item] = {}
        self._busy: set[Identity] = set()
        self.results: dict[Identity, TargetResult] = {}
        self.stopped: str | None = None
        self.state = RunState.RUNNING

    def run(self) -> None:
        """Goes on until the run is over, or this process has to stop; what is under way is always finished."""
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
                self._idle += found.next_due is None

    def close(self) -> None:
        """Ends the workers; what was claimed and not begun is given back."""
        self._crew.desk.clear()
        self._crew.close()
        with contextlib.suppress(MigrationFailed):  # the reason why it ends here
            while self._heard(0.0):
                pass
        self._share.leave()

    # --- what goes out ---

    def _exchange(self) -> runs.Exchange:
        ready = self.stopped is None and time.monotonic() >= self._held_until
        want = self._share.wanted(len(self._busy), self._workers.now) if ready else 0
        # What others have claimed and are not at work on, nobody may be: a killed process claims nothing back.
        steal = self._idle >= _PATIENT
        found = self._share.exchange(self._wave, self._stage, want, sorted(self._busy), steal=steal)
        self._idle = 0 if found.claimed or self._busy else self._idle
        self.state = found.state
        self._hand_out(found.claimed)
        if found.state is not RunState.RUNNING:
            self._stop(f"the run is {found.state.value}" + (f": {found.reason}" if found.reason else ""))
        if self._fleet.context.stop.requested:
            self._stop("it was asked to stop")
        return found

    def _hand_out(self, claimed: Sequence[runs.Claimed]) -> None:
        tasks = []
        for one in claimed:
            identity = one.identity
            if identity not in self._plans:
                self._not_planned(one)
                continue
            item = self._items.setdefault(identity, _Item(self._plans[identity]))
            item.stage = self._stage
            first, end = self._part(item, item.plan is self._plans[identity])
            if first >= (len(item.plan.steps) if end is None else end):
                self._nothing_in_this_stage(identity, item)
                continue
            in_place = self._fleet.context.lock_wait - one.waited if len(self._plans) <= self._workers.now else 0.0
            trial = Trial(one.attempts + 1, one.waited, max(in_place, 0.0))
            self._busy.add(identity)
            tasks.append(Assignment(item.plan, first, end, trial))
        if tasks:
            self._crew.hire(min(self._workers.now, len(self._busy)))
            self._crew.desk.put(tasks)

    def _part(self, item: _Item, planned: bool) -> tuple[int, int | None]:
        """Which of a target's steps this stage is, from the first to the one behind the last; None for all.

        Where the plan was made anew, or after others had begun, its stages are not those of the run: then all that is
        left is done in one go. Whether a step is the next one, the target's digest says when its turn comes.
        """
        ends = stage_ends(item.plan)
        if not planned or self._stage >= len(ends):
            return item.reached, None
        return max(item.reached, ends[self._stage - 1] if self._stage else 0), ends[self._stage]

    def _nothing_in_this_stage(self, identity: Identity, item: _Item) -> None:
        upcoming = _next_stage(item)
        if upcoming is None:
            self._conclude(None, identity, item, Verdict(ItemState.DONE, Outcome.DONE), None)
        else:
            self._share.report(runs.Report(identity, ItemState.PENDING, stage=upcoming))

    def _not_planned(self, one: runs.Claimed) -> None:
        """A target that the registry gave when the run began, and does not give any more."""
        message = f"{one.schema} is no longer in the registry"
        error = ItemError(ErrorKind(one.track, "", None, None, None, "no longer in the registry"), message)
        self._share.report(runs.Report(one.identity, ItemState.FAILED, stage=self._stage, error=error))
        self._fleet.observer(Told(f"{message}: nothing was done there"))

    def _serve(self, worker: int, lane: Lane, task: Assignment, following: Callable[[], Step | None]) -> StageEnded:
        """On a worker's thread."""
        serving = replace(
            self._fleet.serving,
            context=self._context,
            tell=lambda result: self._crew.news.put(StepEnded(worker, result)),
        )
        return serve(lane, task, serving, following)

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
            case Finished(worker, ended):
                self._finished(worker, ended)
            case GivenBack(task):
                self._give_back(task)
            case Crashed(_, error):
                raise error
            case _:
                self._fleet.observer(news)

    def _finished(self, worker: int, ended: StageEnded) -> None:
        identity = ended.plan.target.identity
        item = self._items[identity]
        self._busy.discard(identity)
        item.plan, item.reached = ended.plan, ended.reached
        item.steps += ended.steps
        config = self._fleet.context.config.apply
        found = verdict(
            ended,
            most_attempts=config.attempts,
            lock_wait=self._fleet.context.lock_wait,
            chance=random.random(),  # noqa: S311  jitter is no secret
        )
        self._adapt(ended)
        self._count_locks(ended)
        if found.again:
            self._requeue(worker, identity, item, ended, found)
        elif found.state is ItemState.PENDING and found.outcome is Outcome.DONE:
            self._nothing_in_this_stage(identity, item)
        else:
            self._conclude(worker, identity, item, found, ended)

    # --- what it means ---

    def _requeue(self, worker: int, identity: Identity, item: _Item, ended: StageEnded, found: Verdict) -> None:
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
        why = _said(ended.failure)
        told = TargetRequeued(worker, ended.plan.target, why, item.attempts, found.delay, blockers)
        self._fleet.observer(told)

    def _conclude(
        self, worker: int | None, identity: Identity, item: _Item, found: Verdict, ended: StageEnded | None
    ) -> None:
        """Nothing more happens to a target in this run, or not by this process."""
        failure = ended.failure if ended is not None else None
        if ended is not None and ended.steps and failure is not None:
            failure = recorded(self._fleet.session, self._fleet.context, ended.steps[-1], found.outcome)
        done = [step for step in item.steps if step.outcome is Outcome.DONE]
        kept = tuple(item.steps) if failure is not None or len(self._plans) <= KEPT else ()
        seconds = sum(step.duration for step in item.steps)
        result = TargetResult(item.plan, found.outcome, kept, failure, len(done), seconds, item.attempts)
        self.results[identity] = result
        self._items.pop(identity, None)
        error = None
        if failure is not None:
            step = ended.steps[-1].step if ended is not None and ended.steps else None
            error = ItemError(kind_of(failure, step, item.plan.target), failure.message)
        self._share.report(
            runs.Report(identity, found.state, stage=item.stage, attempts=item.attempts, seconds=seconds, error=error)
        )
        self._fleet.observer(TargetEnded(worker, result))
        if found.outcome is not Outcome.INTERRUPTED:
            self._judge(error, ended, item.plan.target)

    def _judge(self, error: ItemError | None, ended: StageEnded | None, target: Target) -> None:
        """Whether the run may go on after what happened to one target."""
        kind = error.kind if error is not None else None
        cure = ended.remedy if ended is not None else None
        self._breaker = self._breaker.after(kind, schema=target.schema, cure=cure)
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
        if self._counted or not locks:
            return
        self._counted = True
        session = self._fleet.session
        table = insist(session, self._fleet.context, lambda: lock_table(session))
        found = budget(locks, self._workers.now, table)
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


def stage_ends(plan: TargetPlan) -> tuple[int, ...]:
    """For each stage, the step behind its last one."""
    return tuple(accumulate(len(part) for part in stages(plan.works)))


def _next_stage(item: _Item) -> int | None:
    """The first stage behind this one with a step that is not done; None when all are done."""
    ends = stage_ends(item.plan)
    return next((n for n, end in enumerate(ends) if end > item.reached and n > item.stage), None)


def _said(failure: Failure | None) -> str:
    if failure is None:
        return ""
    return failure.error.message if failure.error is not None else failure.message

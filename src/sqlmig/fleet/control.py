"""The control thread of a run: what goes out to workers, what comes in from them, and whether the run goes on.

It shares the work with other processes through the run's items in the database: in one message it reports what has
ended, renews its lease and claims what comes next. What is decided is decided by pure functions; the workers of `crew`
only do. `hands` knows the targets, `pace` the number of workers, `gating` stands between waves.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlmig.db import runs
from sqlmig.db.lane import Lane
from sqlmig.db.servers import lock_table
from sqlmig.errors import MigrationFailed
from sqlmig.fleet.crew import Began, Crashed, Crew, GivenBack, News, Resigned
from sqlmig.fleet.gating import halt, pass_gate
from sqlmig.fleet.hands import Hands, Over
from sqlmig.fleet.idle import Idle
from sqlmig.fleet.insisting import insist
from sqlmig.fleet.pace import Pace
from sqlmig.fleet.rows import serve_all
from sqlmig.fleet.share import Share
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.fleet.values import Fleet, Ran, telling_waits
from sqlmig.plan.events import RunStopped, StepEnded, TargetBegan, Told, WaveBegan, WorkersChanged
from sqlmig.plan.results import Outcome, TargetResult
from sqlmig.plan.rollout import FAILED, Identity, ItemState, RunState, Wave
from sqlmig.plan.values import Step, TargetPlan

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
        workers = fleet.policy.workers
        self._fleet = fleet
        self._run_id = run_id
        self._waves = waves
        self._breaker = fleet.policy.breaker
        self._share = Share(fleet.session, fleet.context, run_id, fleet.worker)
        self._hands = Hands(fleet, self._share, plans)
        self._context = telling_waits(fleet.context, lambda event: self._crew.news.put(event))
        # Where each worker has one target, people look at its steps.
        self._rows = len(plans) > workers.now
        self._crew = Crew(
            lambda: fleet.lane(self._context),
            self._serve,
            stopping=lambda: fleet.context.stop.requested or self.stopped is not None,
            limit=workers.now,
            targets=fleet.context.config.apply.connection_targets,
            rows=self._rows,
        )
        self._pace = Pace(workers, self._crew, fleet.observer, alone=len(plans) == 1)
        self._wave = -1
        self._stage = 0
        self._held_until = 0.0
        self._idle = Idle()
        self.stopped: str | None = None
        self.state = RunState.RUNNING

    @property
    def results(self) -> Mapping[Identity, TargetResult]:
        return self._hands.results

    def run(self) -> None:
        """Goes on until the run is over, or this process has to stop; what is under way is always finished."""
        self._pace.look(insist(self._fleet.session, self._fleet.context, lambda: lock_table(self._fleet.session)))
        while True:
            found = self._exchange()
            if self._hands.busy:
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
        busy = self._hands.busy
        ready = self.stopped is None and time.monotonic() >= self._held_until
        want = self._share.wanted(len(busy), self._pace.now) if ready else 0
        reach = self._idle.reach(time.monotonic(), self._fleet.context.lock_wait)
        want = min(want, 1) if reach is runs.Reach.LOCKED else want
        found = self._share.exchange(self._wave, self._stage, want, sorted(busy), reach)
        self.state = found.state
        tasks = self._hands.take(found.claimed, self._stage, reach, self._pace.now)
        if tasks:
            self._crew.hire(min(self._pace.now, len(busy)))
            self._crew.desk.put(tasks)
        self._idle = self._idle.after(found, busy=bool(busy), at=time.monotonic())
        self._breaker = self._breaker.counted(sum(found.counts.get(state, 0) for state in FAILED))
        # Another process may have ended it already, with nothing left.
        over = found.state is RunState.FINISHED and found.wave >= len(self._waves)
        if found.state is not RunState.RUNNING and not over:
            self._stop(f"the run is {found.state.value}" + (f": {found.reason}" if found.reason else ""))
        if self._fleet.context.stop.requested:
            self._stop("it was asked to stop")
        return found

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
            busy = len(self._hands.busy)
            if not busy or self._share.due(busy, self._pace.now):
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
                self._hands.give_back(task)
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
        over = self._hands.ended(worker, ended)
        self._pace.learn(ended, len(self._hands.busy))
        if over is not None:
            self._judge(over)

    # --- what it means for the run ---

    def _judge(self, over: Over) -> None:
        """Whether the run may go on after what happened to one target."""
        schema = over.target.schema
        if over.verdict.state is ItemState.PENDING:
            if over.verdict.outcome is Outcome.BLOCKED:
                self._stop(f"another process is at work on {schema}, and what comes behind it waits")
            return
        self._breaker = self._breaker.after(over.error, schema=schema, cure=over.remedy)
        reason = self._breaker.tripped
        if reason is not None and self.stopped is None:
            halt(self._fleet, self._run_id, reason)
            self.state = RunState.HALTED
            self._stop(reason)

    def _stop(self, why: str) -> None:
        """Hands out nothing more; what workers have begun, they end."""
        if self.stopped is not None:
            return
        self.stopped = why
        for task in self._crew.desk.clear():
            self._hands.give_back(task)
        self._fleet.observer(RunStopped(why))

    def _begin_wave(self, found: runs.Exchange) -> None:
        self._wave, self._stage = found.wave, 0
        wave = self._waves[found.wave]
        self._breaker = self._breaker.of_wave(len(wave.targets))
        self._held_until = time.monotonic() + found.hold
        if found.hold > 0:
            self._fleet.observer(Told(f"wave {wave.name} begins in {found.hold:.0f} s"))
        if len(self._waves) > 1:
            self._fleet.observer(WaveBegan(found.wave, wave.name, len(wave.targets)))

    def _end_wave(self, found: runs.Exchange) -> None:
        closed = pass_gate(self._fleet, self._run_id, self._waves, self._wave, found, self._hands.plans)
        if closed is not None:
            self._stop(closed)

"""How a run stands at a moment, as a value: counts, what each worker does, how fast it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sqlmig.plan.events import RunBegan
from sqlmig.plan.results import Holder, Outcome, TargetResult
from sqlmig.plan.rollout import ErrorKind, Identity
from sqlmig.plan.values import Step, Target

FLEET = 50
"""Of a run with more targets than this, only what is out of the ordinary gets a line."""
WINDOW = 10.0
"""The pace is that of the last so many seconds."""


class Detail(Enum):
    """How much is told of a run."""

    STEPS = "steps"
    """A line for each step: for one target."""
    TARGETS = "targets"
    """A line for each target; of a large fleet only what is out of the ordinary."""


class Medium(Enum):
    """Where it is told."""

    SCREEN = "screen"
    """Where a person watches: what happens now stands below the lines, and changes."""
    LOG = "log"
    """Where only lines stay: now and then one of them says how far it is."""


@dataclass(frozen=True, slots=True)
class WaveTally:
    """One wave, as far as it is."""

    name: str
    targets: int
    began: float = 0.0
    done: int = 0
    failed: int = 0
    """Those that were quarantined as well."""
    blocked: int = 0
    seconds: float = 0.0
    """How long it took; 0 while it is under way."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker does."""

    target: Target
    since: float
    step: Step | None = None
    """The step that ended last."""
    blockers: tuple[Holder, ...] = ()
    """Who keeps it waiting."""
    ended: str | None = None
    """What became of the target, once the worker is through with it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How far the run was at a moment."""

    at: float
    targets: int
    steps: int


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How a run stands. Times are seconds of a clock that only goes forward."""

    detail: Detail
    medium: Medium
    began: float
    run: RunBegan | None = None
    """None as long as nothing is known of it: it is planned."""
    workers: int = 0
    wave: WaveTally | None = None
    past: tuple[WaveTally, ...] = ()
    counts: Mapping[Outcome, int] = field(default_factory=Counter)
    """Targets to which nothing more happens."""
    steps: int = 0
    """Steps of which nothing more is to be expected, whatever became of them."""
    queued: frozenset[Identity] = frozenset()
    """Targets at the tail of the queue, because somebody was in their way."""
    work: Mapping[int, Work] = field(default_factory=dict)
    """By the worker's number."""
    failures: Mapping[ErrorKind, int] = field(default_factory=Counter)
    waits: Mapping[object, int] = field(default_factory=Counter)
    """How often somebody was in the way, by who it was."""
    samples: tuple[Sample, ...] = ()
    """Of the last `WINDOW` seconds, and one from before."""
    told_at: float = 0.0
    told_share: float = 0.0
    """When a log was last told how far it is, and how far it was."""
    plain: Mapping[str, int] = field(default_factory=Counter)
    """By step: in how many targets it ran without CONCURRENTLY."""
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By step: what of all targets it touched, so that it ran in one target at a time."""
    stopping: str | None = None
    lines: tuple[str, ...] = ()
    """What there is to say since the last batch of events."""

    @property
    def over(self) -> int:
        """How many targets nothing more happens to."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """How many did not end well, those that were only blocked left out."""
        return self.counts.get(Outcome.FAILED, 0) + self.counts.get(Outcome.QUARANTINED, 0)

    @property
    def fleet(self) -> bool:
        """Whether a line for each target would be too many."""
        return self.detail is Detail.TARGETS and self.run is not None and self.run.targets > FLEET

    @property
    def share(self) -> float:
        """How much of the run is over, from 0 to 1: by steps, for a wave takes its targets through in stages."""
        if self.run is None:
            return 0.0
        part, whole = (self.steps, self.run.steps) if self.run.steps else (self.over, self.run.targets)
        return min(1.0, part / whole) if whole else 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What only the events of a run tell, for the report on it."""

    waves: tuple[WaveTally, ...] = ()
    plain: Mapping[str, int] = field(default_factory=dict)
    """By step: in how many targets it ran without CONCURRENTLY."""
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By step: what of all targets it touched, so that it ran in one target at a time."""


def steps_done(result: TargetResult) -> int:
    """How many steps of a target were done; a large run keeps their number only."""
    return result.ran or sum(step.outcome is Outcome.DONE for step in result.steps)


def seconds_spent(result: TargetResult) -> float:
    """How long the steps of a target took."""
    return result.seconds or sum(step.duration for step in result.steps)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run goes, for each second; None where that cannot be said."""

    targets: float | None
    steps: float | None
    left: float | None
    """Seconds until it is over, when it goes on like this."""


def pace(state: RunProgress, now: float) -> Pace:
    """How fast a run went in the last seconds."""
    first = state.samples[0] if state.samples else Sample(state.began, 0, 0)
    seconds = now - first.at
    if seconds < 1.0:
        return Pace(None, None, None)
    targets, steps = (state.over - first.targets) / seconds, (state.steps - first.steps) / seconds
    if state.run is None:
        return Pace(targets, steps, None)
    whole, part, speed = (state.run.steps, state.steps, steps)
    if not state.run.steps:
        whole, part, speed = (state.run.targets, state.over, targets)
    return Pace(targets, steps, max(0.0, (whole - part) / speed) if speed else None)


def sampled(samples: tuple[Sample, ...], latest: Sample) -> tuple[Sample, ...]:
    """The samples of the window with one more; those that the pace no longer needs are dropped."""
    if samples and latest.at - samples[-1].at < WINDOW / 20:
        return samples
    # The first that is kept is the last one from before the window, so that the window is always whole.
    start = max((at for at, sample in enumerate(samples) if sample.at <= latest.at - WINDOW), default=0)
    return (*samples[start:], latest)

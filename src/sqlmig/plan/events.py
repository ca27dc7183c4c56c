"""What happens during a run, as values: observers are told of each, one after the other, from one thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmig.plan.restorepoints import RestorePoint
from sqlmig.plan.results import Holder, RunResult, StepResult, TargetResult
from sqlmig.plan.values import Target


@dataclass(frozen=True, slots=True)
class RunBegan:
    """The plan may run."""

    run_id: str
    targets: int
    """How many have something to do."""
    steps: int
    waves: tuple[tuple[str, int], ...]
    """Name and number of targets of each."""
    workers: int
    joined: bool = False
    """Whether another process had begun it, and this one helps."""
    restore_point: RestorePoint | None = None
    """The moment before the run, for a recovery of the whole server; None where none was made."""


@dataclass(frozen=True, slots=True)
class WaveBegan:
    """The targets of a wave are handed out from now on."""

    number: int
    """From 0."""
    name: str
    targets: int


@dataclass(frozen=True, slots=True)
class TargetBegan:
    """A worker has taken on a target."""

    worker: int
    """From 0, within this process."""
    target: Target


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step has ended, well or not."""

    worker: int
    result: StepResult


@dataclass(frozen=True, slots=True)
class TargetEnded:
    """Nothing more happens to a target in this run."""

    worker: int | None
    """None when no worker of this process had it."""
    result: TargetResult


@dataclass(frozen=True, slots=True)
class TargetRequeued:
    """Somebody was in the way: the target went to the tail of the queue."""

    worker: int
    target: Target
    why: str
    attempts: int
    seconds: float
    """How long it is left alone."""
    blockers: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class TargetWaits:
    """A target is kept waiting, at this moment, by others."""

    target: Target
    blockers: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class WorkersChanged:
    """More or fewer targets are migrated at once from now on."""

    workers: int
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """Something worth knowing: a gate that was passed, a lock budget, who holds an old snapshot."""

    message: str


@dataclass(frozen=True, slots=True)
class RunStopped:
    """No more targets are handed out; what is under way is finished."""

    why: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over for this process, and was read back."""

    result: RunResult


Event = (
    RunBegan
    | WaveBegan
    | TargetBegan
    | StepEnded
    | TargetEnded
    | TargetRequeued
    | TargetWaits
    | WorkersChanged
    | Told
    | RunStopped
    | RunEnded
)

Observer = Callable[[Event], None]
"""Who is told how a run goes on."""


def nobody(_event: Event) -> None:
    """An observer that does not care."""

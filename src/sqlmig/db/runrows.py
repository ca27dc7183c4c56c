"""What is said to and by the tables of runs, as values, and how rows are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlmig.db.session import Row
from sqlmig.plan.rollout import Gate, Identity, ItemError, ItemState, RunState, Wave
from sqlmig.plan.values import Target


class Reach(Enum):
    """Which targets a worker may claim."""

    DUE = "due"
    """What waits for its turn, and what dead workers had."""
    UNLOCKED = "unlocked"
    """Also what a live worker has claimed and is not at work on: nobody holds the target's own lock."""
    LOCKED = "locked"
    """Whatever is not over: for who wants to know who holds it."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One target of a run's frozen list."""

    target: Target
    wave: int
    """From 0."""
    position: int
    """Its place in the queue of its wave."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is written down when a run begins."""

    command: str
    reason: str | None
    manifest: str | None
    """Hex: a hash of the goal and of all that it is made of. Processes with the same one help each other."""
    goal: Mapping[str, object] | None
    """JSON: what the run is for; None for a run that cannot be resumed."""
    waves: Sequence[Wave]
    items: Sequence[NewItem]
    options: Mapping[str, object] = field(default_factory=dict)
    """JSON: what else the caller needs to resume it."""
    parent: str | None = None
    """The run whose failed targets it tries again."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a target stands that this worker had claimed."""

    identity: Identity
    state: ItemState
    stage: int
    """The stage that comes next, or that it ended in."""
    attempts: int | None = None
    """Tries so far; None leaves what was reported before."""
    waited: float | None = None
    """Seconds spent waiting for others so far; None leaves what was reported before."""
    delay: float = 0.0
    """Seconds for which it is left alone; it then stands at the tail of the queue."""
    seconds: float | None = None
    """What it took; None leaves what was reported before."""
    error: ItemError | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A target that is this worker's now."""

    track: str
    key: str
    schema: str
    attempts: int
    """Tries so far."""
    waited: float
    """Seconds spent waiting for others so far."""

    @property
    def identity(self) -> Identity:
        """Track and key."""
        return (self.track, self.key)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange gave, and how the run stood then."""

    claimed: tuple[Claimed, ...]
    state: RunState
    reason: str | None
    """Why it is paused, halted or aborted."""
    wave: int
    """The wave that is under way, from 0; behind the last one when all are over."""
    counts: Mapping[ItemState, int]
    """Of the wave that was asked for."""
    stage: int | None
    """The lowest stage of that wave's targets that are not over; None when the wave is over."""
    next_due: float | None
    """Seconds until the first target that is left alone is due again; None when none is left alone."""
    hold: float
    """Seconds until the wave under way may begin; 0 when it may."""
    slowest: float
    """Seconds that the slowest target of that wave took which is done."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a run was begun with, for whoever takes it up."""

    command: str
    manifest: str | None
    """Hex."""
    goal: Mapping[str, object] | None
    waves: tuple[Wave, ...]
    """With their targets, in the order of the queue; no targets where they were pruned."""
    wave: int
    options: Mapping[str, object]
    reason: str | None
    parent: str | None


def report_row(report: Report) -> dict[str, object]:
    """A report as `run_report.sql` reads it."""
    track, key = report.identity
    error = report.error
    return {
        "track": track,
        "target": key,
        "state": report.state.value,
        "stage": report.stage,
        "attempts": report.attempts,
        "waited": report.waited,
        "delay": report.delay,
        "seconds": report.seconds,
        "sqlstate": error.kind.sqlstate if error is not None else None,
        "error": error_row(error) if error is not None else None,
    }


def error_row(error: ItemError) -> dict[str, object]:
    """An error as the column `error` keeps it."""
    kind = error.kind
    return {
        "track": kind.track,
        "migration": kind.migration,
        "statement": kind.statement,
        "sqlstate": kind.sqlstate,
        "constraint": kind.constraint,
        "alike": kind.message,
        "message": error.message,
    }


def exchanged(claimed: tuple[Claimed, ...], row: Row) -> Exchange:
    """What `run_standing.sql` answers."""
    state, reason, wave, hold, stage, next_due, slowest, *counts = row
    return Exchange(
        claimed=claimed,
        state=RunState(state),
        reason=reason,
        wave=wave,
        counts={item: count or 0 for item, count in zip(ItemState, counts, strict=True)},
        stage=stage,
        next_due=next_due,
        hold=hold or 0.0,
        slowest=slowest or 0.0,
    )


def stored_run(row: Row, items: Sequence[Row]) -> StoredRun:
    """What `run_stored.sql` answers."""
    command, manifest, goal, waves, wave, options, reason, parent = row
    targets: dict[int, list[Identity]] = {}
    for number, track, key in items:
        targets.setdefault(number, []).append((track, key))
    found = tuple(
        Wave(
            one["name"], tuple(targets.get(number, ())), Gate(**{**one["gate"], "verify": tuple(one["gate"]["verify"])})
        )
        for number, one in enumerate(waves)
    )
    return StoredRun(command, manifest, goal, found, wave, options, reason, parent)

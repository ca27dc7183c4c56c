"""How a run reaches many targets: waves, the gates between them, and how their items stand. Values only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

Identity = tuple[str, str]
"""Track and key of a target."""


class RunState(Enum):
    """How a run stands. The values are public: they stand in the history and in JSON."""

    RUNNING = "running"
    PAUSED = "paused"
    """Somebody, or a gate, asked it to wait: `run resume` goes on."""
    HALTED = "halted"
    """The breaker or a gate stopped it: `run resume` goes on once the reason is gone."""
    ABORTED = "aborted"
    """It is given up; what it had not begun stays as it is."""
    FINISHED = "finished"


class ItemState(Enum):
    """How one target stands within a run. The values are public: they stand in the history and in JSON."""

    PENDING = "pending"
    RUNNING = "running"
    """Claimed by a worker, whose lease says until when."""
    DONE = "done"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    """Its own data stand against the migration: it is left aside, and does not speak for the others."""
    BLOCKED = "blocked"
    """Somebody was in the way until the attempts were used up."""


OVER = frozenset({ItemState.DONE, ItemState.FAILED, ItemState.QUARANTINED, ItemState.BLOCKED})
"""States in which nothing more happens to a target within a run."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What has to hold before the next wave begins."""

    failures: float = 0
    """How many targets of the wave may have failed: a count from 1, below 1 a share of the wave; 0 for none."""
    longest: float | None = None
    """Seconds that the slowest target may have taken."""
    verify: tuple[str, ...] = ()
    """Verify files, relative to the project, that are run in every target of the wave: no row may come back."""
    pause: float = 0.0
    """Seconds to wait before the next wave."""
    confirm: bool = False
    """Whether somebody has to say that it goes on."""


@dataclass(frozen=True, slots=True)
class WaveRule:
    """Which targets a wave takes, of those that no wave before it took; nothing chosen means all of them."""

    name: str
    tenants: tuple[str, ...] = ()
    """Slugs or schemas, or patterns of them."""
    where: Mapping[str, object] = field(default_factory=dict)
    """Columns of the registry and the values that they must have: labels."""
    count: int | None = None
    """At most so many of those."""
    share: float | None = None
    """Instead of a count: at most this share, between 0 and 1, of all targets of the run."""
    smallest: bool = False
    """Whether the smallest schemas come first, by the space that they take."""
    gate: Gate = Gate()


@dataclass(frozen=True, slots=True)
class Wave:
    """A part of a run's targets that is over before the next part begins."""

    name: str
    targets: tuple[Identity, ...]
    gate: Gate = Gate()


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What an error is, whichever target met it: errors that are equal here are told once."""

    track: str
    migration: str
    """Version and name, or a repeatable's name."""
    statement: int | None
    """The number of the statement within its file, from 1."""
    sqlstate: str | None
    constraint: str | None
    message: str
    """The first line, the target's own names taken out."""


@dataclass(frozen=True, slots=True)
class ItemError:
    """The last error of one target within a run."""

    kind: ErrorKind
    message: str
    """The message as this target got it."""


@dataclass(frozen=True, slots=True)
class RunItem:
    """One target within a run, as the history keeps it."""

    track: str
    key: str
    schema: str
    wave: int
    """From 0."""
    state: ItemState
    attempts: int = 0
    worker: str | None = None
    seconds: float | None = None
    error: ItemError | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run, as the history keeps it."""

    run_id: str
    command: str
    state: RunState
    started_at: datetime.datetime
    finished_at: datetime.datetime | None
    outcome: str | None
    actor: str
    host: str
    tool: str
    git_commit: str | None
    reason: str | None
    """What who started it gave as reason, and why it was paused, halted or aborted."""
    wave: int
    """The wave that is under way, from 0."""
    waves: tuple[str, ...]
    """Their names."""
    counts: Mapping[ItemState, int]
    alive: bool
    """Whether a process is at work on it now."""

"""How a run reaches many targets: waves, the gates between them, and how their items stand. Values only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

# What the configuration says of waves and gates; here it is together with what becomes of them.
from sqlmig.plan.restorepoints import RestorePoint
from sqlmig.project.config.rollout import Gate as Gate
from sqlmig.project.config.rollout import WaveRule as WaveRule

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
FAILED = OVER - {ItemState.DONE}
"""Those of them in which it did not get where it should be."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A part of a run's targets that is over before the next part begins."""

    name: str
    targets: tuple[Identity, ...]
    gate: Gate = field(default_factory=Gate)


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

    def __str__(self) -> str:
        if self.sqlstate is None:
            return self.message
        where = self.migration if self.statement is None else f"{self.migration}:{self.statement}"
        constraint = f" (constraint {self.constraint})" if self.constraint else ""
        return f"{self.sqlstate} in {where}{constraint}" if where else f"{self.sqlstate}: {self.message}"


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
    restore_point: RestorePoint | None = None
    """The moment before it."""

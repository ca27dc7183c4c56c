"""What a run came to, as values: partial success is a value, not a lost exception."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from sqlmig.errors import Place
from sqlmig.plan.restorepoints import RestorePoint
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Plan, Step, Target, TargetPlan


class Outcome(Enum):
    """How a step, a target or a run ended. The values are public: they stand in the history and in JSON."""

    DONE = "done"
    MOVED = "moved"
    """Another run changed the target meanwhile: it is planned anew."""
    FAILED = "failed"
    BLOCKED = "blocked"
    """A lock was not obtained in time."""
    INTERRUPTED = "interrupted"
    QUARANTINED = "quarantined"
    """The target's own data stand against the migration: it is left aside, and does not speak for the others."""
    NOT_STARTED = "not-started"


@dataclass(frozen=True, slots=True)
class Holder:
    """A session of the server that is in the way."""

    pid: int
    user: str
    application: str
    client: str
    state: str
    query: str
    since: datetime.datetime | None
    """When its transaction began."""

    def __str__(self) -> str:
        since = f", since {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else ""
        query = " ".join(self.query.split())[:120]
        name = self.application or "no name"
        return f"pid {self.pid} ({self.user}@{self.client}, {name}, {self.state}{since}): {query}"


@dataclass(frozen=True, slots=True)
class HeldLock:
    """An advisory lock of sqlmig that is held now."""

    label: str
    """The target's schema, or `shared tracks`."""
    mode: str
    holder: Holder


@dataclass(frozen=True, slots=True)
class ServerError:
    """What the server said."""

    sqlstate: str | None
    """None when the connection broke."""
    message: str
    detail: str | None = None
    hint: str | None = None
    context: str | None = None
    offset: int | None = None
    """Where in the message that was sent, in characters from 0."""
    completed: int | None = None
    """How many statements of the message had run before; the server names a place only for some errors."""
    constraint: str | None = None
    source: str | None = None
    """The function of the server's source that raised it; `scanner_yyerror` is the grammar."""

    @property
    def syntax(self) -> bool:
        """Whether the grammar refused the text, whatever it means."""
        return self.source == "scanner_yyerror"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed: what, where, what is true now, and what to do next."""

    message: str
    state: str
    next: str
    place: Place | None = None
    statement: str | None = None
    error: ServerError | None = None
    halts: bool = False
    """Whether every other target would fail the same way."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of a step."""

    step: Step
    outcome: Outcome
    duration: float
    """Seconds, of the last attempt."""
    lock_wait: float = 0.0
    """Seconds spent waiting for advisory locks and between attempts."""
    attempts: int = 1
    failure: Failure | None = None
    blockers: tuple[Holder, ...] = ()
    remedy: Remedy | None = None
    """What the error calls for; None when there was none."""
    locks: int = 0
    """How many entries of the lock table its transaction held before COMMIT; 0 when that was not counted."""
    plain: tuple[int, ...] = ()
    """The numbers of the statements that ran in their plain form instead of CONCURRENTLY."""
    notes: tuple[str, ...] = ()
    """What else people are told."""


@dataclass(frozen=True, slots=True)
class TargetResult:
    """What became of a target: the steps that ran, and why the rest did not."""

    plan: TargetPlan
    outcome: Outcome
    steps: tuple[StepResult, ...] = ()
    """What ran, step by step; of a large run only where something went wrong, for memory's sake: see `ran`."""
    failure: Failure | None = None
    ran: int = 0
    """How many steps were done."""
    seconds: float = 0.0
    """What they took, waiting not counted."""
    attempts: int = 1
    """How often the target was tried."""
    elsewhere: bool = False
    """Whether another process of the same run did it."""

    @property
    def target(self) -> Target:
        """The target."""
        return self.plan.target


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to."""

    run_id: str | None
    """None when there was nothing to do and no run was begun."""
    plan: Plan
    results: tuple[TargetResult, ...]
    behind: tuple[Target, ...] = ()
    """Targets that the read-back at the end did not find where they should be."""
    seconds: float = 0.0
    stopped: bool = False
    """Whether somebody asked the run to stop."""
    halted: str | None = None
    """Why the run was stopped before every target had its turn: the breaker, a gate, a pause."""
    invalid: tuple[str, ...] = ()
    """INVALID indexes in the targets' schemas, qualified. Others left them: a step whose own is INVALID has failed."""
    restore_point: RestorePoint | None = None
    """The moment before the run, for a recovery of the whole server; None where none was made."""

    @property
    def outcome(self) -> Outcome:
        """The worst that happened to a target."""
        found = worst(result.outcome for result in self.results)
        if self.stopped and found is Outcome.NOT_STARTED:
            return Outcome.INTERRUPTED
        return Outcome.FAILED if found is Outcome.DONE and self.behind else found

    @property
    def exit_status(self) -> int:
        """0 only when every target of the frozen list was read back where it should be."""
        return _STATUS[self.outcome]


_STATUS = {
    Outcome.DONE: 0,
    Outcome.MOVED: 3,
    Outcome.NOT_STARTED: 3,
    Outcome.FAILED: 3,
    Outcome.QUARANTINED: 3,
    Outcome.BLOCKED: 4,
    Outcome.INTERRUPTED: 5,
}
_WORST_FIRST = (
    Outcome.INTERRUPTED,
    Outcome.FAILED,
    Outcome.QUARANTINED,
    Outcome.BLOCKED,
    Outcome.MOVED,
    Outcome.NOT_STARTED,
    Outcome.DONE,
)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that speaks for all of them."""
    found = set(outcomes)
    return next((outcome for outcome in _WORST_FIRST if outcome in found), Outcome.DONE)

"""Where every target stands, worked out from a plan that would bring all of them up."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmig.plan.rollout import RunSummary
from sqlmig.plan.tenantstates import Hold
from sqlmig.plan.values import Plan, Reason, Refusal, Standing, Target, TargetPlan


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """Where one target stands."""

    target: Target
    standing: Standing
    head: int
    """The highest applied version; 0 when there is none."""
    pending: int
    """Migrations and repeatables that `apply` would run."""
    updated_at: datetime.datetime | None
    problems: tuple[Refusal, ...] = ()
    hold: Hold | None = None
    """What keeps it from going further."""


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that began and never wrote down how it ended: it goes on, or it was killed."""

    run_id: str
    command: str
    started_at: datetime.datetime
    actor: str
    host: str


@dataclass(frozen=True, slots=True)
class VersionGroup:
    """Targets of one track that have the same highest version, and stand alike."""

    track: str
    head: int
    standing: Standing
    targets: tuple[TargetStatus, ...]

    @property
    def pending(self) -> tuple[int, int]:
        """The fewest and the most that `apply` would run in one of them."""
        numbers = [target.pending for target in self.targets]
        return min(numbers), max(numbers)


@dataclass(frozen=True, slots=True)
class Status:
    """Where every selected target stands."""

    targets: tuple[TargetStatus, ...]
    heads: Mapping[str, int]
    """The highest version that each track's files have."""
    unfinished: tuple[UnfinishedRun, ...] = ()
    notes: tuple[str, ...] = ()
    runs: tuple[RunSummary, ...] = ()
    """Runs over many targets that have not come to their end, with how far they are."""

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many targets stand where."""
        return Counter(target.standing for target in self.targets)

    @property
    def current(self) -> bool:
        """Whether every target is where the files are, or where somebody holds it."""
        return all(target.standing in (Standing.CURRENT, Standing.HELD) for target in self.targets)


def by_version(targets: Iterable[TargetStatus]) -> tuple[VersionGroup, ...]:
    """Targets that stand alike put together: track by track, the newest version first."""
    found: dict[tuple[str, int, Standing], list[TargetStatus]] = {}
    for one in targets:
        found.setdefault((one.target.track, one.head, one.standing), []).append(one)
    tracks = list(dict.fromkeys(track for track, _, _ in found))
    standings = list(Standing)
    order = sorted(found, key=lambda key: (tracks.index(key[0]), -key[1], standings.index(key[2])))
    return tuple(VersionGroup(*key, tuple(found[key])) for key in order)


@dataclass(frozen=True, slots=True)
class Verification:
    """The files against the history: what no longer agrees."""

    targets: int
    problems: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()
    unfinished: tuple[UnfinishedRun, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether the history and the files tell the same."""
        return not self.problems and not self.unfinished


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of a readiness probe."""

    current: bool
    targets: int
    behind: tuple[str, ...]
    """Schemas that lack something these files have."""
    ahead: tuple[str, ...]
    """Schemas that have versions these files do not know: a newer release was here."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One attempt, as the log keeps it."""

    at: datetime.datetime
    run_id: str
    track: str
    schema: str
    version: int | None
    name: str
    action: str
    outcome: str
    duration: float
    """Seconds."""
    lock_wait: float
    """Seconds."""
    attempts: int
    actor: str
    host: str
    tool: str
    git_commit: str | None
    sqlstate: str | None
    message: str | None
    reason: str | None
    detail: object


_OF_HISTORY = frozenset(
    {
        Reason.EDITED,
        Reason.DELETED,
        Reason.RENUMBERED,
        Reason.AHEAD,
        Reason.LATE,
        Reason.MISSING_SCHEMA,
        Reason.INTERRUPTED,
    }
)


def status_of(
    plan: Plan,
    heads: Mapping[tuple[str, str], tuple[int, datetime.datetime]],
    unfinished: tuple[UnfinishedRun, ...],
    runs: tuple[RunSummary, ...] = (),
) -> Status:
    """Where every target of a plan stands.

    Args:
        plan: that would bring all targets up.
        heads: by target identity, the highest applied version and when the target changed last.
        unfinished: runs without an end.
        runs: those over many targets that are not finished.
    """
    problems: dict[tuple[str, str], list[Refusal]] = {}
    for refusal in plan.refusals:
        if refusal.target is not None:
            problems.setdefault(refusal.target.identity, []).append(refusal)
    rows = tuple(_row(target, heads.get(target.target.identity), problems) for target in plan.targets)
    files = {target.track.name: target.track.head for target in plan.targets}
    return Status(rows, files, unfinished, _notes(plan), runs)


def verification_of(plan: Plan, unfinished: tuple[UnfinishedRun, ...]) -> Verification:
    """What in a plan that would bring all targets up speaks of the history, not of what is pending."""
    problems = tuple(refusal for refusal in plan.refusals if refusal.reason in _OF_HISTORY)
    return Verification(len(plan.targets), problems, tuple(dict.fromkeys(_notes(plan))), unfinished)


def _notes(plan: Plan) -> tuple[str, ...]:
    """What is worth knowing besides what holds targets: a status tells that of each of them."""
    holds = {str(target.hold) for target in plan.targets if target.hold is not None}
    return tuple(note.message for note in plan.notes if note.target is None or note.message not in holds)


def _row(
    planned: TargetPlan,
    head: tuple[int, datetime.datetime] | None,
    problems: Mapping[tuple[str, str], list[Refusal]],
) -> TargetStatus:
    version, updated_at = head or (0, None)
    found = tuple(problems.get(planned.target.identity, ()))
    pending = len(planned.steps)
    return TargetStatus(planned.target, planned.standing, version, pending, updated_at, found, planned.hold)

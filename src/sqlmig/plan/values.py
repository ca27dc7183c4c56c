"""What planning works with: targets, what is applied to them, and the plan that comes out. Values only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlmig.errors import Place
from sqlmig.plan.tenantstates import Hold
from sqlmig.project.model import Direction, Migration, Repeatable, Scope, Script, Tenant, Track, version_label
from sqlmig.project.templates import Rendered
from sqlmig.sql.statements import Statement


@dataclass(frozen=True, slots=True)
class Target:
    """What a migration runs in: a shared track's schema, or one tenant's."""

    track: str
    scope: Scope
    key: str
    """What history and locks know it by: the tenant's id, or the schema of a shared track."""
    schema: str
    tenant: Tenant | None = None

    @property
    def label(self) -> str:
        """How people call it: its schema."""
        return self.schema

    @property
    def identity(self) -> tuple[str, str]:
        """Track and key: what one row of the history's target table is for."""
        return (self.track, self.key)


@dataclass(frozen=True, slots=True)
class Applied:
    """One migration that counts as applied to a target."""

    version: int
    name: str
    checksum: str
    down_checksum: str | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """A `transaction off` migration that was begun and is not finished."""

    version: int | None
    """None for a repeatable."""
    name: str
    direction: Direction
    checksum: str
    rendered: str
    done: int
    """How many of its statements are known to have run."""
    total: int
    began: bool
    """Whether the statement behind the last known one was begun."""
    existed: bool
    """Whether what that statement makes was there before it, and so is not ours to drop."""
    statement: str | None
    """The text of the statement that was begun."""
    run_id: str
    at: datetime.datetime

    @property
    def label(self) -> str:
        """Version and name as people write them."""
        return self.name if self.version is None else f"{version_label(self.version)}_{self.name}"


@dataclass(frozen=True, slots=True)
class TargetState:
    """What the history says of a target."""

    digest: str | None = None
    """Of all that is applied; None when sqlmig has never been there."""
    applied: tuple[Applied, ...] = ()
    """Ascending by version."""
    repeatables: Mapping[str, str] = field(default_factory=dict)
    """Checksum by name."""
    progress: Progress | None = None

    @property
    def versions(self) -> frozenset[int]:
        """The versions that are applied."""
        return frozenset(row.version for row in self.applied)

    @property
    def head(self) -> int:
        """The highest applied version; 0 when nothing is applied."""
        return self.applied[-1].version if self.applied else 0


class Standing(Enum):
    """Where a target stands, compared with the files."""

    CURRENT = "current"
    BEHIND = "behind"
    NEW = "new"
    """Nothing was ever applied to it."""
    AHEAD = "ahead"
    """It has versions above the highest file: the files are older than the database."""
    DIVERGED = "diverged"
    """Applied files were edited, deleted or renumbered."""
    HELD = "held"
    """It is behind, and somebody holds it there."""
    INTERRUPTED = "interrupted"
    """A `transaction off` migration was begun and not finished."""
    MISSING = "missing"
    """Its schema is not there."""


class Reason(Enum):
    """Why a plan refuses. The values are public: they stand in JSON."""

    EDITED = "edited"
    DELETED = "deleted"
    RENUMBERED = "renumbered"
    AHEAD = "ahead"
    LATE = "late"
    NO_DOWN = "no-down"
    IRREVERSIBLE = "irreversible"
    REQUIRES = "requires"
    MISSING_SCHEMA = "missing-schema"
    INTERRUPTED = "interrupted"
    TRANSACTION_CONTROL = "transaction-control"
    NEEDS_TRANSACTION_OFF = "needs-transaction-off"
    UNNAMED_INDEX = "unnamed-index"
    NOT_SQL = "not-sql"
    TEMPLATE = "template"
    UNKNOWN_VERSION = "unknown-version"
    SYNTAX = "syntax"
    LINT = "lint"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a plan may not run; what is refused changes nothing."""

    reason: Reason
    message: str
    next: str
    target: Target | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that does not stop a plan."""

    message: str
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A migration or repeatable that shall run, and in which direction."""

    unit: Migration | Repeatable
    direction: Direction

    @property
    def script(self) -> Script:
        """The file that runs; what has none is refused before it becomes work."""
        match self.unit, self.direction:
            case Repeatable(script=script), Direction.UP:
                return script
            case Repeatable(down=Script() as down), Direction.DOWN:
                return down
            case Migration(up=up), Direction.UP:
                return up
            case Migration(down=Script() as down), Direction.DOWN:
                return down
        raise AssertionError(self)

    @property
    def transaction(self) -> bool:
        """Whether it runs in one transaction."""
        return self.script.directives.transaction

    @property
    def label(self) -> str:
        """The unit as people write it: `0007_add_deal_owner`, or the repeatable's name."""
        return self.unit.label if isinstance(self.unit, Migration) else self.unit.name


@dataclass(frozen=True, slots=True)
class Step:
    """One migration or repeatable x one target x one direction, rendered and split."""

    target: Target
    unit: Migration | Repeatable
    direction: Direction
    sql: Rendered
    statements: tuple[Statement, ...] = field(repr=False)
    verify: Rendered | None = None
    resumes: Progress | None = None
    """What an earlier run left of it."""
    shared: tuple[str, ...] = ()
    """What all targets share and this step locks or changes: it runs in one target at a time."""

    @property
    def script(self) -> Script:
        """The file that runs."""
        return self.sql.script

    @property
    def transaction(self) -> bool:
        """Whether it runs in one transaction."""
        return self.script.directives.transaction

    @property
    def version(self) -> int | None:
        """The migration's version; None for a repeatable."""
        return self.unit.version if isinstance(self.unit, Migration) else None

    @property
    def label(self) -> str:
        """The unit as people write it: `0007_add_deal_owner`, or the repeatable's name."""
        return self.unit.label if isinstance(self.unit, Migration) else self.unit.name

    def place(self, offset: int) -> Place:
        """Where in the template the character at `offset` of the rendered text came from."""
        return self.sql.place(offset)


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """What shall run in one target, in order."""

    target: Target
    track: Track = field(repr=False)
    before: TargetState = field(repr=False)
    steps: Sequence[Step]
    """Made anew at each look, for a fleet; see `plan.steps`."""
    digest: str
    """What the target's digest is when all steps have run."""
    standing: Standing
    relaid: tuple[Migration, ...] = field(default=(), repr=False)
    """Applied migrations whose files were only laid out anew: the history takes on their checksums."""
    digests: tuple[str, ...] = field(default=(), repr=False)
    """The target's digest after each step."""
    hold: Hold | None = None
    """What keeps the target from going further."""

    @property
    def works(self) -> tuple[Work, ...]:
        """What the steps are made of; costs nothing, unlike the steps themselves."""
        known: tuple[Work, ...] | None = getattr(self.steps, "works", None)
        return tuple(Work(step.unit, step.direction) for step in self.steps) if known is None else known


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order, with the reasons where it refuses. Made without side effects.

    `targets` is the frozen list: every target that was selected, whether it has something to do or not.
    """

    targets: tuple[TargetPlan, ...]
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in the order in which they run: for a fleet, more than should be held at once."""
        return tuple(step for target in self.targets for step in target.steps)

    @property
    def step_count(self) -> int:
        """How many steps there are."""
        return sum(len(target.steps) for target in self.targets)

    @property
    def works(self) -> tuple[Work, ...]:
        """What the steps are made of, each migration and direction once."""
        groups = {id(works): works for target in self.targets if (works := target.works)}
        return tuple({(id(work.unit), work.direction): work for works in groups.values() for work in works}.values())

    @property
    def relaid(self) -> tuple[TargetPlan, ...]:
        """The targets of which the history knows a migration in another layout."""
        return tuple(target for target in self.targets if target.relaid)

    @property
    def pending(self) -> tuple[TargetPlan, ...]:
        """The targets that have something to do."""
        return tuple(target for target in self.targets if target.steps)

"""What the isolation probe tries and what came of it, as values. Those of the enums are public: they stand in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from sqlmig.plan.probefacts import Relation, RelationKind
from sqlmig.plan.results import ServerError
from sqlmig.project.model import Tenant


class Action(Enum):
    """What is tried."""

    READ = "read"
    COPY = "copy"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    MOVE = "move"
    """A row of the tenant's own is given to the other."""
    REFERENCE = "reference"
    """A row of the tenant's own refers to a row of the other."""
    CALL = "call"
    TRUNCATE = "truncate"
    OWN = "own"
    """The table is the role's own, to alter or drop."""


ASKED = (Action.TRUNCATE, Action.OWN)
"""Not run: they would lock the table, and whether they are allowed is all that the server checks."""


class Where(Enum):
    """Where the other tenant's rows are."""

    OTHER = "other-schema"
    SHARED = "shared"
    OWN = "own-schema"
    """The tenant's own schema, with the other's id in the tenant column."""


class Context(Enum):
    """What the session says of the tenant."""

    TENANT = "tenant"
    MIXED_UP = "mixed-up"
    """The tenant's search_path, the other one's id."""
    UNSET = "unset"
    """The tenant's search_path, and no id."""


class Ending(Enum):
    """What an attempt came to."""

    LEAK = "leak"
    REFUSED = "refused"
    HIDDEN = "hidden"
    """The row was there, and was not seen."""
    UNPROVED = "unproved"


class Refusal(Enum):
    """What refused."""

    PRIVILEGE = "privilege"
    POLICY = "policy"
    TRIGGER = "trigger"
    CONSTRAINT = "constraint"
    SETTING = "setting"
    """A policy fails where the setting names no tenant."""


class Way(Enum):
    """How the probe became the application."""

    LOGIN = "login"
    SET_ROLE = "set-role"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tenants: the one in whose name rows of the other are tried."""

    tenant: Tenant
    other: Tenant


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing to try."""

    action: Action
    where: Where
    context: Context
    relation: Relation
    reference: int = 0
    """Of a REFERENCE: which of the table's foreign keys."""

    @property
    def object(self) -> str:
        """What it is tried on; a tenant's schema is left out, so that the same in other tenants has the same name."""
        name = f"{self.relation.name}()" if self.relation.kind is RelationKind.FUNCTION else self.relation.name
        return f"{self.relation.schema}.{name}" if self.where is Where.SHARED else name


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to an attempt."""

    rows: int = 0
    error: ServerError | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer proves."""

    ending: Ending
    rows: int = 0
    refusal: Refusal | None = None
    stopped_by: str | None = None
    """Of a leak: the constraint that stopped the row behind the privileges and the policies."""
    reason: str = ""
    """Of what is not proved."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt with what it came to."""

    pair: Pair
    role: str
    way: Way
    attempt: Attempt
    statement: str
    """For people: keys and values of rows have names in place of what they are."""
    verdict: Verdict
    why: str = ""
    """Of a leak: what the catalog says about it."""


@dataclass(frozen=True, slots=True)
class Leak:
    """The same success in one or several pairs."""

    first: Tried
    """One of them, as the example."""
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """What was not proved, for the same reason in one or several pairs."""

    first: Tried
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What trying came to."""

    pairs: tuple[Pair, ...]
    """Which tenants were tried against which."""
    roles: tuple[str, ...]
    ways: tuple[Way, ...]
    attempts: int
    refused: Mapping[Refusal, int]
    hidden: int
    leaks: tuple[Leak, ...]
    unproved: tuple[Open, ...]
    notes: tuple[str, ...] = ()

    @property
    def isolated(self) -> bool:
        """Whether no attempt succeeded; that all were proved is another question."""
        return not self.leaks

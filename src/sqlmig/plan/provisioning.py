"""Tenants that are made, one or many: what comes of it, as values, and the decisions that need no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum

from sqlmig.errors import Place, Problem
from sqlmig.plan.grouping import ErrorGroup, groups, item_error
from sqlmig.plan.results import Failure
from sqlmig.plan.values import Standing, Target, TargetPlan
from sqlmig.project.model import Scope, Tenant


class Making(Enum):
    """How a tenant's objects may be made."""

    QUICKEST = "quickest"
    """From the pool, or from a snapshot, when one fits; otherwise by every migration."""
    SNAPSHOT = "snapshot"
    """From a snapshot when there is one, never from the pool."""
    REPLAY = "replay"
    """By every migration."""


class Source(Enum):
    """What a tenant's objects were made from. The values are public: they stand in JSON."""

    POOL = "pool"
    SNAPSHOT = "snapshot"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    """A tenant that was made."""

    tenant: Tenant
    run_id: str
    steps: int
    """How many migrations and repeatables count as applied."""
    seconds: float
    source: Source = Source.REPLAY
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """In what a tenant that is there is not what was asked for."""

    what: str
    """A column of the registry's row, `schema`, `template`, `migrations` or `objects`."""
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class ComparedTenant:
    """A tenant that was there already."""

    tenant: Tenant
    differences: tuple[Difference, ...] = ()
    not_compared: tuple[str, ...] = ()
    """Values that were given, and that the registry has no column for."""


def row_differences(tenant: Tenant, values: Mapping[str, str], schema: str) -> ComparedTenant:
    """Compares what was given for a tenant with the registry's row."""
    found = []
    if tenant.schema != schema:
        found.append(Difference("schema", schema, tenant.schema))
    given = {name: value for name, value in values.items() if name not in ("schema", "slug")}
    for name, value in given.items():
        if name in tenant.row and not _same(tenant.row[name], value):
            found.append(Difference(name, value, _text(tenant.row[name])))
    return ComparedTenant(tenant, tuple(found), tuple(name for name in given if name not in tenant.row))


def plan_differences(planned: TargetPlan) -> Iterator[Difference]:
    """What of a track's migrations is not as the files have it."""
    what = f"migrations of {planned.target.track}"
    if planned.standing is Standing.MISSING:
        yield Difference("schema", planned.target.schema, "not there")
    elif planned.standing is not Standing.CURRENT:
        pending = f", {len(planned.steps)} pending" if planned.steps else ""
        yield Difference(what, Standing.CURRENT.value, f"{planned.standing.value}{pending}")


def _same(found: object, given: str) -> bool:
    if isinstance(found, bool):
        return given.lower() in (("true", "t", "yes", "on", "1") if found else ("false", "f", "no", "off", "0"))
    return _text(found) == given


def _text(value: object) -> str:
    return "NULL" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class PoolFilled:
    """What became of the pool."""

    made: tuple[str, ...]
    """Schemas that were made."""
    dropped: tuple[str, ...]
    """Stale or surplus ones that were dropped."""
    kept: tuple[str, ...]
    """Those of the kind that was asked for that were there, and fresh."""
    size: int
    """How many were asked for."""
    template: str | None = None


# --- many at once ---


@dataclass(frozen=True, slots=True)
class Listed:
    """One tenant of a list that is to be imported."""

    slug: str
    values: Mapping[str, str]
    template: str | None
    place: Place


class RowOutcome(Enum):
    """What became of one tenant of a list. The values are public: they stand in JSON."""

    MADE = "made"
    THERE = "there"
    """It was there, and is what the list says."""
    DIFFERS = "differs"
    FAILED = "failed"
    NOT_STARTED = "not-started"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one tenant of a list."""

    row: Listed
    outcome: RowOutcome
    created: CreatedTenant | None = None
    compared: ComparedTenant | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to, in the order of the list."""

    rows: tuple[RowResult, ...]
    seconds: float
    stopped: bool = False

    def of(self, outcome: RowOutcome) -> tuple[RowResult, ...]:
        """The tenants of which that became."""
        return tuple(row for row in self.rows if row.outcome is outcome)

    @property
    def causes(self) -> tuple[ErrorGroup, ...]:
        """Why tenants failed, equal errors put together."""
        return groups(
            (row.row.slug, item_error(row.failure, None, _target(row.row)))
            for row in self.rows
            if row.failure is not None
        )

    @property
    def exit_status(self) -> int:
        """Of the command: what is worst counts."""
        if self.of(RowOutcome.FAILED):
            return 3
        if self.stopped and self.of(RowOutcome.NOT_STARTED):
            return 5
        return 1 if self.of(RowOutcome.DIFFERS) else 0


def _target(row: Listed) -> Target:
    schema = row.values.get("schema", row.slug)
    return Target("", Scope.TENANT, row.slug, schema, Tenant(row.slug, row.slug, schema))


def list_problems(rows: Sequence[tuple[Listed, Tenant]]) -> Iterator[Problem]:
    """Tenants of a list that are in each other's way.

    Args:
        rows: what the list says, and the tenant that it would make.
    """
    first: dict[tuple[str, str], Place] = {}
    for row, tenant in rows:
        for what, name in (("slug", tenant.slug), ("schema", tenant.schema)):
            if (what, name) in first:
                message = f"tenant {row.slug}: {what} {name} stands in line {first[what, name].line} already"
                yield Problem(message, row.place, "take one of the two out, or give it another name")
            first.setdefault((what, name), row.place)


def taken_problems(
    rows: Iterable[tuple[Listed, Tenant]], known: Iterable[Tenant], schemas: AbstractSet[str]
) -> Iterator[Problem]:
    """Tenants of a list whose schema is somebody else's.

    Args:
        rows: what the list says, and the tenant that it would make.
        known: the tenants that are there.
        schemas: the schemas that are there.
    """
    owners = {tenant.schema: tenant.slug for tenant in known}
    slugs = set(owners.values())
    for row, tenant in rows:
        owner = owners.get(tenant.schema)
        if owner is not None and owner != tenant.slug:
            message = f"tenant {row.slug}: schema {tenant.schema} is that of tenant {owner}"
        elif owner is None and tenant.schema in schemas and tenant.slug not in slugs:
            message = f"tenant {row.slug}: schema {tenant.schema} is there already, and belongs to no active tenant"
        else:
            continue
        yield Problem(message, row.place, "give the tenant another schema, in a column `schema`")

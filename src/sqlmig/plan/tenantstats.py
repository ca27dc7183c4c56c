"""What each tenant takes and costs, as values."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import Enum

from sqlmig.project.model import Tenant


class Statements(Enum):
    """Whether the server can tell of statements."""

    RECORDED = "recorded"
    NOT_INSTALLED = "not-installed"
    """The extension pg_stat_statements is not in this database."""
    NOT_LOADED = "not-loaded"
    """It is, but not in shared_preload_libraries."""


class Sort(Enum):
    """What the tenants are ordered by, the highest first."""

    SIZE = "size"
    ROWS = "rows"
    DEAD = "dead"
    SCANS = "scans"
    UNUSED = "unused"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the catalog counts for one schema, or for several together."""

    tables: int = 0
    indexes: int = 0
    table_bytes: int = 0
    """With TOAST."""
    index_bytes: int = 0
    live_rows: int = 0
    """As the server estimates."""
    dead_rows: int = 0
    sequential_scans: int = 0
    index_scans: int = 0
    unused_indexes: int = 0
    """That nobody read since the statistics were reset, unique ones left out."""
    unused_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        """Tables and indexes."""
        return self.table_bytes + self.index_bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """A normalised statement, as pg_stat_statements has it."""

    tenant: Tenant | None
    """None where the text names no tenant's schema."""
    query_id: int
    text: str
    calls: int
    mean_ms: float
    total_ms: float
    rows: int


@dataclass(frozen=True, slots=True)
class TenantStats:
    """One tenant."""

    tenant: Tenant
    figures: Figures
    statement_ms: float = 0.0
    """The time of the statements that name its schema."""


@dataclass(frozen=True, slots=True)
class IndexStats:
    """An index by its name, in all tenants together."""

    table: str
    name: str
    tenants: int
    unused: int
    """In how many of them nobody read it, and it is not unique."""
    invalid: int
    scans: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Stats:
    """All of it; lists are whole, in order."""

    tenants: tuple[TenantStats, ...]
    indexes: tuple[IndexStats, ...]
    """The largest that are not read first."""
    statements: tuple[Statement, ...]
    """The most expensive first."""
    recorded: Statements
    since: datetime.datetime | None
    """When the server began to count; None where it was never reset."""

    @property
    def total(self) -> Figures:
        """All tenants together."""
        return summed([one.figures for one in self.tenants])


def summed(figures: Sequence[Figures]) -> Figures:
    """Several together."""
    return Figures(*(sum(getattr(one, field.name) for one in figures) for field in fields(Figures)))


def merged(indexes: Iterable[IndexStats]) -> tuple[IndexStats, ...]:
    """The same index of some tenants and of others together; the largest that are not read come first."""
    groups: dict[tuple[str, str], IndexStats] = {}
    for one in indexes:
        known = groups.get((one.table, one.name))
        groups[one.table, one.name] = one if known is None else _both(known, one)
    return tuple(sorted(groups.values(), key=lambda one: (not one.unused, -one.bytes, one.table, one.name)))


def _both(one: IndexStats, other: IndexStats) -> IndexStats:
    return IndexStats(
        one.table,
        one.name,
        one.tenants + other.tenants,
        one.unused + other.unused,
        one.invalid + other.invalid,
        one.scans + other.scans,
        one.bytes + other.bytes,
    )


def ordered(tenants: Iterable[TenantStats], sort: Sort) -> tuple[TenantStats, ...]:
    """The highest first."""
    return tuple(sorted(tenants, key=lambda one: (-_weight(one, sort), one.tenant.slug)))


def _weight(one: TenantStats, sort: Sort) -> float:
    match sort:
        case Sort.SIZE:
            return one.figures.total_bytes
        case Sort.ROWS:
            return one.figures.live_rows
        case Sort.DEAD:
            return one.figures.dead_rows
        case Sort.SCANS:
            return one.figures.sequential_scans
        case Sort.UNUSED:
            return one.figures.unused_bytes
        case Sort.TIME:
            return one.statement_ms

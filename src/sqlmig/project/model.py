"""What a project consists of, as values: tracks, migrations, repeatables and the scripts they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Scope(Enum):
    """Where a track runs."""

    SHARED = "shared"
    """Once per database, in the track's own schema."""
    TENANT = "tenant"
    """Once per tenant schema."""


class Direction(Enum):
    """Which file of a pair runs."""

    UP = "up"
    DOWN = "down"


class Phase(Enum):
    """The half of a zero-downtime change that a migration belongs to."""

    EXPAND = "expand"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Requirement:
    """`requires TRACK VERSION`: that migration must be applied first."""

    track: str
    version: int


@dataclass(frozen=True, slots=True)
class Directives:
    """What the head of a file asks for; see docs/file-format.md."""

    transaction: bool = True
    requires: tuple[Requirement, ...] = ()
    irreversible: str | None = None
    lock_timeout: str | None = None
    statement_timeout: str | None = None
    phase: Phase = Phase.EXPAND
    touches: tuple[str, ...] = ()
    out_of_order: str | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A template as it was read: line ends and byte order mark normalised."""

    path: str
    """Relative to the project's root, with forward slashes."""
    text: str = field(repr=False)
    directives: Directives
    checksum: str
    """SHA-256 (hex) of the template and of every macro file that it imports."""
    macros: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The imported macro files, by import name: what the history stores beside the template."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One version of a track. Its identity is (track, version), never the path."""

    track: str
    version: int
    name: str
    up: Script
    down: Script | None = None
    verify: Script | None = None

    @property
    def label(self) -> str:
        """Version and name as people write them: `0007_add_deal_owner`."""
        return f"{version_label(self.version)}_{self.name}"

    def script(self, direction: Direction) -> Script | None:
        """The file of that direction, if there is one."""
        return self.up if direction is Direction.UP else self.down


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A file that runs after the numbered ones, again whenever its checksum changes."""

    track: str
    name: str
    script: Script
    down: Script | None = None
    """Takes it away before down files run, so that what it depends on can go; optional."""


@dataclass(frozen=True, slots=True)
class Track:
    """An ordered series of migrations, and the repeatables that follow it."""

    name: str
    scope: Scope
    path: str
    schema: str | None
    """The schema of a shared track; None on a tenant track."""
    migrations: tuple[Migration, ...] = ()
    """Ascending by version, versions unique."""
    repeatables: tuple[Repeatable, ...] = ()
    """In the order in which they run."""

    @property
    def head(self) -> int:
        """The highest version there is; 0 when there is none."""
        return self.migrations[-1].version if self.migrations else 0

    def migration(self, version: int) -> Migration | None:
        """The migration of that version, if its files are there."""
        return next((m for m in self.migrations if m.version == version), None)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A row of the registry."""

    id: str
    """The registry's immutable id as text; the schema's name when the registry gives no id."""
    slug: str
    schema: str
    row: Mapping[str, object] = field(default_factory=dict, compare=False)
    """Every column that the registry returned, in scope in templates as `tenant`."""


def version_label(version: int) -> str:
    """A version as file names and messages write it, at least four digits."""
    return f"{version:04d}"

"""A project as it stands on disk, read whole: configuration, tracks, macros and lifecycle files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmig.errors import Problem, ProjectError
from sqlmig.project.config.check import shared_schemas
from sqlmig.project.config.tenancy import TemplateConfig
from sqlmig.project.config.values import Config
from sqlmig.project.directives import FileKind
from sqlmig.project.files import read_track, requirement_problems
from sqlmig.project.macros import read_macros
from sqlmig.project.model import Scope, Script, Tenant, Track
from sqlmig.project.rows import Row, Variables
from sqlmig.project.scripts import read_script
from sqlmig.project.templates import Templates

KIND = "template"
"""The column of a tenant's row that names its template, where the configuration names none: the history fills it in."""


@dataclass(frozen=True)
class ProjectFiles:
    """All that is on disk; nothing of the database."""

    config: Config
    tracks: tuple[Track, ...]
    """Shared tracks first, then tenant tracks, each in the order of the configuration."""
    templates: Templates

    @property
    def shared_tracks(self) -> tuple[Track, ...]:
        """The tracks that run once per database."""
        return tuple(track for track in self.tracks if track.scope is Scope.SHARED)

    @property
    def tenant_tracks(self) -> tuple[Track, ...]:
        """The tracks that run once per tenant."""
        return tuple(track for track in self.tracks if track.scope is Scope.TENANT)

    @property
    def shared_schemas(self) -> frozenset[str]:
        """The schemas that no tenant may have."""
        return shared_schemas(self.config)

    def kind(self, tenant: Tenant | None) -> TemplateConfig | None:
        """The template that a tenant was made by, and is migrated by: what its row says, or else the default one."""
        lifecycle = self.config.lifecycle
        named = tenant.row.get(lifecycle.template_column or KIND) if tenant is not None else None
        kinds = {kind.name: kind for kind in lifecycle.templates}
        return kinds.get(str(named)) or kinds.get(lifecycle.default_template or "")

    def scope(self, schema: str, tenant: Tenant | None, row: type[Row] = Row) -> dict[str, object]:
        """The names that are in scope of a template for one target; its tenant's columns are put into a `row`."""
        kind = self.kind(tenant) if tenant is not None else None
        names: dict[str, object] = {
            "schema": schema,
            "env": self.config.environment or "",
            "vars": Variables({**self.config.variables, **(kind.variables if kind is not None else {})}),
        }
        if tenant is not None:
            names["tenant"] = row({**tenant.row, "id": tenant.id, "slug": tenant.slug, "schema": tenant.schema})
        return names

    def seeds(self, kind: TemplateConfig | None) -> tuple[Script, ...]:
        """The files with a new tenant's first rows: `seed.sql`, when there is one, and those of its kind.

        Raises:
            ProjectError: one that the configuration names is not there, or cannot be read.
        """
        common = self.lifecycle("seed")
        folder = self.config.root / self.config.lifecycle.path
        own = kind.seed if kind is not None else ()
        further = (read_script(self.config.root, folder / name, FileKind.LIFECYCLE, self.templates) for name in own)
        return (*((common,) if common is not None else ()), *further)

    def lifecycle(self, name: str) -> Script | None:
        """A lifecycle file such as `provision`; None when the project has none of that name."""
        file = self.config.root / self.config.lifecycle.path / f"{name}.sql"
        return read_script(self.config.root, file, FileKind.LIFECYCLE, self.templates) if file.is_file() else None


def load_files(config: Config) -> ProjectFiles:
    """Reads every file of a project.

    Raises:
        ProjectError: with every problem of every file of every track.
    """
    files, problems = read_files(config)
    if problems:
        raise ProjectError(problems)
    return files


def read_files(config: Config, *, texts: Mapping[Path, str] | None = None) -> tuple[ProjectFiles, tuple[Problem, ...]]:
    """Reads what can be read of a project, and says what is wrong with the rest.

    A file with a problem is left out; of an up file, the whole migration. When a macro file cannot be read, no
    migration is: nobody knows what those that import it would be.
    """
    configured = sorted(config.tracks, key=lambda track: track.scope is Scope.TENANT)
    try:
        varying = _VARYING | ({"vars"} if any(kind.variables for kind in config.lifecycle.templates) else frozenset())
        templates = Templates(read_macros(config.root, config.macros), config.macros, varying)
    except ProjectError as error:
        empty = tuple(Track(track.name, track.scope, track.path, track.schema) for track in configured)
        return ProjectFiles(config, empty, Templates({})), error.problems
    tracks: list[Track] = []
    problems: list[Problem] = []
    for one in configured:
        track, found = read_track(config.root, one.name, one.path, one.scope, one.schema, templates, texts)
        tracks.append(track)
        problems += found
    if not problems:
        problems = requirement_problems(tracks)
    # A broken macro file is to blame in every file that imports it.
    return ProjectFiles(config, tuple(tracks), templates), tuple(dict.fromkeys(problems))


_VARYING = frozenset({"schema", "tenant"})
"""The names that differ from tenant to tenant; with variables of their own for kinds of tenants, so do these."""

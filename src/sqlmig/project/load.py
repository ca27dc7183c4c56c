"""A project as it stands on disk, read whole: configuration, tracks, macros and lifecycle files."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmig.errors import Problem, ProjectError
from sqlmig.project.config.check import shared_schemas
from sqlmig.project.config.values import Config
from sqlmig.project.directives import FileKind
from sqlmig.project.files import read_track, requirement_problems
from sqlmig.project.macros import read_macros
from sqlmig.project.model import Scope, Script, Tenant, Track
from sqlmig.project.sandbox import Row, Variables
from sqlmig.project.scripts import read_script
from sqlmig.project.templates import Templates


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

    def scope(self, schema: str, tenant: Tenant | None) -> dict[str, object]:
        """The names that are in scope of a template for one target."""
        names: dict[str, object] = {
            "schema": schema,
            "env": self.config.environment or "",
            "vars": Variables(self.config.variables),
        }
        if tenant is not None:
            names["tenant"] = Row({**tenant.row, "id": tenant.id, "slug": tenant.slug, "schema": tenant.schema})
        return names

    def lifecycle(self, name: str) -> Script | None:
        """A lifecycle file such as `provision`; None when the project has none of that name."""
        file = self.config.root / self.config.lifecycle / f"{name}.sql"
        return read_script(self.config.root, file, FileKind.LIFECYCLE, self.templates) if file.is_file() else None


def load_files(config: Config) -> ProjectFiles:
    """Reads every file of a project.

    Raises:
        ProjectError: with every problem of every file of every track.
    """
    templates = Templates(read_macros(config.root, config.macros), config.macros)
    problems: list[Problem] = []
    tracks: list[Track] = []
    for track in sorted(config.tracks, key=lambda track: track.scope is Scope.TENANT):
        try:
            tracks.append(read_track(config.root, track.name, track.path, track.scope, track.schema, templates))
        except ProjectError as error:
            problems += error.problems
    if not problems:
        problems = requirement_problems(tracks)
    if problems:
        raise ProjectError(problems)
    return ProjectFiles(config, tuple(tracks), templates)

"""A project as it stands on disk, read whole: configuration, tracks, macros and lifecycle files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.project.config.check import shared_schemas
from sqlmig.project.config.tenancy import TemplateConfig
from sqlmig.project.config.values import Config
from sqlmig.project.directives import FileKind
from sqlmig.project.files import read_further_repeatables, read_track, requirement_problems
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
    of_kinds: Mapping[str, Track] = field(default_factory=dict)
    """By kind of tenants that has repeatables of its own: a part of the last tenant track, with these alone."""

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

    @property
    def parts_of_kinds(self) -> tuple[Track, ...]:
        """The repeatables that kinds of tenants have of their own, each folder once, as parts of their track."""
        return tuple({part.path: part for part in self.of_kinds.values()}.values())

    def kind(self, tenant: Tenant | None) -> TemplateConfig | None:
        """The template that a tenant was made by, and is migrated by: what its row says, or else the default one."""
        lifecycle = self.config.lifecycle
        named = tenant.row.get(lifecycle.template_column or KIND) if tenant is not None else None
        return self._kinds.get(str(named)) or self._kinds.get(lifecycle.default_template or "")

    def variant(self, track: str, tenant: Tenant | None) -> str | None:
        """The kind of a tenant, where that kind has files of its own in the track."""
        kind = self.kind(tenant) if self.of_kinds else None
        part = self.of_kinds.get(kind.name) if kind is not None else None
        return kind.name if kind is not None and part is not None and part.name == track else None

    def track_for(self, name: str, tenant: Tenant | None) -> Track:
        """A track as a target gets it: with the repeatables of the tenant's kind behind those of all tenants.

        It is one and the same value for all tenants of a kind.
        """
        return self._tracks[name, self.variant(name, tenant)]

    def whole_of_kind(self, kind: str) -> Track:
        """The last tenant track as tenants get it whose kind has repeatables of its own."""
        return self._tracks[self.of_kinds[kind].name, kind]

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

    @cached_property
    def _kinds(self) -> dict[str, TemplateConfig]:
        return {kind.name: kind for kind in self.config.lifecycle.templates}

    @cached_property
    def _tracks(self) -> dict[tuple[str, str | None], Track]:
        """By name, and by kind where it has files of its own."""
        found: dict[tuple[str, str | None], Track] = {(track.name, None): track for track in self.tracks}
        for kind, part in self.of_kinds.items():
            track = found[part.name, None]
            found[part.name, kind] = replace(track, repeatables=(*track.repeatables, *part.repeatables))
        return found


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
    of_kinds, found = _of_kinds(config, tracks, templates, texts)
    problems += found
    if not problems:
        problems = requirement_problems(tracks, of_kinds.values())
    # A broken macro file is to blame in every file that imports it.
    return ProjectFiles(config, tuple(tracks), templates, of_kinds), tuple(dict.fromkeys(problems))


def _of_kinds(
    config: Config, tracks: Sequence[Track], templates: Templates, texts: Mapping[Path, str] | None
) -> tuple[dict[str, Track], tuple[Problem, ...]]:
    """By kind of tenants the repeatables that it has of its own, and what is wrong with them."""
    kinds = {kind.name: kind.repeatables for kind in config.lifecycle.templates if kind.repeatables is not None}
    # Behind everything else that a tenant has.
    last = next((track for track in reversed(tracks) if track.scope is Scope.TENANT), None)
    if last is None:
        keys = [f"lifecycle.templates.{kind}.repeatables" for kind in kinds]
        what = "is for tenants, and there is no tenant track"
        places = (source.place if (source := config.sources.get(key)) else Place(config.file) for key in keys)
        advice = "add a track with scope: tenant, or take it out"
        return {}, tuple(Problem(f"{key} {what}", at, advice) for key, at in zip(keys, places, strict=True))
    read = {
        path: read_further_repeatables(config.root, last, path, templates, texts)
        for path in dict.fromkeys(kinds.values())
    }
    problems = (problem for _, found in read.values() for problem in found)
    return {kind: read[path][0] for kind, path in kinds.items()}, tuple(problems)


_VARYING = frozenset({"schema", "tenant"})
"""The names that differ from tenant to tenant; with variables of their own for kinds of tenants, so do these."""

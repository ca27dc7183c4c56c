"""What a track's templates read of the tenant and of the variables, found by rendering them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlmig.catalog.snapshot_text import template_of
from sqlmig.errors import Refused
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Tenant, Track
from sqlmig.project.rows import Row


class NotedRow(Row):
    """A row that notes which of its columns are asked for."""

    def __init__(self, columns: Row) -> None:
        super().__init__(columns)
        self.asked: set[str] = set()
        self.owner = columns.owner

    def __getitem__(self, name: str) -> object:
        self.asked.add(name)
        return super().__getitem__(name)


@dataclass(frozen=True, slots=True)
class Read:
    """What a track reads."""

    names: frozenset[str]
    """Of the scope, besides the tenant: `vars.app_role`, `env`."""
    of_tenant: dict[str, frozenset[str]]
    """The tenant's columns, by the path of the file that asks."""


_OWN: Final = frozenset({"id", "slug", "schema"})
"""What every tenant has, and a snapshot has a placeholder for."""


def read_by(files: ProjectFiles, track: Track, tenant: Tenant) -> Read:
    """What the files of a track, and provision.sql, read when they are rendered for a tenant.

    Raises:
        ProjectError: one of them cannot be rendered.
    """
    names: set[str] = set()
    of_tenant: dict[str, frozenset[str]] = {}
    provision = files.lifecycle("provision")
    for script in (*scripts_of(track), *((provision,) if provision is not None else ())):
        scope = files.scope(tenant.schema, tenant)
        variables, row = (NotedRow(found) for key in ("vars", "tenant") if isinstance(found := scope[key], Row))
        text = files.templates.render(script, {**scope, "vars": variables, "tenant": row}).text
        names |= {f"vars.{name}" for name in variables.asked}
        if script is not provision:
            of_tenant |= {script.path: frozenset(row.asked)}
        mentions = any("env" in source for source in (script.text, *script.macros.values()))
        if mentions and text != files.templates.render(script, {**scope, "env": f"{scope['env']}?"}).text:
            names.add("env")
    return Read(frozenset(names), of_tenant)


def refuse_kinds_of_tenants(read: Read) -> None:
    """A snapshot is one script for all tenants: what a column of their rows decides it cannot know.

    Raises:
        Refused: with the file and the column.
    """
    for path, columns in read.of_tenant.items():
        others = sorted(columns - _OWN)
        if others:
            raise Refused(
                f"no snapshot can be made: {path} reads tenant.{others[0]}, which is another for each tenant",
                state="nothing was written",
                next="move what depends on it to seed.sql, which runs for each new tenant, or do without a snapshot",
            )


def refuse_touching(track: Track) -> None:
    """A snapshot holds one schema: what a migration does elsewhere for each tenant would be missing.

    Raises:
        Refused: with the file and what it touches.
    """
    for script in scripts_of(track):
        if script.directives.touches:
            raise Refused(
                f"no snapshot can be made: {script.path} touches {script.directives.touches[0]}, outside of the"
                " tenant's schema",
                state="nothing was written",
                next="let register.sql or seed.sql do that for each new tenant, or do without a snapshot",
            )


def different_texts(files: ProjectFiles, track: Track, one: Tenant, other: Tenant) -> tuple[str, ...]:
    """The files whose text differs between two tenants in more than the schema's name."""
    return tuple(
        script.path for script in scripts_of(track) if _neutral(files, script, one) != _neutral(files, script, other)
    )


def scripts_of(track: Track) -> Iterator[Script]:
    """The files that make a tenant, in the order in which they run."""
    yield from (migration.up for migration in track.migrations)
    yield from (repeatable.script for repeatable in track.repeatables)


def _neutral(files: ProjectFiles, script: Script, tenant: Tenant) -> str:
    return template_of(files.templates.render(script, files.scope(tenant.schema, tenant)).text, tenant.schema)

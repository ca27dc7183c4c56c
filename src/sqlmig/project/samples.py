"""Samples: what the linter renders templates for, since it asks no database who the tenants are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count

from sqlmig.errors import Problem, ProjectError
from sqlmig.project.config.values import RegistryConfig
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope, Script, Tenant, Track
from sqlmig.project.names import schema_for_slug
from sqlmig.project.rows import Row, SupposedRow
from sqlmig.project.templates import Rendered

SLUG = "sample"
"""The slug of a tenant that the configuration gives none."""
ID = "5a3b1e00-0000-4000-8000-000000000001"
"""The id of a tenant that the configuration gives none: registries have UUIDs more often than numbers."""


class Columns(Enum):
    """How much is known of a sample tenant's columns."""

    KNOWN = "known"
    """The registry's configuration gives them all."""
    CONFIGURED = "configured"
    """`lint.samples` gives those that count."""
    SUPPOSED = "supposed"
    """A query gives them, and nobody asked it: each has its own name as text."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One target that a track is rendered for."""

    name: str
    """The tenant's slug, or the shared track's name: unique within a track."""
    schema: str
    tenant: Tenant | None = None
    """None on a shared track."""
    columns: Columns = Columns.KNOWN


def sample_targets(files: ProjectFiles, track: Track) -> tuple[Sample, ...]:
    """What a track is rendered for: its schema, or each tenant of `lint.samples`, or one made up."""
    if track.scope is Scope.SHARED:
        return (Sample(track.name, track.schema or ""),)
    registry = files.config.tenants or RegistryConfig()
    if rows := files.config.lint.samples:
        slugs = _slugs(rows)
        return tuple(_configured(registry, row, slug) for row, slug in zip(rows, slugs, strict=True))
    return (_default(registry),)


def render_sample(files: ProjectFiles, script: Script, sample: Sample) -> Rendered:
    """Renders a script for a sample.

    Raises:
        ProjectError: the template fails; where too little is known of the tenant, it names `lint.samples`.
    """
    scope = files.scope(sample.schema, sample.tenant, SupposedRow if sample.columns is Columns.SUPPOSED else Row)
    try:
        return files.templates.render(script, scope)
    except ProjectError as error:
        row = scope.get("tenant")
        supposed = row.supposed if isinstance(row, SupposedRow) else []
        raise ProjectError([_with_advice(problem, sample, supposed) for problem in error.problems]) from error


def _configured(registry: RegistryConfig, row: Mapping[str, object], slug: str) -> Sample:
    schema = str(row.get("schema", schema_for_slug(registry.schema_template, slug)))
    return _sample(_tenant(row, slug, schema, ID if registry.query is not None else schema), Columns.CONFIGURED)


def _default(registry: RegistryConfig) -> Sample:
    schema = schema_for_slug(registry.schema_template, SLUG)
    if registry.list:
        row = registry.list[0]
        slug, schema = str(row["slug"]), str(row["schema"])
        return _sample(_tenant(row, slug, schema, schema), Columns.KNOWN)
    if registry.schemas is not None:
        # All that a pattern gives is the schema's name, which stands for the slug and the id too.
        return _sample(Tenant(schema, schema, schema), Columns.KNOWN)
    return _sample(Tenant(ID, SLUG, schema), Columns.SUPPOSED)


def _tenant(row: Mapping[str, object], slug: str, schema: str, otherwise: str) -> Tenant:
    """The tenant of a row; `otherwise` is its id where the row has none."""
    identity = row.get("id")
    return Tenant(otherwise if identity is None else str(identity), slug, schema, row)


def _sample(tenant: Tenant, columns: Columns) -> Sample:
    return Sample(tenant.slug, tenant.schema, tenant, columns)


def _slugs(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The slug of each row: its own, or else `sample`, `sample2` and so on, as far as they are free."""
    own = {row.get("slug") for row in rows}
    free = (slug for slug in (f"{SLUG}{number if number > 1 else ''}" for number in count(1)) if slug not in own)
    return [str(row["slug"]) if "slug" in row else next(free) for row in rows]


def _with_advice(problem: Problem, sample: Sample, supposed: Sequence[str]) -> Problem:
    advice = None
    if supposed:
        columns = f"column {supposed[0]}" if len(supposed) == 1 else f"columns {', '.join(supposed)}"
        advice = f"give tenants with the {columns} under `lint.samples` in sqlmig.yaml"
    elif sample.columns is Columns.CONFIGURED and problem.message.startswith(Row.owner):
        advice = "give the tenants under `lint.samples` in sqlmig.yaml that column"
    if advice is None:
        return problem
    return replace(problem, next=f"{problem.next}; or {advice}" if problem.next else advice)

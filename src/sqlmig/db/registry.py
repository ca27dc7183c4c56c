"""The registry: who the tenants are. A query over the user's own table, a list, or a pattern over schema names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from sqlmig.db.composing import literal, quoted
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import ConfigError, Place, Problem
from sqlmig.project.config.values import Config
from sqlmig.project.load import KIND, ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.project.names import schema_name_problems


class UnusableNames(ConfigError):
    """The registry was read, and gives tenants names or ids that they may not have."""


def read_tenants(session: Session, files: ProjectFiles) -> tuple[Tenant, ...] | None:
    """All active tenants in the registry's order; None when the table it lives in is not there yet.

    Raises:
        ConfigError: the query fails, or gives the wrong columns.
        UnusableNames: it names schemas that tenants may not have.
    """
    config = files.config
    registry = config.tenants
    if registry is None:
        return ()
    if registry.query is not None:
        rows = _rows_of_query(session, config, registry.query)
        if rows is None:
            return None
    elif registry.list is not None:
        rows = list(registry.list)
    else:
        rows = _matching_schemas(session, registry.schemas or "", files.shared_schemas)
    tenants = tuple(tenant_of(config, row) for row in rows)
    check_tenants(config, tenants, files.shared_schemas)
    return _with_templates(session, config, tenants)


def find_tenants(session: Session, files: ProjectFiles, slug: str, schema: str) -> tuple[Tenant, ...] | None:
    """The active tenants with this slug or this schema, without reading the others; None as in `read_tenants`.

    Raises:
        ConfigError: the query fails, or gives the wrong columns; or it names a schema that is no text.
    """
    config = files.config
    registry = config.tenants
    if registry is None:
        return ()
    if registry.query is not None:
        # The line break ends a comment that the query may end with.
        inner = registry.query.strip().rstrip(";")
        one = f"WHERE t.slug = {literal(slug)} OR t.schema = {literal(schema)}"
        rows = _rows_of_query(session, config, f"SELECT * FROM (\n{inner}\n) AS t {one}")  # noqa: S608  the project's own
        if rows is None:
            return None
    elif registry.list is not None:
        rows = [row for row in registry.list if row.get("slug") == slug or row.get("schema") == schema]
    else:
        # There, a schema's name is its tenant's slug.
        rows = [{"slug": one, "schema": one} for one in (slug, schema) if _is_tenant(session, files, one)]
        rows = list({row["schema"]: row for row in rows}.values())
    return _with_templates(session, config, tuple(tenant_of(config, row) for row in rows))


def check_tenants(config: Config, tenants: Sequence[Tenant], shared: Collection[str]) -> None:
    """Checks the names of all tenants before anything runs for the first of them.

    Raises:
        UnusableNames: with every name that is wrong, and every two that are alike.
    """
    problems = [Problem(text, _place(config), "correct the registry") for text in schema_name_problems(tenants, shared)]
    ids: dict[str, Tenant] = {}
    for tenant in tenants:
        if tenant.id in ids:
            message = f"tenants {ids[tenant.id].slug} and {tenant.slug} have the same id {tenant.id}"
            problems.append(Problem(message, _place(config), "let the registry return a unique id"))
        ids[tenant.id] = tenant
    if problems:
        raise UnusableNames(problems)


def _rows_of_query(session: Session, config: Config, query: str) -> list[Mapping[str, object]] | None:
    try:
        names, rows = session.table(query, {"statement_timeout": "60s"})
    except ServerRefused as error:
        said = error.said
        if said.sqlstate in ("42P01", "3F000"):
            return None
        granted = (
            "let the role that runs sqlmig read the registry: GRANT USAGE ON SCHEMA ..., GRANT SELECT ON TABLE ..."
        )
        advice = granted if said.sqlstate == "42501" else "correct the query under `tenants`"
        raise ConfigError([Problem(f"the registry's query fails: {said.message}", _place(config), advice)]) from error
    missing = [name for name in ("slug", "schema") if name not in names]
    if missing:
        message = f"the registry's query returns no column '{missing[0]}'; it returns: {', '.join(names)}"
        raise ConfigError([Problem(message, _place(config), f"give one a name: SELECT ... AS {missing[0]}")])
    return [dict(zip(names, row, strict=True)) for row in rows]


def _matching_schemas(session: Session, pattern: str, shared: Collection[str]) -> list[Mapping[str, object]]:
    rows = session.rows(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%' "
        "AND nspname NOT IN ('information_schema', 'public') ORDER BY nspname"
    )
    names = [row[0] for row in rows if fnmatchcase(row[0], pattern) and row[0] not in shared]
    return [{"slug": name, "schema": name} for name in names]


def _with_templates(session: Session, config: Config, tenants: tuple[Tenant, ...]) -> tuple[Tenant, ...]:
    """The tenants with their templates, where the history keeps those and not the registry."""
    lifecycle = config.lifecycle
    if not (tenants and lifecycle.templates and lifecycle.template_column is None):
        return tenants
    table = quoted(config.history_schema) + ".tenant"
    if session.value("SELECT pg_catalog.to_regclass(%(table)s)", {"table": table}) is None:
        return tenants
    asked = "WHERE template IS NOT NULL"
    if len(tenants) <= _FEW:
        asked += f" AND target IN ({', '.join(literal(tenant.id) for tenant in tenants)})"
    known = {row[0]: row[1] for row in session.rows(f"SELECT target, template FROM {table} {asked}")}  # noqa: S608  quoted
    return tuple(
        replace(tenant, row={**tenant.row, KIND: known[tenant.id]}) if tenant.id in known else tenant
        for tenant in tenants
    )


_FEW = 20


def _is_tenant(session: Session, files: ProjectFiles, schema: str) -> bool:
    pattern = (files.config.tenants.schemas if files.config.tenants is not None else None) or ""
    if schema in files.shared_schemas or schema == "public" or not fnmatchcase(schema, pattern):
        return False
    return session.value("SELECT true FROM pg_catalog.pg_namespace WHERE nspname = %(name)s", {"name": schema}) is True


def tenant_of(config: Config, row: Mapping[str, object]) -> Tenant:
    """A tenant from a row of the registry.

    Raises:
        UnusableNames: schema or slug is no text.
    """
    schema, slug = row["schema"], row["slug"]
    if not isinstance(schema, str) or not isinstance(slug, str):
        kind = "schema" if not isinstance(schema, str) else "slug"
        message = f"the registry gives {row[kind]!r} as a {kind}; it must be text"
        raise UnusableNames([Problem(message, _place(config), "correct the registry")])
    identity = row.get("id")
    return Tenant(str(identity) if identity is not None else schema, slug, schema, row)


def _place(config: Config) -> Place | None:
    for key in ("tenants.query", "tenants.list", "tenants.schemas", "tenants"):
        source = config.sources.get(key)
        if source is not None and source.place is not None:
            return source.place
    return Place(config.file)

"""Kinds of tenants: which one a tenant is of, and where that is kept for the migrations to come."""

from __future__ import annotations

from dataclasses import replace

from sqlmig.db.history import statement_text
from sqlmig.db.session import Session
from sqlmig.errors import ConfigError, Place, Problem, UsageError
from sqlmig.project.load import KIND, ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.project.nearest import did_you_mean


def chosen_template(files: ProjectFiles, name: str | None) -> str | None:
    """The name of a template that there is; None for none.

    Raises:
        UsageError: the configuration has no template of that name.
    """
    names = [kind.name for kind in files.config.lifecycle.templates]
    if name is None or name in names:
        return name
    if not names:
        raise UsageError(
            f"there is no template '{name}': this project has none", next="write `lifecycle.templates` in sqlmig.yaml"
        )
    raise UsageError(f"there is no template '{name}'; {did_you_mean(name, names)}")


def remember_template(session: Session, files: ProjectFiles, history_schema: str, tenant: Tenant, name: str) -> Tenant:
    """The tenant with its template; where no column of the registry keeps it, the history does from now on."""
    if files.config.lifecycle.template_column is not None:
        return tenant
    parameters = {"target": tenant.id, "slug": tenant.slug, "schema_name": tenant.schema, "template": name}
    session.run(statement_text("tenant_template", history_schema), parameters)
    return replace(tenant, row={**tenant.row, KIND: name})


def check_template(files: ProjectFiles, tenant: Tenant, name: str) -> None:
    """Migrations to come read the registry: it must say what was asked for.

    Raises:
        ConfigError: the registry's row says something else.
    """
    kind = files.kind(tenant)
    if kind is not None and kind.name == name:
        return
    column = files.config.lifecycle.template_column
    said = tenant.row.get(column or KIND)
    message = f"tenant {tenant.slug} is to be made by template {name}, but the registry's column {column} says {said!r}"
    advice = f"let register.sql write {{{{ tenant.{column} | literal }}}} into it, and the registry's query return it"
    raise ConfigError([Problem(message, Place(f"{files.config.lifecycle.path}/register.sql"), advice)])

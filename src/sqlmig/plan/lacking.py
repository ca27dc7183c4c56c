"""What no statement for an administrator can give: rights beyond any grant, and what the project's files lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmig.plan import asking
from sqlmig.plan.asking import Asked
from sqlmig.project.config.values import Config
from sqlmig.project.model import Scope
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import AlterDefaultPrivileges, CreateSchema, Grant
from sqlmig.sql.operations.base import Kind


def lacking(config: Config, asked: Sequence[Asked], migration: str, application: str | None) -> Iterator[str]:
    """What is missing, a sentence each, and what to do about it.

    Args:
        config: the project's configuration.
        asked: what the statements of its files do.
        migration: the role that sqlmig connects as.
        application: the role that the application connects as, if that is known.
    """
    yield from dict.fromkeys(asking.beyond(asked))
    yield from _for_application(config, asked, application)
    for role in dict.fromkeys(track.run_as for track in config.tracks if track.scope is Scope.TENANT):
        if role is not None:
            yield from _for_owner(config, asked, migration, role)
    if place := next((one.place for one in asked if _grants_to(one, "pg_monitor")), None):
        yield (
            f"{place.file}:{place.line} gives rights to pg_monitor: make whoever watches the server a member of it,"
            " GRANT pg_monitor TO the_role"
        )


def _for_application(config: Config, asked: Sequence[Asked], application: str | None) -> Iterator[str]:
    has_tenants = any(track.scope is Scope.TENANT for track in config.tracks)
    if application is None:
        advice = "write tenants.application_role, or --application-role"
        yield f"nothing says which role the application connects as: {advice}"
    elif application in asking.roles_made_anew(asked):
        yield f"a file makes {application}: run this again when it is there, for its right to connect"
    elif has_tenants and not asking.given_in_tenants(asked, {application, *config.lint.app_roles}):
        yield (
            f"no file gives {application} rights in the schemas of tenants: write GRANT USAGE ON SCHEMA and ALTER"
            f" DEFAULT PRIVILEGES IN SCHEMA into {config.lifecycle.path}/provision.sql"
        )


def _for_owner(config: Config, asked: Sequence[Asked], migration: str, role: str) -> Iterator[str]:
    """What a role lacks that a tenant track runs as: it works in schemas that others make."""
    by_others = [one for one in asked if one.scope is Scope.TENANT and one.run_as is None]
    if not any(_lets_in(one, role) for one in by_others):
        yield (
            f"{role} may make nothing in the schema of a tenant: write CREATE SCHEMA {{{{ schema | ident }}}}"
            f" AUTHORIZATION {quote_ident(role)} into {config.lifecycle.path}/provision.sql"
        )
    for one in by_others:
        operation = one.operation
        if isinstance(operation, AlterDefaultPrivileges) and role not in operation.for_roles:
            yield (
                f"{one.place.file}:{one.place.line} counts for what {migration} makes, and {role} makes the tables:"
                f" write ALTER DEFAULT PRIVILEGES FOR ROLE {quote_ident(role)}"
            )


def _lets_in(one: Asked, role: str) -> bool:
    """Whether a statement lets a role make things in a tenant's schema."""
    match one.operation:
        case CreateSchema(authorization=owner):
            return owner == role
        case Grant(revoke=False, kind=Kind.SCHEMA) as grant:
            rights = {privilege.name for privilege in grant.privileges}
            return role in grant.roles and bool(rights & {"create", "all"})
        case _:
            return False


def _grants_to(one: Asked, role: str) -> bool:
    return isinstance(one.operation, Grant) and not one.operation.revoke and role in one.operation.roles

"""Roles that row level security does not bind."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rowsecurity import uses_row_security
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import AlterRole, CreateRole, GrantRole


@rule(CreateRole, AlterRole, GrantRole)
def bypassrls_role(operation: CreateRole | AlterRole | GrantRole, context: Context) -> Iterator[Flag]:
    """CREATE or ALTER ROLE with BYPASSRLS or SUPERUSER, and GRANT of a role that the same migration gives it.

    Effect: sessions of that role see and change the rows of all tenants, whatever the policies say. A member of it is
    not bound either, after SET ROLE.

    Instead: a policy for that role alone, on the tables that it is about.

    Unless: it is BYPASSRLS, and no table has row level security. For a role that is not in `lint.app_roles`, where
    that is set, BYPASSRLS is a warning.
    """
    if isinstance(operation, GrantRole):
        yield from _granted(operation, context)
        return
    option = _option(operation.options, context)
    if option is None:
        return
    role = quote_ident(operation.role)
    app_roles = context.settings.lint.app_roles
    mild = option == "bypassrls" and app_roles and operation.role not in app_roles
    yield Flag(
        f"No policy binds {role}: it reads and changes the rows of all tenants."
        if option == "bypassrls"
        else f"Neither policies nor privileges bind {role}: it reads and changes the rows of all tenants.",
        "Leave the attribute out, and give the role policies of its own where it has to see more:",
        context.rewritten(option.upper(), f"NO{option.upper()}"),
        severity=Severity.WARNING if mild else None,
    )


def _option(options: tuple[str, ...], context: Context) -> str | None:
    if "superuser" in options:
        return "superuser"
    return "bypassrls" if "bypassrls" in options and uses_row_security(context.whole) else None


def _granted(operation: GrantRole, context: Context) -> Iterator[Flag]:
    if operation.revoke or any(option.name == "set" and not option.on for option in operation.options):
        return
    unbound: set[str] = set()
    for occurrence in context.whole.running(CreateRole, AlterRole):
        change = occurrence.operation
        if isinstance(change, CreateRole | AlterRole) and _option(change.options, context) is not None:
            unbound.add(change.role)
    if found := [quote_ident(role) for role in operation.granted if role in unbound]:
        roles = listed([*map(quote_ident, operation.roles)])
        yield Flag(
            f"After SET ROLE {found[0]} no policy binds {roles} either: this migration lets {found[0]} bypass them.",
            "Give the role that needs it policies of its own instead.",
        )

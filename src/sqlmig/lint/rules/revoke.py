"""Privileges that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import contracts, everywhere, is_down, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.granted import granted, privileges, roles
from sqlmig.lint.lookup import ROUTINES
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant, GrantRole
from sqlmig.sql.operations.base import Kind

_IN_SCHEMAS = (*ROUTINES, Kind.TABLE, Kind.SEQUENCE, Kind.TYPE, Kind.DOMAIN)


@rule(Grant, GrantRole, severity=Severity.WARNING)
def revoke(operation: Grant | GrantRole, context: Context) -> Iterator[Flag]:
    """REVOKE of privileges on something that was there before this migration, or of a role.

    Effect: code that runs as such a role, and needs them, fails at its next statement.

    Instead: deploy code that does without them, and revoke them then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the object is made by the same migration, or the roles are granted what they keep further down. A down file
    may take back what its up file granted.
    """
    if not operation.revoke or is_down(context.file):
        return
    if isinstance(operation, GrantRole):
        where, lost = "", f"all that it may do as {listed([*map(quote_ident, operation.granted)])}"
    else:
        objects = [name for name, found in granted(operation, context) if not is_spared(found, context)]
        if not objects or _is_granted_again(operation, context):
            return
        option = "the right to pass on " if operation.grant_option else ""
        lost = f"{option}{privileges(operation)} on {listed(objects)}"
        in_tenant = operation.kind in _IN_SCHEMAS and not any(map(context.is_shared, operation.objects))
        where = everywhere(context) if in_tenant and operation.objects else ""
    message = f"Code that runs as {roles(operation)} loses {lost}{where}."
    if contracts(context.file):
        yield Flag(message, severity=Severity.INFO)
    else:
        yield Flag(
            message,
            "Deploy code that does without, and revoke it then, in a migration of its own:",
            f"-- sqlmig: phase contract\n{context.occurrence.statement.text};",
        )


def _is_granted_again(operation: Grant, context: Context) -> bool:
    """Whether the file goes on to say what these roles may do with the same objects."""
    later = [
        occurrence.operation
        for occurrence in context.whole.running(Grant)
        if isinstance(occurrence.operation, Grant) and occurrence.operation.at > operation.at
    ]
    again = {
        role for grant in later if not grant.revoke and _objects(grant) == _objects(operation) for role in grant.roles
    }
    return set(operation.roles) <= again


def _objects(grant: Grant) -> tuple[object, ...]:
    return grant.kind, set(grant.objects), set(grant.all_in_schemas)

"""Privileges for everybody on what is yet to come."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.granted import privileges
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.operations.access import AlterDefaultPrivileges
from sqlmig.sql.operations.base import Kind


@rule(AlterDefaultPrivileges, severity=Severity.WARNING)
def default_privileges_public(operation: AlterDefaultPrivileges, context: Context) -> Iterator[Flag]:
    """ALTER DEFAULT PRIVILEGES ... GRANT ... TO PUBLIC, on tables, sequences, schemas or large objects.

    Effect: every role of the server gets the privileges on whatever is made there from now on, and no migration that
    makes something shows it.

    Instead: name the role.

    Unless: it is about functions and types, on which PUBLIC has its privileges anyway.
    """
    grant = operation.grant
    if grant.revoke or PUBLIC not in grant.roles or grant.kind in _ANYWAY or is_down(context.file):
        return
    yield Flag(
        f"Every role there is, and every role to come, gets {privileges(grant)} on each {grant.kind.value} that is made"
        " from now on.",
        "Name the role that needs it:" if len(grant.roles) == 1 else "Leave PUBLIC out.",
        context.rewritten("TO PUBLIC", "TO <the role>") if len(grant.roles) == 1 else "",
    )


_ANYWAY = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE, Kind.TYPE})

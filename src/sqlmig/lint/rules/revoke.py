"""Privileges that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import contracts, everywhere, is_down, is_spared, listed
from sqlmig.lint.context import Context
from sqlmig.lint.granted import granted, privileges, roles
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant, GrantRole


@rule(Grant, GrantRole, severity=Severity.WARNING)
def revoke(operation: Grant | GrantRole, context: Context) -> Iterator[Flag]:
    """REVOKE of privileges on something that was there before this migration, or of a role.

    Effect: code that runs as such a role, and needs them, fails at its next statement.

    Instead: deploy code that does without them, and revoke them then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the object is made by the same migration. A down file may take back what its up file granted.
    """
    if not operation.revoke or is_down(context.file):
        return
    if isinstance(operation, GrantRole):
        lost = f"all that it may do as {listed([*map(quote_ident, operation.granted)])}"
    else:
        objects = [name for name, found in granted(operation, context) if not is_spared(found, context)]
        if not objects:
            return
        option = "the right to pass on " if operation.grant_option else ""
        lost = f"{option}{privileges(operation)} on {listed(objects)}"
    message = f"Code that runs as {roles(operation)} loses {lost}{everywhere(context)}."
    if contracts(context.file):
        yield Flag(message, severity=Severity.INFO)
    else:
        yield Flag(
            message,
            "Deploy code that does without, and revoke it then, in a migration of its own:",
            f"-- sqlmig: phase contract\n{context.occurrence.statement.text};",
        )

"""All that a role owns."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import DropOwned, ReassignOwned


@rule(DropOwned)
def drop_owned(operation: DropOwned, context: Context) -> Iterator[Flag]:
    """DROP OWNED BY, without REASSIGN OWNED BY before it.

    Effect: every object of that role in this database goes, tables with their rows; which those are, nobody can tell
    from the migration.

    Instead: give the objects to another role first. DROP OWNED then takes away the role's privileges only.

    Unless: the same file reassigns what these roles own, further up.
    """
    given = {
        role
        for occurrence in context.whole.running(ReassignOwned)
        if isinstance(occurrence.operation, ReassignOwned) and occurrence.operation.at < operation.at
        for role in occurrence.operation.roles
    }
    roles = [quote_ident(role) for role in operation.roles if role not in given]
    if roles:
        yield Flag(
            f"Every table, view and function of {listed(roles)} in this database is gone for good; which those are, no"
            " migration says.",
            "Give them to another role first; then this takes away privileges only:",
            f"REASSIGN OWNED BY {', '.join(roles)} TO <the new owner>;",
        )

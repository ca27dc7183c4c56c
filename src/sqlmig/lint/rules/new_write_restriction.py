"""What code that runs now may no longer write."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import contracts, everywhere, is_down
from sqlmig.lint.context import Context
from sqlmig.lint.restrictions import refused
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.operations.policies import CreateTrigger
from sqlmig.sql.operations.tables import AddConstraint, SetNotNull
from sqlmig.sql.operations.types import AddDomainConstraint, SetDomainNotNull

_Restricting = AddConstraint | SetNotNull | CreateIndex | CreateTrigger | AddDomainConstraint | SetDomainNotNull


@rule(
    AddConstraint,
    SetNotNull,
    CreateIndex,
    CreateTrigger,
    AddDomainConstraint,
    SetDomainNotNull,
    severity=Severity.WARNING,
)
def new_write_restriction(operation: _Restricting, context: Context) -> Iterator[Flag]:
    """A constraint, NOT NULL, a unique index or a trigger that raises, on a table or domain that is in use.

    NOT VALID makes no difference: it spares the rows that are there, not those that come.

    Effect: while the new code is being deployed, the old code still runs; what it writes is refused.

    Instead: deploy code that keeps to the new rule first; then add it, and say so with `-- sqlmig: phase contract`.

    Unless: the table is made by the same migration, or temporary; the restriction is on columns that the same migration
    adds, so that the old code does not write them; or what is refused is refused already.
    """
    if contracts(context.file) or is_down(context.file):
        return
    writes = refused(operation, context)
    if writes is not None:
        yield Flag(
            f"Code that still writes {writes} gets an error from now on{everywhere(context)}.",
            "Deploy code that keeps to it first; then say so at the head of this migration:",
            "-- sqlmig: phase contract",
        )

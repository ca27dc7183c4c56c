"""Constraints validated too soon."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.tables import AddConstraint, ValidateConstraint


@rule(ValidateConstraint)
def validate_same_tx(operation: ValidateConstraint, context: Context) -> Iterator[Flag]:
    """VALIDATE CONSTRAINT in the transaction that added the constraint NOT VALID.

    Effect: the lock that ADD CONSTRAINT took is held until the end of the transaction, so the rows are checked under
    it: nobody can read or write the table, as if NOT VALID were not there.

    Instead: validate it in the next migration.

    Unless: the table is made by the same migration.
    """
    if context.is_new(operation.table):
        return
    resolved = context.before.resolve(operation.table)
    for earlier in context.earlier:
        added = earlier.occurrence.operation
        if (
            isinstance(added, AddConstraint)
            and added.constraint.name == operation.name
            and earlier.before.resolve(added.table) == resolved
        ):
            table = context.shown(operation.table)
            yield Flag(
                f"{operation.name} was added in this transaction, whose lock on {table} lasts to its end: all rows are"
                " checked while others wait for it.",
                "Move this statement to the next migration:",
                context.written,
            )

"""Transactions that a migration opens or closes by itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.project.model import Scope
from sqlmig.sql.operations.session import Control, TransactionControl


@rule(TransactionControl)
def tx_control_in_migration(operation: TransactionControl, context: Context) -> Iterator[Flag]:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like in a migration, also inside of a DO block.

    Effect: the runner puts a file and its history row into one transaction. A COMMIT in the file would end it, and a
    failure behind it would leave half of the file applied without a record. `sqlmig apply` refuses such a file.

    Instead: take it out. What has to run outside of a transaction goes into a file with `-- sqlmig: transaction off`.

    Unless: a block commits its batches, in such a file of a shared track.
    """
    if operation.control is Control.BEGIN and _is_last(operation, context):
        return  # An unfinished BEGIN is what uncommitted-tx is about.
    words = operation.control.value.upper()
    in_body = context.occurrence.statement is not context.occurrence.outer
    if in_body and not context.file.transaction:
        if context.file.scope is Scope.TENANT:
            yield Flag(
                f"{words} in a block of a tenant track: the runner could look at what the block changed only when it is"
                " too late, so `sqlmig apply` refuses it.",
                "Let each batch be a statement of its own.",
            )
    elif context.file.transaction:
        yield Flag(
            f"{words} would end or divide the transaction in which this file and its history row commit together.",
            "Take it out: the runner opens and commits the transaction.",
        )
    else:
        yield Flag(
            f"{words} in a file that runs statement by statement: there is no transaction to control.",
            "Take it out, and put what belongs together into a migration without `transaction off`.",
        )


def _is_last(operation: TransactionControl, context: Context) -> bool:
    """Whether the migration controls no transaction behind it."""
    return list(context.whole.running(TransactionControl))[-1].operation is operation

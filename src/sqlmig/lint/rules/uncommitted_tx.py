"""Transactions that are begun and not ended."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import Control, TransactionControl

_ENDS = (Control.COMMIT, Control.ROLLBACK, Control.PREPARE)


@file_rule()
def uncommitted_tx(file: FileContext) -> Iterator[Flag]:
    """BEGIN without a COMMIT behind it.

    Effect: whatever runs the file goes on in a transaction that nobody ends: its locks stay until the connection goes,
    and all that it did goes with it.

    Instead: take BEGIN out; the runner opens and commits the transaction.
    """
    begun: Operation | None = None
    for occurrence in file.running(TransactionControl):
        operation = occurrence.operation
        if isinstance(operation, TransactionControl):
            if operation.control is Control.BEGIN:
                begun = operation
            elif operation.control in _ENDS:
                begun = None
    if begun is not None:
        yield Flag("This transaction is never committed.", "Take BEGIN out: the runner opens one.", at=begun.at)

"""Transactions that nobody ends."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.locks import locked
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.session import SetParameter

NAME = "idle_in_transaction_session_timeout"


@file_rule(severity=Severity.INFO, pack=Pack.STRICT)
def idle_in_tx_timeout(file: FileContext) -> Iterator[Flag]:
    """A file for which idle_in_transaction_session_timeout is switched off, and that locks tables in use.

    Effect: when the client hangs between two statements, its locks stay for as long as the connection does.

    Instead: leave the setting alone. Between its statements the runner does nothing that could hang.
    """
    for occurrence in file.running(SetParameter):
        operation = occurrence.operation
        assert isinstance(operation, SetParameter)  # noqa: S101  what running() was asked for
        off = operation.setting.name == NAME and operation.setting.values == ("0",)
        if off and any(locked(file.context(each)) for each in file.running()):
            yield Flag(
                "If the client hangs, the locks of this transaction stay for as long as its connection does.",
                "Take it out.",
                at=operation.at,
            )

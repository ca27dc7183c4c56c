"""Files without a transaction that cannot begin again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.access import CreateExtension, CreateSchema
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import DropIndex
from sqlmig.sql.operations.objects import DropObject
from sqlmig.sql.operations.tables import AddColumn, CreateTable, DropColumn, DropTable
from sqlmig.sql.operations.types import AddEnumValue

_MAKES = (CreateTable, CreateSchema, CreateExtension, AddColumn, AddEnumValue)
_DROPS = (DropTable, DropIndex, DropObject)


@rule(*_MAKES, *_DROPS, DropColumn, severity=Severity.WARNING, pack=Pack.STRICT)
def not_rerunnable(operation: Operation, context: Context) -> Iterator[Flag]:
    """A statement without IF [NOT] EXISTS, in a file that runs outside of a transaction.

    Effect: when the file fails half way, nothing is rolled back. sqlmig goes on behind the last statement that it
    knows to have run; anybody who runs the file by hand stops at the first.

    Instead: IF NOT EXISTS, IF EXISTS.

    Unless: CREATE INDEX CONCURRENTLY, where IF NOT EXISTS accepts a broken index (concurrent-if-not-exists).
    """
    if context.file.transaction:
        return
    missing = (
        (isinstance(operation, _MAKES) and not operation.if_not_exists and "IF NOT EXISTS")
        or (isinstance(operation, _DROPS) and not operation.if_exists and "IF EXISTS")
        or (isinstance(operation, DropColumn) and not operation.if_column_exists and "IF EXISTS")
    )
    if missing:
        yield Flag("Run a second time, after a failure further down, this stops with an error.", f"Add {missing}.")

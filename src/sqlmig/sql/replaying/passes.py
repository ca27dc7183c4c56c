"""The order in which PostgreSQL carries out the actions of one ALTER TABLE, which is not that of the text.

It drops first, then changes types, adds columns, sets NOT NULL, adds keys, adds all other constraints and defaults.
So a CHECK that is dropped in the same statement proves nothing to SET NOT NULL any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmig.sql.definitions import Exclude, NotNull, Unique
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.tables import (
    AddColumn,
    AddConstraint,
    AddIdentity,
    AlterColumnType,
    AlterTable,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    SetDefault,
    SetExpression,
    SetNotNull,
)


def carried_out(operations: Sequence[Operation]) -> Sequence[Operation]:
    """The operations of one statement in the order in which they are carried out."""
    if len(operations) < 2 or not all(isinstance(operation, AlterTable) for operation in operations):
        return operations
    return sorted(operations, key=_pass)


def _pass(operation: Operation) -> int:
    if isinstance(operation, AddConstraint):
        match operation.constraint:
            case NotNull():
                return _PASSES[SetNotNull]
            case Unique(using_index=str()):
                return _KEYS
            case Unique() | Exclude():
                return _KEYS + 1
            case _:
                return _OTHERS
    return _PASSES.get(type(operation), _LAST)


_KEYS: Final = 5
_OTHERS: Final = 7
_LAST: Final = 8
_PASSES: Final[dict[type, int]] = {
    DropColumn: 0,
    DropConstraint: 0,
    DropDefault: 0,
    DropExpression: 0,
    DropIdentity: 0,
    DropNotNull: 0,
    AlterColumnType: 1,
    AddColumn: 2,
    SetExpression: 3,
    SetNotNull: 4,
    AddIdentity: _OTHERS,
    SetDefault: _OTHERS,
}

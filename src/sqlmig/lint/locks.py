"""What rules say of the locks that an operation takes."""

from __future__ import annotations

from sqlmig.lint.context import Context
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.tables import Detach, DetachPartition
from sqlmig.sql.reader import Name


def locked(context: Context, weakest: LockMode = LockMode.SHARE) -> tuple[Name, ...]:
    """The tables that were there before this migration and that the operation locks, in the order of their names."""
    locks = context.effect.locks
    found = [name for name, mode in locks.items() if mode >= weakest and not context.is_new(name)]
    return tuple(sorted(found, key=str) if len(found) > 1 else found)


def blocked(context: Context, name: Name) -> str:
    """Who has to wait for a lock on a table: "reads and writes", "writes", ..."""
    mode = context.effect.locks.get(context.before.resolve(name))
    return mode.blocks if mode is not None else ""


def is_concurrent(operation: Operation) -> bool:
    """Whether an operation has CONCURRENTLY: it waits for others without keeping anybody waiting."""
    if isinstance(operation, DetachPartition):
        return operation.mode is not Detach.PLAIN
    return bool(getattr(operation, "concurrently", False))

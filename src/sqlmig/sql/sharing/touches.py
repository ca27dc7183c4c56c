"""What one operation locks or changes that all tenants share.

Two tenants' runs that do it at once wait for each other, or fail with `tuple concurrently updated`: the row in a
catalog, the rows of a table, or the lock on a relation is one for all. tests/db/test_shared_objects_live.py asks a
server about each kind. What a statement only reads in another schema (ACCESS SHARE), rows that a foreign key looks at
(ROW SHARE), and privileges on own objects are in nobody's way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.effects import effect
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.operations.objects import CreateObject
from sqlmig.sql.operations.policies import (
    AlterPolicy,
    CreatePolicy,
    CreateRule,
    CreateTrigger,
    DropPolicy,
    DropTrigger,
)
from sqlmig.sql.operations.routines import Call
from sqlmig.sql.operations.rows import Copy, Delete, Insert, Merge, Select, Truncate, Update
from sqlmig.sql.operations.session import Analyze, DynamicSql, LockTable, Vacuum
from sqlmig.sql.operations.tables import AddColumn, AddConstraint, CreateTable
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.sharing.elsewhere import about, is_elsewhere, subject
from sqlmig.sql.sharing.unread import unread
from sqlmig.sql.sharing.wide import wide
from sqlmig.sql.statements import Statement
from sqlmig.sql.tokens import Token


def touches(
    operation: Operation, statement: Statement, state: SchemaState, *, postgres: int, shared: Collection[str] = ()
) -> Iterator[str]:
    """What an operation locks or changes that all tenants share, each as a few words: "foreign key to core.plans".

    Args:
        operation: what runs.
        statement: that it stands in.
        state: the schema before it; its home is the tenant's.
        postgres: the server's major version.
        shared: schemas that are known to be shared; without them every word in front of a dot may be one, where a
            statement is not understood.
    """
    match operation:
        case Unknown() | Call():
            yield from unread(statement.tokens, state.home, shared)
        case DynamicSql(literal=False):
            yield from unread(operation.statement.tokens, state.home, shared)
        case DynamicSql():
            # What the literal does follows as operations.
            return
        case Select():
            if _locks_rows(operation.query.tokens):
                yield from _rows_locked(operation, state, postgres, shared)
        case _:
            yield from wide(operation, statement, state.home)
            yield from about(operation, state)
            yield from _locked(operation, state, postgres)


def foreign_keys(operation: Operation) -> tuple[ForeignKey, ...]:
    """The foreign keys that an operation adds."""
    match operation:
        case AddConstraint(constraint=ForeignKey() as key):
            return (key,)
        case AddColumn(column=column):
            return tuple(key for key in column.constraints if isinstance(key, ForeignKey))
        case CreateTable():
            written = [*operation.constraints, *(key for column in operation.columns for key in column.constraints)]
            return tuple(key for key in written if isinstance(key, ForeignKey))
        case _:
            return ()


def _locked(operation: Operation, state: SchemaState, postgres: int) -> Iterator[str]:
    """Relations of other schemas besides its subject, locked harder than by reading rows and checking foreign keys."""
    said = {subject(operation, state)}
    if isinstance(operation, CreateTable) and operation.partition_of is not None:
        said.add(state.resolve(operation.partition_of))
    # A project may name an older server than it runs on, and MERGE is new in 15.
    server = max(postgres, 15) if isinstance(operation, Merge) else postgres
    for name, mode in effect(operation, state, postgres=server).locks.items():
        if mode > LockMode.ROW_SHARE and is_elsewhere(name, state.home) and name not in said:
            yield _in_words(operation, name, mode, state)


_ON: Final[tuple[tuple[str, tuple[type, ...]], ...]] = (
    ("trigger on", (CreateTrigger, DropTrigger)),
    ("policy on", (CreatePolicy, AlterPolicy, DropPolicy)),
    ("rule on", (CreateRule,)),
    ("index on", (CreateIndex,)),
    ("statistics on", (CreateObject,)),
    ("LOCK TABLE", (LockTable,)),
    ("TRUNCATE", (Truncate,)),
    ("VACUUM", (Vacuum,)),
    ("ANALYZE", (Analyze,)),
    ("rows of", (Insert, Update, Delete, Merge, Copy)),
)


def _in_words(operation: Operation, name: Name, mode: LockMode, state: SchemaState) -> str:
    if any(state.resolve(key.references) == name for key in foreign_keys(operation)):
        return f"foreign key to {name}"
    if isinstance(operation, CreateTable) and name in map(state.resolve, operation.inherits):
        return f"table that inherits from {name}"
    words = next((words for words, types in _ON if isinstance(operation, types)), f"{mode.words} lock on")
    return f"{words} {name}"


def _rows_locked(operation: Select, state: SchemaState, postgres: int, shared: Collection[str]) -> Iterator[str]:
    """FOR UPDATE: the locks on rows are what others wait for."""
    found = effect(operation, state, postgres=postgres)
    if not found.certain:
        yield from unread(operation.query.tokens, state.home, shared)
    yield from (f"rows of {name}" for name in found.locks if is_elsewhere(name, state.home))


def _locks_rows(tokens: Sequence[Token]) -> bool:
    """Whether rows are locked against others that do the same: FOR SHARE is not."""
    words = [token.word for token in tokens]
    return any(word == "for" and following in ("update", "no") for word, following in pairwise(words))

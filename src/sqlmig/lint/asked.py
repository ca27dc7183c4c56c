"""What rules often ask of an operation: the expressions in it, the functions that it calls."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.calls import FunctionCall, calls
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record


def called(operation: Operation, functions: Set[str]) -> Iterator[FunctionCall]:
    """The calls of functions with these names, in whatever schema, anywhere in an operation; each place once."""
    for call in _calls_of(operation):
        if call.name.name in functions:
            yield call


def expressions(value: object) -> tuple[Expression, ...]:
    """All expressions in an operation, or in a part of one."""
    found: list[Expression] = []
    _gather(value, found)
    return tuple(found)


def _gather(value: object, found: list[Expression]) -> None:
    if isinstance(value, Expression):
        found.append(value)
    elif isinstance(value, Record):
        for field in value.field_names():
            part = getattr(value, field)
            if part.__class__ not in _LEAVES:
                _gather(part, found)
    elif isinstance(value, tuple):
        for part in value:
            _gather(part, found)


_LEAVES: Final = frozenset({str, bool, type(None), Name})
"""What most fields hold: not worth a call."""


_memo: list[tuple[Operation, tuple[FunctionCall, ...]]] = []
"""The operation that was asked about last: rule after rule asks about the same one."""


def _calls_of(operation: Operation) -> tuple[FunctionCall, ...]:
    if not _memo or _memo[0][0] is not operation:
        found = {call.at: call for expression in expressions(operation) for call in calls(expression)}
        _memo[:] = [(operation, tuple(found.values()))]
    return _memo[0][1]

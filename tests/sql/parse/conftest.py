"""Statements read by us, alone and against libpg_query."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oracle.judging import Outcome, verdicts
from oracle.trees import REFUSALS, parsed
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import split


@pytest.fixture
def read() -> Callable[[str], tuple[Operation, ...]]:
    """What one statement does, as we read it."""

    def reading(sql: str) -> tuple[Operation, ...]:
        [statement] = split(sql)
        return parse(statement)

    return reading


@pytest.fixture
def read_as_postgresql_does() -> Callable[[str], None]:
    """Hold what we read, names, flags, expressions and positions, against libpg_query."""

    def check(sql: str) -> None:
        [verdict] = verdicts(sql)
        assert verdict.outcome is Outcome.EQUAL, verdict.details

    return check


@pytest.fixture
def refused_as_by_postgresql(read: Callable[[str], tuple[Operation, ...]]) -> Callable[[str], None]:
    """Hold against libpg_query that a statement is none."""

    def check(sql: str) -> None:
        with pytest.raises(REFUSALS):
            parsed(sql)
        assert any(isinstance(operation, Unknown) for operation in read(sql))

    return check

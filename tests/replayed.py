"""Schema states and effects of SQL as text."""

from __future__ import annotations

from collections.abc import Hashable

from sqlmig.sql.effects import Effect, effect
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.parser import parse
from sqlmig.sql.reader import Name
from sqlmig.sql.replay import replay_all
from sqlmig.sql.replaying.passes import carried_out
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.statements import split

EMPTY = SchemaState(home="here", search_path=("shared",))


def operations(text: str) -> list[Operation]:
    """What the statements of a text do, each statement's actions in the order in which they are carried out."""
    return [operation for statement in split(text) for operation in carried_out(parse(statement))]


def after(text: str, state: SchemaState = EMPTY, *, origin: Hashable | None = None) -> SchemaState:
    """The state when the statements have run."""
    return replay_all(state, operations(text), origin=origin)


def table(text: str, name: str = "t") -> Table:
    """One table when the statements have run."""
    found = after(text).table(Name(None, name))
    assert found is not None
    return found


def effect_of(text: str, *, given: str = "", postgres: int = 18, timezone_utc: bool = False) -> Effect:
    """What the only operation of a text does, when others have run before."""
    (operation,) = operations(text)
    return effect(operation, after(given), postgres=postgres, timezone_utc=timezone_utc)


def here(*names: str) -> frozenset[Name]:
    """Names in the home schema."""
    return frozenset(Name("here", name) for name in names)

"""Every form of the lock table: replayed up to its statement, the effect of that is what was measured."""

from __future__ import annotations

from functools import cache

import pytest

from db.lock_forms import ROLES, Form, all_forms
from sqlmig.sql.effects import Effect, effect
from sqlmig.sql.locktable import LockMode, Measured, Role, measured, servers
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import SetParameter
from sqlmig.sql.parser import parse
from sqlmig.sql.reader import Name
from sqlmig.sql.replay import replay_all
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.statements import split

FORMS = {form.name: form for form in all_forms()}


UNCERTAIN = {
    "create-publication": "the operation does not say of which tables",
    "alter-publication-add-table": "the operation does not say which table",
    "attach-partition-with-default-proven": "what a CHECK of the DEFAULT partition keeps out is not looked at",
    "create-partition-of-with-default-proven": "what a CHECK of the DEFAULT partition keeps out is not looked at",
}
"""Forms that cannot be told from others; then the effect says so."""


@pytest.mark.parametrize("name", [name for name in FORMS if name not in UNCERTAIN])
def test_the_effect_is_what_was_measured(name: str) -> None:
    form = FORMS[name]
    state = _before(form)
    for postgres in servers():
        expected = measured(name, postgres)
        found = _whole(form, state, postgres)
        if expected.error is None:
            assert _by_role(found, state) == expected, postgres
        elif not expected.error.startswith("42601"):  # what an older grammar refuses is for others to say
            assert found.error == expected.error, postgres


@pytest.mark.parametrize("name", UNCERTAIN)
def test_the_effect_of_what_cannot_be_told_is_not_certain(name: str) -> None:
    assert not _whole(FORMS[name], _before(FORMS[name]), postgres=18).certain


@cache
def _world(text: str) -> SchemaState:
    return _replayed(SchemaState(home="here"), text)


def _before(form: Form) -> SchemaState:
    state = _world(form.world)
    for text in form.setup:
        state = _replayed(state, text)
    return state


def _replayed(state: SchemaState, text: str) -> SchemaState:
    return replay_all(state, _operations(text))


def _operations(text: str) -> list[Operation]:
    return [operation for statement in split(text) for operation in parse(statement)]


def _whole(form: Form, state: SchemaState, postgres: int) -> Effect:
    """What the statements of a form do together."""
    whole, utc = Effect(locks={}), False
    for operation in _operations(form.statement):
        if isinstance(operation, SetParameter):
            utc = operation.setting.values == ("UTC",)
        found = effect(operation, state, postgres=postgres, timezone_utc=utc)
        state = replay_all(state, [operation])
        locks = {name: max(found.locks.get(name, 0), whole.locks.get(name, 0)) for name in (*found.locks, *whole.locks)}
        whole = whole.replaced(
            locks={name: LockMode(mode) for name, mode in locks.items()},
            rewrites=whole.rewrites | found.rewrites,
            scans=whole.scans | found.scans,
            error=whole.error or found.error,
            certain=whole.certain and found.certain,
        )
    return whole


def _by_role(found: Effect, state: SchemaState) -> Measured:
    """An effect in the words of the lock table, for tables that are named by their roles."""
    locks: dict[Role, LockMode] = {}
    for name, mode in found.locks.items():
        index = state.indexes.get(name)
        # The table says something of an index only where that says more than its table.
        if name.schema in ("here", "elsewhere") and not (index and found.locks.get(index.table, 0) >= mode):
            locks[_role(name, state)] = max(mode, locks.get(_role(name, state), mode))
    return Measured(locks, _roles(found.rewrites, state), _roles(found.scans, state))


def _roles(names: frozenset[Name], state: SchemaState) -> frozenset[Role]:
    return frozenset(_role(name, state) for name in names)


def _role(name: Name, state: SchemaState) -> Role:
    return Role.INDEX if name in state.indexes else ROLES[name.name]

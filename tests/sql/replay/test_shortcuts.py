"""What the state finds by its shortcuts is what a search through everything finds, whatever has run before."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from replayed import EMPTY, operations
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.reader import Name
from sqlmig.sql.replay import replay
from sqlmig.sql.schema.state import SchemaState

SCRIPTS = sorted((Path(__file__).parents[2] / "db" / "replay").glob("*.sql"))
OPERATIONS = [operation for script in SCRIPTS for operation in operations(script.read_text(encoding="utf-8"))]
CIRCLES = operations(
    """ALTER TABLE t INHERIT t; ALTER TABLE t ATTACH PARTITION t DEFAULT; ALTER INDEX i ATTACH PARTITION i;
    CREATE TABLE t PARTITION OF t DEFAULT; CREATE OR REPLACE VIEW v AS SELECT * FROM v; DROP VIEW v CASCADE;
    ALTER TABLE people INHERIT persons; ALTER TABLE persons INHERIT people; DROP TABLE people CASCADE;
    ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (g) STORED; ALTER TABLE t DROP COLUMN g CASCADE;
    ALTER TABLE t RENAME TO t; ALTER SCHEMA here RENAME TO here; DROP INDEX i; DROP TABLE t CASCADE"""
)


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order(seed: int):
    chance = random.Random(seed)
    state = EMPTY
    for number in range(300):
        state = replay(state, chance.choice(OPERATIONS if number % 5 else CIRCLES))
        if number % 25 == 0:
            _check(state)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_in_their_own_order(script: Path):
    state = EMPTY
    for operation in operations(script.read_text(encoding="utf-8")):
        state = replay(state, operation)
        _check(state)


def _check(state: SchemaState) -> None:
    assert all(name == found.name for mapping in _mappings(state) for name, found in mapping.items())
    for name in (*state.tables, *state.views):
        assert _names(state.indexes_on(name)) == {found.name for found in state.indexes.values() if found.table == name}
        assert _names(state.children_of(name)) == {
            found.name for found in state.tables.values() if name in found.parents
        }
        assert _names(state.views_on(name)) == {
            found.name for found in state.views.values() if name in (found.reads or ())
        }
        referencing = {
            table.name
            for table in state.tables.values()
            for key in table.foreign_keys
            if isinstance(key.definition, ForeignKey) and key.definition.references == name
        }
        assert {table.name for table, _ in state.references_to(name)} == referencing
    for name in state.types:
        with_column = {
            table.name
            for table in state.tables.values()
            for column in table.columns
            if column.type is not None and Name(column.type.schema, column.type.name) == name
        }
        assert {table.name for table, _ in state.columns_of_type(name)} == with_column


def _mappings(state: SchemaState):
    return state.tables, state.indexes, state.views, state.sequences, state.types


def _names(found) -> set[Name]:
    return {one.name for one in found}

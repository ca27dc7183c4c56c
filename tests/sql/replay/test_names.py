"""How names are resolved, and which names PostgreSQL chooses. (The live tests compare the latter with a server.)"""

from __future__ import annotations

import pytest

from replayed import EMPTY, after, here, table
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.naming import choose_name, joined_columns


def test_a_name_without_schema_is_looked_for_at_home_first_then_along_the_search_path():
    state = after("CREATE TABLE shared.t (a int); CREATE TABLE shared.u (a int); CREATE TABLE t (a int)")
    assert state.resolve(Name(None, "t")) == Name("here", "t")
    assert state.resolve(Name(None, "u")) == Name("shared", "u")


def test_an_unknown_name_is_taken_to_be_at_home():
    assert EMPTY.resolve(Name(None, "t")) == Name("here", "t")


def test_a_table_is_made_at_home_even_where_the_search_path_has_one_of_its_name():
    state = after("CREATE TABLE shared.t (a int); CREATE TABLE t (b int)")
    assert set(state.tables) == {Name("shared", "t"), Name("here", "t")}


def test_a_temporary_table_hides_the_permanent_one():
    state = after("CREATE TABLE t (a int); CREATE TEMP TABLE t (b int); ALTER TABLE t ADD COLUMN c int")
    assert [column.name for column in state.tables[Name("pg_temp", "t")].columns] == ["b", "c"]
    assert [column.name for column in state.tables[Name("here", "t")].columns] == ["a"]


def test_the_same_objects_are_seen_from_another_home():
    state = after("CREATE TABLE t (a int)").with_home("tenant", ("here",))
    assert state.table(Name(None, "t")) is not None
    assert after("CREATE TABLE t (a int)", state).table(Name(None, "t")).name == Name("tenant", "t")


def test_the_place_of_a_name_stays_with_it():
    state = after("CREATE TABLE t (a int)")
    assert state.resolve(Name(None, "t", at=7)).at == 7


def test_a_type_is_known_by_its_schema_wherever_it_was_found():
    state = after("CREATE TYPE shared.mood AS ENUM ('a'); CREATE TABLE t (m mood, n mood[], x text)")
    types = [column.type for column in state.table(Name(None, "t")).columns]
    assert [found.schema for found in types] == ["shared", "shared", None]


@pytest.mark.parametrize(
    ("first", "second", "label", "expected"),
    [
        pytest.param("t", "a", "key", "t_a_key", id="short"),
        pytest.param("t", None, "pkey", "t_pkey", id="without columns"),
        pytest.param("t" * 80, "a", "idx", f"{'t' * 57}_a_idx", id="the longer part is cut"),
        pytest.param("t" * 40, "a" * 40, "idx", f"{'t' * 29}_{'a' * 29}_idx", id="both are cut"),
        pytest.param("ä" * 40, None, "pkey", f"{'ä' * 29}_pkey", id="no half characters"),
    ],
)
def test_a_chosen_name_fits_into_63_bytes(first: str, second: str | None, label: str, expected: str):
    assert choose_name(first, second, label, lambda name: False) == expected
    assert len(expected.encode()) <= 63


def test_a_name_that_is_taken_gets_a_number():
    assert choose_name("t", "a", "key", {"t_a_key", "t_a_key1"}.__contains__) == "t_a_key2"


def test_many_columns_are_joined_only_as_far_as_they_can_count():
    assert joined_columns(["a" * 40, "b" * 40, "c"]) == f"{'a' * 40}_{'b' * 40}"


def test_constraints_of_other_tables_in_the_schema_count_when_a_name_is_chosen():
    state = after("CREATE TABLE a (b_c int CHECK (b_c > 0)); CREATE TABLE a_b (c int CHECK (c > 0))")
    assert [constraint.name for constraint in state.table(Name(None, "a_b")).constraints] == ["a_b_c_check1"]


def test_an_index_in_the_way_of_a_chosen_name():
    assert (
        table(
            "CREATE TABLE u (a int); CREATE INDEX t_pkey ON u (a); CREATE TABLE t (id int PRIMARY KEY)"
        ).primary_key.name
        == "t_pkey1"
    )


def test_relations_are_all_that_share_one_namespace():
    state = after("CREATE TABLE t (id serial PRIMARY KEY); CREATE VIEW v AS SELECT 1")
    assert state.relations == here("t", "t_id_seq", "t_pkey", "v")

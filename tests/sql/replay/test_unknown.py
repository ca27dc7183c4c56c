"""What nothing made that was replayed: it is known as far as statements say, and no further."""

from __future__ import annotations

from replayed import EMPTY, after, operations, table
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.replay import replay

T = Name("here", "t")


def test_a_table_that_is_altered_is_known_from_then_on_but_not_from_its_creation():
    found = table("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (true)")
    assert (found.complete, found.known_from_creation) == (False, False)
    assert found.row_security
    assert [policy.name for policy in found.policies] == ["p"]


def test_a_column_that_is_altered_has_an_unknown_type():
    column = table("ALTER TABLE t ALTER COLUMN a SET DEFAULT 1").column("a")
    assert (column.type, column.known_from_creation) == (None, False)


def test_whether_an_unknown_column_has_nulls_is_not_known():
    found = table("ALTER TABLE t ALTER COLUMN a SET DEFAULT 1")
    assert found.not_null("a") is None
    assert found.not_null("other") is None


def test_a_column_that_was_seen_being_added_is_known_in_a_table_that_is_not():
    found = table("ALTER TABLE t ADD COLUMN a int, ADD COLUMN b int NOT NULL DEFAULT 1")
    assert (found.not_null("a"), found.not_null("b")) == (False, True)


def test_if_exists_leaves_open_whether_there_is_a_table():
    assert after("ALTER TABLE IF EXISTS t ADD COLUMN a int").tables == {}


def test_an_index_of_an_unknown_table_is_known():
    state = after("CREATE UNIQUE INDEX i ON t (a)")
    assert [index.name for index in state.indexes_on(T)] == [Name("here", "i")]
    assert state.table(T) is None


def test_what_is_dropped_unseen_is_remembered():
    state = after("DROP TABLE gone; ALTER TABLE t DROP COLUMN a; DROP INDEX i", origin="up")
    assert {
        (Kind.TABLE, Name("here", "gone"), None),
        (Kind.COLUMN, T, "a"),
        (Kind.INDEX, Name("here", "i"), None),
    } <= set(state.dropped)


def test_an_enum_that_was_not_seen_being_made_has_unknown_labels():
    enum = after("ALTER TYPE mood ADD VALUE 'x'").type(Name(None, "mood"))
    assert (enum.labels, [label for label, _ in enum.added]) == (None, ["x"])


def test_a_partition_of_an_unknown_table_has_unknown_columns():
    assert not table("CREATE TABLE t PARTITION OF p FOR VALUES IN (1)").complete


def test_a_table_like_an_unknown_one_has_unknown_columns():
    found = table("CREATE TABLE t (a int, LIKE other, b int)")
    assert ([column.name for column in found.columns], found.complete) == (["a", "b"], False)


def test_a_table_from_a_query_has_columns_without_types():
    found = table("CREATE TABLE t AS SELECT a, b AS c FROM u")
    assert [(column.name, column.type, column.not_null) for column in found.columns] == [
        ("a", None, False),
        ("c", None, False),
    ]


def test_a_table_from_a_star_of_an_unknown_table_is_not_complete():
    assert not table("CREATE TABLE t AS SELECT * FROM u").complete


def test_a_star_of_a_known_table_is_its_columns():
    found = table("CREATE TABLE u (a int, b int); CREATE TABLE t AS SELECT * FROM u")
    assert ([column.name for column in found.columns], found.complete) == (["a", "b"], True)


def test_a_constraint_on_columns_that_are_not_known_gets_its_name():
    assert [found.name for found in table("ALTER TABLE t ADD UNIQUE (a, b)").constraints] == ["t_a_b_key"]


def test_a_statement_that_is_not_understood_changes_nothing():
    (unknown,) = operations("CREATE NONSENSE x")
    assert replay(EMPTY, unknown) is EMPTY


def test_drop_owned_leaves_nobody_certain():
    assert after("DROP OWNED BY r").uncertain

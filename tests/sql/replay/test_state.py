"""A state is a value; objects know who made them; what a table proves about its columns."""

from __future__ import annotations

import pytest

from replayed import EMPTY, after, here, operations, table
from sqlmig.sql.reader import Name
from sqlmig.sql.replay import replay_all, without_temporary
from sqlmig.sql.schema.tables import Origin

T = Name("here", "t")
SHOP = """
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (id serial PRIMARY KEY, u_id int REFERENCES u, name text NOT NULL, CHECK (name <> ''));
CREATE INDEX i ON t (name);
CREATE VIEW v AS SELECT name FROM t;
"""


def test_a_state_is_not_changed_by_what_is_replayed_over_it():
    before = after(SHOP)
    copies = {
        field: dict(getattr(before, field)) for field in ("tables", "indexes", "views", "sequences", "dependents")
    }
    after(
        "ALTER TABLE t RENAME TO x; ALTER TABLE u DROP COLUMN id CASCADE; DROP VIEW v; DROP INDEX i; DROP TABLE x",
        before,
    )
    assert {field: dict(getattr(before, field)) for field in copies} == copies


def test_what_a_statement_does_not_touch_is_the_very_same_object():
    before = after(SHOP)
    changed = after("ALTER TABLE u ADD COLUMN a int", before)
    assert changed.tables[T] is before.tables[T]


def test_objects_know_which_statement_made_them():
    state = after("CREATE TABLE t (a int);\nALTER TABLE t ADD COLUMN b int, ADD CHECK (b > 0)", origin=("tenant", 7))
    found = state.tables[T]
    assert found.made_by == Origin(mark=("tenant", 7), at=0)
    assert found.column("b").made_by == Origin(mark=("tenant", 7), at=38)
    assert found.checks[0].made_by.mark == ("tenant", 7)


def test_without_an_origin_objects_have_none():
    assert after("CREATE TABLE t (a int)").tables[T].made_by is None


def test_an_origin_says_whether_it_was_in_the_file_s_transaction():
    made = replay_all(EMPTY, operations("CREATE TABLE t (a int)"), origin="file", transaction=False)
    assert made.tables[T].made_by.transaction is False


def test_temporary_objects_go_with_the_session():
    made = "CREATE TABLE t (a int); CREATE TEMP TABLE x (id serial PRIMARY KEY); CREATE TEMP VIEW y AS SELECT 1"
    state = without_temporary(after(made))
    assert state.relations == here("t")


# --- what belongs to a table ---


def test_what_belongs_to_a_table_is_found_after_it_was_renamed():
    state = after(SHOP + "ALTER TABLE t RENAME TO orders; ALTER TABLE u RENAME TO customers;")
    orders, customers = Name("here", "orders"), Name("here", "customers")
    assert {index.name.name for index in state.indexes_on(orders)} == {"t_pkey", "i"}
    assert [found.name for found, _ in state.references_to(customers)] == [orders]
    assert [view.name.name for view in state.views_on(orders)] == ["v"]
    assert state.indexes_on(T) == state.references_to(Name("here", "u")) == ()


def test_a_foreign_key_to_the_table_itself():
    state = after("CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t)")
    ((owner, key),) = state.references_to(T)
    assert (owner.name, key.columns) == (T, ("parent",))


def test_partitions_of_partitions_are_descendants():
    state = after(
        """CREATE TABLE p (a int, b int) PARTITION BY LIST (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (b);
        CREATE TABLE p11 PARTITION OF p1 FOR VALUES IN (1);"""
    )
    assert [found.name.name for found in state.partitions_of(Name(None, "p"))] == ["p1"]
    assert [found.name.name for found in state.descendants_of(Name(None, "p"))] == ["p1", "p11"]


def test_columns_of_a_type_are_found_after_it_was_renamed():
    state = after(
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood, ms mood[]); ALTER TYPE mood RENAME TO feeling"
    )
    found = state.columns_of_type(Name(None, "feeling"))
    assert [(owner.name, column.name) for owner, column in found] == [(T, "m"), (T, "ms")]


# --- what a table proves ---


A = "CREATE TABLE t (a int);"
PROOFS = {
    "not null": "CREATE TABLE t (a int NOT NULL)",
    "primary key": "CREATE TABLE t (a int PRIMARY KEY)",
    "primary key of two columns": "CREATE TABLE t (a int, b int, PRIMARY KEY (b, a))",
    "serial": "CREATE TABLE t (a serial)",
    "identity": "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
    "a check": "CREATE TABLE t (a int, CHECK (a IS NOT NULL))",
    "a check by the column's old name": """CREATE TABLE t (x int, CHECK (x IS NOT NULL));
        ALTER TABLE t RENAME COLUMN x TO a""",
    "a check that was validated": f"""{A} ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT c""",
    "not null that was validated": f"""{A} ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT n""",
    "set not null": f"{A} ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "not null stays when the key goes": """CREATE TABLE t (a int PRIMARY KEY);
        ALTER TABLE t DROP CONSTRAINT t_pkey""",
    "key using index": f"{A} CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY USING INDEX i",
}
NO_PROOFS = {
    "nothing said": A,
    "unique lets nulls pass": "CREATE TABLE t (a int UNIQUE)",
    "a check that lets null pass": "CREATE TABLE t (a int, CHECK (a > 0))",
    "a check that is not valid": f"{A} ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID",
    "a check that is not enforced": "CREATE TABLE t (a int CHECK (a IS NOT NULL) NOT ENFORCED)",
    "not null that is not valid": f"{A} ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID",
    "not null that was dropped": "CREATE TABLE t (a int NOT NULL); ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
    "a check of a column that had the name before": """CREATE TABLE t (a int, CHECK (a IS NOT NULL));
        ALTER TABLE t RENAME COLUMN a TO x; ALTER TABLE t ADD COLUMN a int""",
}


@pytest.mark.parametrize("sql", PROOFS.values(), ids=PROOFS)
def test_it_is_proven_that_a_column_has_no_nulls(sql: str):
    assert table(sql).proves_not_null("a")


@pytest.mark.parametrize("sql", NO_PROOFS.values(), ids=NO_PROOFS)
def test_it_is_not_proven_that_a_column_has_no_nulls(sql: str):
    assert not table(sql).proves_not_null("a")


def test_a_column_that_is_named_in_a_check_by_its_old_name_is_dropped_with_it():
    found = table(
        """CREATE TABLE t (a int CHECK (a > 0), c int);
        ALTER TABLE t RENAME COLUMN a TO b;
        ALTER TABLE t DROP COLUMN b"""
    )
    assert found.checks == ()


def test_a_constraint_knows_its_not_null_by_name():
    found = table(f"{A} ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID").constraint("n")
    assert (found.valid, found.columns) == (False, ("a",))


def test_drops_come_before_everything_else_in_one_alter_table():
    found = table(
        """CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0));
        ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1), DROP CONSTRAINT c"""
    )
    assert [(check.name, check.definition.expression.text) for check in found.checks] == [("c", "a > 1")]


def test_a_not_null_constraint_knows_who_made_it_not_who_made_its_column():
    state = after("ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID", after(A, origin="first"), origin="second")
    found = state.tables[T]
    assert (found.column("a").made_by.mark, found.constraint("n").made_by.mark) == ("first", "second")

"""What the forms of the lock table do not have by themselves: several at once, unknown tables, whole families."""

from __future__ import annotations

import pytest

from replayed import effect_of, here
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.reader import Name

AE, SRE, SUE, S = (
    LockMode.ACCESS_EXCLUSIVE,
    LockMode.SHARE_ROW_EXCLUSIVE,
    LockMode.SHARE_UPDATE_EXCLUSIVE,
    LockMode.SHARE,
)
T, U = Name("here", "t"), Name("here", "u")
SHOP = """
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int, b text, u_id int REFERENCES u);
"""
PARTITIONED = """
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE p (id int, a int) PARTITION BY LIST (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (a);
CREATE TABLE p11 PARTITION OF p1 FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
"""


# --- several things at once ---


def test_a_column_with_a_constraint_of_each_kind_does_what_each_of_them_does():
    found = effect_of("ALTER TABLE t ADD COLUMN n int DEFAULT random() UNIQUE CHECK (n > 0) REFERENCES u", given=SHOP)
    assert found.locks == {T: AE, U: SRE}
    assert (found.rewrites, found.scans) == (here("t"), here("t", "u"))


def test_a_column_that_is_filled_and_refers_to_a_table_has_both_read():
    found = effect_of("ALTER TABLE t ADD COLUMN n int DEFAULT 1 REFERENCES u", given=SHOP)
    assert (found.rewrites, found.scans) == (frozenset(), here("t", "u"))


def test_a_column_with_null_for_its_default_is_empty():
    found = effect_of("ALTER TABLE t ADD COLUMN n int DEFAULT NULL REFERENCES u", given=SHOP)
    assert (found.locks, found.scans) == ({T: AE, U: SRE}, frozenset())


def test_a_default_that_calls_a_function_of_the_project_is_as_volatile_as_that():
    function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql {} AS 'SELECT 1';"
    for volatility, rewrites in (("VOLATILE", here("t")), ("STABLE", frozenset()), ("IMMUTABLE", frozenset())):
        found = effect_of("ALTER TABLE t ADD COLUMN n int DEFAULT f()", given=SHOP + function.format(volatility))
        assert (found.rewrites, found.certain) == (rewrites, True), volatility


def test_a_default_that_calls_an_unknown_function_is_taken_to_be_volatile_but_not_certainly():
    found = effect_of("ALTER TABLE t ADD COLUMN n int DEFAULT mystery()", given=SHOP)
    assert (found.rewrites, found.certain) == (here("t"), False)


@pytest.mark.parametrize(
    ("domain", "rewrites"),
    [
        pytest.param("CREATE DOMAIN d AS int", frozenset(), id="free"),
        pytest.param("CREATE DOMAIN d AS int CHECK (value > 0)", here("t"), id="with a check"),
        pytest.param("CREATE DOMAIN d AS int DEFAULT random()", here("t"), id="with a volatile default"),
        pytest.param("CREATE DOMAIN e AS int NOT NULL; CREATE DOMAIN d AS e", here("t"), id="over a not null one"),
    ],
)
def test_a_column_of_a_domain(domain: str, rewrites: frozenset[Name]):
    found = effect_of("ALTER TABLE t ADD COLUMN n d", given=f"{SHOP} {domain}")
    assert (found.rewrites, found.certain) == (rewrites, True)


@pytest.mark.parametrize(
    ("type_", "certain"),
    [("text", True), ("vector(3)", True), ("shop.money_amount", False), ("shop.money_amount[]", True)],
)
def test_a_type_that_nobody_knows_may_be_a_domain(type_: str, certain: bool):
    assert effect_of(f"ALTER TABLE t ADD COLUMN n {type_}", given=SHOP).certain is certain


def test_not_null_without_a_default_is_an_error_where_there_are_rows_and_locks_all_the_same():
    found = effect_of("ALTER TABLE t ADD COLUMN n int NOT NULL", given=SHOP)
    assert (found.locks, found.error[:5]) == ({T: AE}, "23502")


# --- partitions and heirs ---


def test_partitions_of_partitions_are_locked_and_only_those_with_rows_are_read():
    found = effect_of("ALTER TABLE p ADD CONSTRAINT c CHECK (a > 0)", given=PARTITIONED)
    assert found.locks.keys() == here("p", "p1", "p11", "p2")
    assert found.scans == here("p11", "p2")


def test_only_spares_the_partitions():
    assert effect_of("ALTER TABLE ONLY p ALTER COLUMN a SET DEFAULT 1", given=PARTITIONED).locks == {
        Name("here", "p"): AE
    }


def test_each_partition_has_its_own_proof():
    given = PARTITIONED + "ALTER TABLE p2 ADD CHECK (a IS NOT NULL);"
    assert effect_of("ALTER TABLE p ALTER COLUMN a SET NOT NULL", given=given).scans == here("p11")


def test_a_foreign_key_to_a_partitioned_table_locks_its_partitions_too():
    given = PARTITIONED + "ALTER TABLE p ADD PRIMARY KEY (id); CREATE TABLE t (p_id int);"
    found = effect_of("ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID", given=given)
    assert found.locks.keys() == here("t", "p", "p1", "p11", "p2")


def test_heirs_are_locked_and_read_with_their_parent():
    found = effect_of("ALTER TABLE t ADD CHECK (a > 0)", given=SHOP + "CREATE TABLE heir () INHERITS (t);")
    assert (found.locks.keys(), found.scans) == (here("t", "heir"), here("t", "heir"))


def test_an_index_of_a_table_is_not_one_of_its_heirs():
    found = effect_of("CREATE INDEX ON t (a)", given=SHOP + "CREATE TABLE heir () INHERITS (t);")
    assert found.locks == {T: S}


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("CREATE INDEX CONCURRENTLY ON p (a)", "0A000"),
        ("ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES u NOT VALID", "42809"),
        ("ALTER TABLE p ADD UNIQUE USING INDEX i", "0A000"),
    ],
)
def test_what_a_partitioned_table_refuses(sql: str, error: str):
    assert effect_of(sql, given=PARTITIONED, postgres=15).error.startswith(error)


@pytest.mark.parametrize(
    ("check", "scans", "certain"),
    [
        pytest.param("id IN (3, 4)", frozenset(), True, id="the values"),
        pytest.param("id = 3", frozenset(), True, id="fewer values"),
        pytest.param("a = 3", here("n"), True, id="another column"),
        pytest.param("id IN (3, 4, 5)", here("n"), False, id="more values"),
        pytest.param("id BETWEEN 3 AND 4", here("n"), False, id="another way to say it"),
    ],
)
def test_a_check_spares_the_reading_of_a_new_partition(check: str, scans: frozenset[Name], certain: bool):
    given = f"{PARTITIONED} CREATE TABLE n (id int NOT NULL, a int, CHECK ({check}));"
    found = effect_of("ALTER TABLE p ATTACH PARTITION n FOR VALUES IN (3, 4)", given=given)
    assert (found.scans, found.certain) == (scans, certain)


# --- what is not known ---


def test_a_statement_on_an_unknown_table_locks_it():
    found = effect_of("ALTER TABLE t ADD COLUMN a int")
    assert (found.locks, found.certain) == ({T: AE}, True)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE t ALTER COLUMN a TYPE bigint",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t DROP COLUMN a",
        "DROP TABLE t",
        "DROP INDEX i",
        "REINDEX INDEX i",
        "DROP OWNED BY r",
        "DO $$ BEGIN END $$",
    ],
)
def test_what_depends_on_an_unknown_table_is_not_certain(sql: str):
    assert not effect_of(sql).certain


def test_using_an_expression_rewrites_whatever_the_type_was():
    found = effect_of("ALTER TABLE t ALTER COLUMN a TYPE int USING length(a)")
    assert (found.rewrites, found.certain) == (here("t"), True)


# --- what is there already ---


def test_a_new_table_is_in_nobody_s_way():
    assert effect_of("CREATE TABLE n (id int PRIMARY KEY, parent int REFERENCES n)", given=SHOP).locks == {}


def test_what_is_valid_is_not_read_again():
    found = effect_of("ALTER TABLE t VALIDATE CONSTRAINT t_u_id_fkey", given=SHOP)
    assert (found.locks, found.scans) == ({T: SUE}, frozenset())


def test_a_table_that_is_unlogged_already_is_not_written_anew():
    found = effect_of("ALTER TABLE n SET UNLOGGED", given="CREATE UNLOGGED TABLE n (a int)")
    assert (found.locks.keys(), found.rewrites) == (here("n"), frozenset())


def test_if_not_exists_on_what_is_there_locks_and_does_nothing():
    found = effect_of("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int DEFAULT random()", given=SHOP)
    assert (found.locks, found.rewrites) == ({T: AE}, frozenset())


@pytest.mark.parametrize(
    ("given", "scans"),
    [
        pytest.param("", here("t"), id="nothing"),
        pytest.param("ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL)", frozenset(), id="a check"),
        pytest.param("ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID", here("t"), id="not valid"),
        pytest.param("ALTER TABLE t ALTER COLUMN a SET NOT NULL", frozenset(), id="not null already"),
    ],
)
def test_a_not_null_constraint_is_proven_as_set_not_null_is(given: str, scans: frozenset[Name]):
    found = effect_of("ALTER TABLE t ADD CONSTRAINT n NOT NULL a", given=SHOP + given, postgres=18)
    assert (found.locks, found.scans) == ({T: AE}, scans)


# --- rows ---


def test_lock_table_takes_the_mode_that_it_says():
    assert effect_of("LOCK TABLE t IN SHARE MODE", given=SHOP).locks == {T: S}


def test_truncate_cascades_through_all_that_point_there():
    given = SHOP + "CREATE TABLE r (t_id int REFERENCES t);"
    assert effect_of("TRUNCATE u CASCADE", given=given).locks == dict.fromkeys(here("u", "t", "r"), AE)


def test_an_update_reads_the_tables_behind_from():
    found = effect_of("UPDATE t SET a = 1 FROM u WHERE u.id = t.u_id", given=SHOP)
    assert found.locks == {T: LockMode.ROW_EXCLUSIVE, U: LockMode.ACCESS_SHARE}


def test_a_type_of_the_project_by_its_name_alone_is_the_type_that_the_column_has():
    given = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood);"
    found = effect_of("ALTER TABLE t ALTER COLUMN m TYPE mood", given=given)
    assert (found.rewrites, found.certain) == (frozenset(), True)

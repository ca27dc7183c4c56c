"""What a down file does not undo: the states before the up file and after the down file, compared."""

from __future__ import annotations

import pytest

from replayed import EMPTY, after
from sqlmig.sql.schema.difference import difference

SHOP = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (id bigint PRIMARY KEY, a int DEFAULT 1, b varchar(20) NOT NULL, u_id int REFERENCES u, CHECK (a > 0));
CREATE INDEX i ON t (a);
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE POLICY p ON t USING (a > 0);
"""


def differences(up: str, down: str, *, given: str = SHOP) -> list[str]:
    """The differences, a line each."""
    before = after(given, origin="earlier")
    found = difference(before, after(down, after(up, before, origin="up"), origin="down"))
    return [_line(one) for one in found]


def _line(one) -> str:
    on = f" on {one.table.name}" if one.table is not None else ""
    return f"{one.kind.value} {one.name}{on} {one.how.value}{': ' if one.detail else ''}{one.detail}"


UNDONE = {
    "a table": ("CREATE TABLE x (a int PRIMARY KEY)", "DROP TABLE x"),
    "a column": ("ALTER TABLE t ADD COLUMN x int UNIQUE", "ALTER TABLE t DROP COLUMN x"),
    "a column that was dropped": (
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t ADD COLUMN b VARCHAR(20)  NOT NULL",
    ),
    "a type": ("ALTER TABLE t ALTER COLUMN a TYPE bigint", "ALTER TABLE t ALTER COLUMN a TYPE integer"),
    "a default": ("ALTER TABLE t ALTER a DROP DEFAULT", "ALTER TABLE t ALTER a SET DEFAULT 1"),
    "not null": ("ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a DROP NOT NULL"),
    "an index": ("DROP INDEX i", "CREATE INDEX i ON here.t USING btree (a)"),
    "row level security": (
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        "ALTER TABLE t NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
    ),
    "a rename": ("ALTER TABLE t RENAME TO x", "ALTER TABLE x RENAME TO t"),
    "a column's rename": ("ALTER TABLE t RENAME a TO x", "ALTER TABLE t RENAME x TO a"),
    "a constraint that is checked later": (
        "ALTER TABLE t DROP CONSTRAINT t_a_check",
        "ALTER TABLE t ADD CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT t_a_check",
    ),
    "a view": ("DROP VIEW v", "CREATE VIEW v AS\n  SELECT a\n  FROM t"),
    "a function": (
        "CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    "a partition": (
        "CREATE TABLE q (a int) PARTITION BY LIST (a); CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1)",
        "DROP TABLE q",
    ),
}


@pytest.mark.parametrize(("up", "down"), UNDONE.values(), ids=UNDONE)
def test_what_is_undone_is_no_difference(up: str, down: str):
    assert differences(up, down) == []


LEFT = {
    "a table, without its parts": (
        "CREATE TABLE x (a int PRIMARY KEY, b int UNIQUE); CREATE INDEX ON x (b)",
        ["table here.x left over"],
    ),
    "a column": ("ALTER TABLE t ADD COLUMN x int", ["column x on t left over"]),
    "a column that went": ("ALTER TABLE t DROP COLUMN b", ["column b on t missing"]),
    "a type": ("ALTER TABLE t ALTER b TYPE text", ["column b on t changed: type text instead of varchar(20)"]),
    "a default": ("ALTER TABLE t ALTER a SET DEFAULT 2", ["column a on t changed: default 2 instead of 1"]),
    "no default": ("ALTER TABLE t ALTER a DROP DEFAULT", ["column a on t changed: default none instead of 1"]),
    "not null": ("ALTER TABLE t ALTER a SET NOT NULL", ["column a on t changed: nullability not null instead of null"]),
    "a constraint": ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 5)", ["constraint c on t left over"]),
    "a constraint that went": ("ALTER TABLE t DROP CONSTRAINT t_a_check", ["constraint t_a_check on t missing"]),
    "a key, not its index too": ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (b)", ["constraint k on t left over"]),
    "an index": ("CREATE INDEX j ON t (b)", ["index j on t left over"]),
    "another index": ("DROP INDEX i; CREATE INDEX i ON t (b)", ["index i on t changed: another definition"]),
    "row level security": (
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        ["table here.t changed: row level security on instead of off"],
    ),
    "a policy": ("DROP POLICY p ON t", ["policy p on t missing"]),
    "another policy": ("ALTER POLICY p ON t USING (true)", ["policy p on t changed: another definition"]),
    "a trigger": (
        "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        ["trigger g on t left over"],
    ),
    "a view": ("CREATE OR REPLACE VIEW v AS SELECT a, 1 AS b FROM t", ["view here.v changed"]),
    "an overload": (
        "CREATE FUNCTION f(x text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ["function here.f(text) left over"],
    ),
    "a label": ("ALTER TYPE mood ADD VALUE 'c'", ["type here.mood changed: labels a, b, c instead of a, b"]),
    "a sequence": ("CREATE SEQUENCE s", ["sequence here.s left over"]),
    "an extension": ("CREATE EXTENSION vector", ["extension vector left over"]),
    "statistics": ("CREATE STATISTICS st ON a, b FROM t", ["statistics here.st left over"]),
}


@pytest.mark.parametrize(("up", "expected"), LEFT.values(), ids=LEFT)
def test_what_is_not_undone_is_named(up: str, expected: list[str]):
    found = differences(up, "")
    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found


UNSEEN = {
    "a column that was dropped unseen": ("ALTER TABLE t DROP COLUMN x", "ALTER TABLE t ADD COLUMN x int"),
    "a table that was dropped unseen": ("DROP TABLE t", "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE)"),
    "an index that was dropped unseen": ("DROP INDEX i", "CREATE INDEX i ON t (a)"),
    "a view that was dropped unseen": ("DROP VIEW v", "CREATE VIEW v AS SELECT 1 AS a"),
    "a function that was dropped unseen": (
        "DROP FUNCTION f(int)",
        "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    "a default of an unknown column": ("ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER a DROP DEFAULT"),
    "row level security of an unknown table": (
        "ALTER TABLE t DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    ),
}


@pytest.mark.parametrize(("up", "down"), UNSEEN.values(), ids=UNSEEN)
def test_what_was_not_known_before_is_not_held_against_the_down_file(up: str, down: str):
    assert differences(up, down, given="") == []


def test_what_is_added_to_an_unknown_table_is_left_over_all_the_same():
    up = "ALTER TABLE t ADD COLUMN x int; CREATE POLICY p ON t USING (true); CREATE INDEX i ON t (x)"
    assert differences(up, "", given="") == [
        "column x on t left over",
        "policy p on t left over",
        "index i on t left over",
    ]


def test_a_column_that_an_earlier_migration_dropped_is_left_over_when_it_comes_again():
    given = SHOP + "ALTER TABLE t DROP COLUMN b;"
    assert differences("ALTER TABLE t ADD COLUMN b int", "", given=given) == ["column b on t left over"]


def test_a_state_does_not_differ_from_itself():
    assert difference(after(SHOP), after(SHOP)) == ()
    assert difference(EMPTY, EMPTY) == ()

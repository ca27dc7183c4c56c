import pytest

from sqlmig.sql.classify import (
    EnumLabelAdded,
    IndexBuilt,
    IndexDropped,
    IndexRebuilt,
    PartitionDetached,
    PsqlCommand,
    Rerunnable,
    copy_from_stdin,
    creates_other_than_relations,
    drops,
    leaves,
    outside_transaction,
    psql_command,
    transaction_control,
    without_concurrently,
)
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import SqlTextError


def one(text: str) -> Statement:
    (statement,) = split(text)
    return statement


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BEGIN", "BEGIN"),
        ("begin /* x */ work", "BEGIN"),
        ("Start  Transaction READ ONLY", "START TRANSACTION"),
        ("COMMIT AND CHAIN", "COMMIT"),
        ("COMMIT PREPARED 'x'", "COMMIT PREPARED"),
        ("END", "END"),
        ("ROLLBACK TO SAVEPOINT a", "ROLLBACK"),
        ("ROLLBACK PREPARED 'x'", "ROLLBACK PREPARED"),
        ("ABORT", "ABORT"),
        ("SAVEPOINT a", "SAVEPOINT"),
        ("RELEASE a", "RELEASE"),
        ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION"),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION"),
        ("SET LOCAL TRANSACTION READ ONLY", "SET LOCAL TRANSACTION"),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET SESSION CHARACTERISTICS"),
        ("PREPARE q AS SELECT 1", None),
        ("SET search_path = a", None),
        ("START", None),
        ('"commit"', None),
        ("DO $$ BEGIN COMMIT; END $$", None),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END", None),
    ],
)
def test_statements_that_control_a_transaction_are_named(text, words):
    assert transaction_control(one(text)) == words


OUTSIDE = {
    "CREATE INDEX CONCURRENTLY ON t (a)": "CREATE INDEX CONCURRENTLY",
    "create unique index concurrently if not exists i on s.t (a)": "CREATE INDEX CONCURRENTLY",
    "DROP INDEX CONCURRENTLY IF EXISTS i": "DROP INDEX CONCURRENTLY",
    "REINDEX INDEX CONCURRENTLY i": "REINDEX INDEX CONCURRENTLY",
    "REINDEX (VERBOSE, CONCURRENTLY) TABLE t": "REINDEX TABLE CONCURRENTLY",
    "REINDEX (CONCURRENTLY off, CONCURRENTLY 'On') TABLE t": "REINDEX TABLE CONCURRENTLY",
    "REINDEX SCHEMA s": "REINDEX SCHEMA",
    "REINDEX DATABASE": "REINDEX DATABASE",
    "REINDEX SYSTEM": "REINDEX SYSTEM",
    "ALTER TABLE p DETACH PARTITION c CONCURRENTLY": "ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY",
    "ALTER TABLE IF EXISTS ONLY s.p * DETACH PARTITION s.c CONCURRENTLY": (
        "ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY"
    ),
    "VACUUM": "VACUUM",
    "VACUUM (FULL, ANALYZE) t": "VACUUM",
    "CLUSTER": "CLUSTER",
    "CLUSTER VERBOSE": "CLUSTER",
    "CLUSTER (VERBOSE)": "CLUSTER",
    "CREATE DATABASE d": "CREATE DATABASE",
    "DROP DATABASE IF EXISTS d WITH (FORCE)": "DROP DATABASE",
    "CREATE TABLESPACE s LOCATION '/x'": "CREATE TABLESPACE",
    "DROP TABLESPACE s": "DROP TABLESPACE",
    "ALTER SYSTEM SET work_mem = '4MB'": "ALTER SYSTEM",
    "ALTER DATABASE d SET TABLESPACE s": "ALTER DATABASE ... SET TABLESPACE",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p": "CREATE SUBSCRIPTION",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (copy_data = false)": "CREATE SUBSCRIPTION",
    "DROP SUBSCRIPTION s": "DROP SUBSCRIPTION",
    "ALTER SUBSCRIPTION s REFRESH PUBLICATION": "ALTER SUBSCRIPTION ... REFRESH",
    "ALTER SUBSCRIPTION s SET PUBLICATION p": "ALTER SUBSCRIPTION ... SET PUBLICATION",
    "ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh)": "ALTER SUBSCRIPTION ... ADD PUBLICATION",
    "ALTER SUBSCRIPTION s DROP PUBLICATION p": "ALTER SUBSCRIPTION ... DROP PUBLICATION",
    "ALTER SUBSCRIPTION s SET (failover = true)": "ALTER SUBSCRIPTION ... SET (failover)",
    "ALTER SUBSCRIPTION s SET (two_phase = false)": "ALTER SUBSCRIPTION ... SET (two_phase = false)",
    "DISCARD ALL": "DISCARD ALL",
}
INSIDE = [
    "CREATE INDEX ON t (a)",
    "CREATE INDEX concurrently_not ON t (a)",
    'CREATE INDEX "concurrently" ON t (a)',
    "CREATE UNIQUE INDEX i ON t (a)",
    "CREATE INDEX i t",
    "CREATE TABLE t (a int)",
    "DROP INDEX i",
    "DROP INDEX",
    "DROP TABLE t",
    "REINDEX TABLE t",
    "REINDEX INDEX i",
    "REINDEX (CONCURRENTLY FALSE) TABLE t",
    "REINDEX (CONCURRENTLY 0) TABLE t",
    "REINDEX",
    "ALTER TABLE p DETACH PARTITION c",
    "ALTER TABLE p DETACH PARTITION c FINALIZE",
    "ALTER TABLE p DETACH PARTITION",
    "ALTER TABLE t ADD COLUMN concurrently int",
    "ALTER DATABASE d SET work_mem = '4MB'",
    "ALTER VIEW v RENAME TO w",
    "CLUSTER t USING i",
    "CLUSTER (VERBOSE) t",
    "ANALYZE",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (connect = false)",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot = 'false')",
    'ALTER SUBSCRIPTION s SET PUBLICATION p WITH ("refresh" = OFF)',
    "ALTER SUBSCRIPTION s ENABLE",
    "ALTER SUBSCRIPTION s SET (two_phase = true)",
    "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
    "ALTER TYPE e ADD VALUE 'b'",
    "DISCARD TEMP",
    "SELECT 1",
]


@pytest.mark.parametrize(("text", "words"), OUTSIDE.items())
def test_what_cannot_run_inside_a_transaction_is_named(text, words):
    assert outside_transaction(one(text)) == words


@pytest.mark.parametrize("text", INSIDE)
def test_what_can_run_inside_a_transaction_is_not(text):
    assert outside_transaction(one(text)) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("\\set x 1", PsqlCommand("\\set", 0)),
        ("SELECT 1;\n\\copy t from 'x'", PsqlCommand("\\copy", 10)),
        ("SELECT 1 \\gexec", PsqlCommand("\\gexec", 9)),
        ("\\restrict abc", PsqlCommand("\\restrict", 0)),
        ("1\t2\n\\.\n", PsqlCommand("\\.", 4)),
        ("\\", PsqlCommand("\\", 0)),
        ("\\ x", PsqlCommand("\\", 0)),
        ("\\echo it's", PsqlCommand("\\echo", 0)),
        ("SELECT '\\x', E'\\\\', $$\\y$$ -- \\z", None),
        ('SELECT "\\x" /* \\y */', None),
        ("SELECT 'it\n\\echo", None),
    ],
)
def test_backslash_commands_are_found_outside_of_quotes_only(text, command):
    assert psql_command(text) == command


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COPY t FROM STDIN", True),
        ("copy s.t (a, b) from stdin with (format csv)", True),
        ("COPY t (\"from\", stdin) FROM '/x'", False),
        ("COPY t TO STDOUT", False),
        ("COPY (SELECT a FROM stdin) TO '/x'", False),
        ("SELECT 1 FROM stdin", False),
    ],
)
def test_copy_from_stdin_is_recognised(text, expected):
    assert copy_from_stdin(one(text)) is expected


def test_copy_is_found_in_front_of_data_that_cannot_be_read():
    text = "SELECT 1;\nCOPY t FROM stdin;\nO'Brien\n\\.\n"
    with pytest.raises(SqlTextError) as raised:
        split(text)
    _, copy, *_ = split(text[: raised.value.offset])
    assert copy_from_stdin(copy)


@pytest.mark.parametrize(
    ("text", "leftover"),
    [
        ("CREATE INDEX CONCURRENTLY I ON T (a)", IndexBuilt(None, "i", None, "t")),
        (
            'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "I" ON ONLY "S".t USING btree (a)',
            IndexBuilt("S", "I", "S", "t"),
        ),
        ("CREATE INDEX CONCURRENTLY ON db.s.t (a)", IndexBuilt("s", None, "s", "t")),
        ("CREATE INDEX CONCURRENTLY " + "x" * 70 + " ON t (a)", IndexBuilt(None, "x" * 63, None, "t")),
        ("CREATE INDEX CONCURRENTLY U&\"d!0061t\" UESCAPE '!' ON t (a)", IndexBuilt(None, "dat", None, "t")),
        ("DROP INDEX CONCURRENTLY IF EXISTS s.I CASCADE", IndexDropped("s", "i")),
        ("REINDEX INDEX CONCURRENTLY s.i", IndexRebuilt("index", "s", "i")),
        ("REINDEX (CONCURRENTLY, VERBOSE) TABLE t", IndexRebuilt("table", None, "t")),
        ("REINDEX SCHEMA CONCURRENTLY s", IndexRebuilt("schema", None, "s")),
        ("REINDEX DATABASE CONCURRENTLY", IndexRebuilt("database", None, None)),
        ("ALTER TYPE s.Mood ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'x'", EnumLabelAdded("s", "mood", "it's")),
        ("ALTER TYPE mood ADD VALUE E'a\\x62'\n  'c' AFTER 'x'", EnumLabelAdded(None, "mood", "abc")),
        ("ALTER TYPE mood ADD VALUE U&'!0061' UESCAPE '!'", EnumLabelAdded(None, "mood", "a")),
        ("ALTER TABLE s.p DETACH PARTITION c CONCURRENTLY", PartitionDetached("s", "p", None, "c")),
        ("ALTER TABLE p DETACH PARTITION s.c FINALIZE", PartitionDetached(None, "p", "s", "c")),
        ("VACUUM (ANALYZE) t", Rerunnable()),
        ("ANALYZE", Rerunnable()),
        ("REINDEX TABLE t", Rerunnable()),
        ("REINDEX (CONCURRENTLY) SYSTEM", Rerunnable()),
        ("CLUSTER t USING i", Rerunnable()),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", Rerunnable()),
        ("ALTER SYSTEM SET work_mem = '4MB'", Rerunnable()),
        ("SET lock_timeout = 0", Rerunnable()),
        ("CREATE INDEX i ON t (a)", None),
        ("DROP INDEX i", None),
        ("DROP INDEX CONCURRENTLY i, j", None),
        ("ALTER TABLE p DETACH PARTITION c", None),
        ("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", None),
        ("ALTER TYPE mood ADD VALUE", None),
        ("ALTER TYPE 'mood' ADD VALUE 'a'", None),
        ("CREATE DATABASE d", None),
        ("INSERT INTO t VALUES (1)", None),
    ],
)
def test_what_a_statement_leaves_in_the_catalog(text, leftover):
    assert leaves(one(text)) == leftover


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a);", "CREATE INDEX              i ON t (a);"),
        ("drop index concurrently i", "drop index              i"),
        ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", "REINDEX (VERBOSE) TABLE              t"),
        (
            "-- CONCURRENTLY\nCREATE UNIQUE INDEX CONCURRENTLY ON t (a);\nDROP INDEX CONCURRENTLY é;",
            "-- CONCURRENTLY\nCREATE UNIQUE INDEX              ON t (a);\nDROP INDEX              é;",
        ),
        ('CREATE INDEX "concurrently" ON t (a)', 'CREATE INDEX "concurrently" ON t (a)'),
        ("REINDEX (CONCURRENTLY) TABLE t", "REINDEX (CONCURRENTLY) TABLE t"),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", "REFRESH MATERIALIZED VIEW CONCURRENTLY m"),
        ("ALTER TABLE p DETACH PARTITION c CONCURRENTLY", "ALTER TABLE p DETACH PARTITION c CONCURRENTLY"),
    ],
)
def test_concurrently_is_blanked_and_nothing_moves(text, plain):
    assert without_concurrently(text) == plain
    assert len(text) == len(plain)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql AS ''",
        "ALTER AGGREGATE a(int) RENAME TO b",
        "CREATE TYPE e AS ENUM ('a')",
        "ALTER TYPE e ADD VALUE 'b'",
        "DROP DOMAIN d",
        "CREATE SCHEMA s",
        "CREATE EXTENSION IF NOT EXISTS vector",
        "CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION f()",
        "CREATE FOREIGN DATA WRAPPER w",
        "ALTER STATISTICS s RENAME TO t",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r",
        "GRANT SELECT ON t TO r",
        "REVOKE ALL ON SCHEMA s FROM r",
        "REASSIGN OWNED BY a TO b",
        "DROP OWNED BY a",
        "COMMENT ON FUNCTION f() IS 'x'",
        "COMMENT ON CONSTRAINT c ON t IS 'x'",
        "SECURITY LABEL FOR p ON TYPE e IS 'x'",
        "DO $$ BEGIN END $$",
        "CALL p()",
    ],
)
def test_what_leaves_no_lock_on_a_relation_is_known(text):
    assert creates_other_than_relations(one(text))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a int)",
        "CREATE UNLOGGED TABLE t (a int)",
        "CREATE GLOBAL TEMPORARY TABLE t (a int)",
        "CREATE FOREIGN TABLE t (a int) SERVER s",
        "CREATE OR REPLACE RECURSIVE VIEW v (a) AS SELECT 1",
        "CREATE MATERIALIZED VIEW m AS SELECT 1",
        "CREATE UNIQUE INDEX ON t (a)",
        "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE POLICY p ON t",
        "CREATE STATISTICS s ON a, b FROM t",
        "ALTER TABLE t RENAME TO u",
        "ALTER FOREIGN TABLE t RENAME TO u",
        "ALTER SEQUENCE s RESTART",
        "DROP VIEW v",
        "DROP RULE r ON t",
        "COMMENT ON COLUMN t.a IS 'x'",
        "SECURITY LABEL ON TABLE t IS 'x'",
        "INSERT INTO t SELECT 1",
        "TRUNCATE t",
        "SELECT 1",
    ],
)
def test_what_shows_in_the_locks_of_its_transaction_is_known(text):
    assert not creates_other_than_relations(one(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DROP TABLE t", True),
        ("DROP OWNED BY r", True),
        ("ALTER TABLE t ADD a int, DROP b", True),
        ("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", True),
        ("ALTER TYPE c DROP ATTRIBUTE a", True),
        ("DO $$ BEGIN END $$", True),
        ("CALL p()", True),
        ("ALTER TABLE t ADD CHECK (drop > 0)", False),
        ('ALTER TABLE t RENAME TO "drop"', False),
        ("CREATE TABLE t (drop int)", False),
        ("TRUNCATE t", False),
    ],
)
def test_what_may_drop_something_is_known(text, expected):
    assert drops(one(text)) is expected


def test_a_text_without_tokens_has_no_psql_command() -> None:
    assert psql_command("\n") is None

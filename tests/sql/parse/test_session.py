"""SET and RESET, transactions, commands of the session, maintenance, EXPLAIN."""

from __future__ import annotations

import pytest

from sqlmig.sql.definitions import Setting
from sqlmig.sql.operations.base import Unknown
from sqlmig.sql.operations.rows import Delete
from sqlmig.sql.operations.session import (
    Cluster,
    Control,
    Explain,
    Lifetime,
    LockTable,
    SessionCommand,
    SetConstraints,
    SetParameter,
    SetRole,
    SetSessionAuthorization,
    TransactionControl,
    Vacuum,
)
from sqlmig.sql.operations.tables import CreateTableAs
from sqlmig.sql.reader import Name

# --- SET and RESET ---


def parameter(name, *values, lifetime=Lifetime.SESSION):
    return SetParameter(setting=Setting(name=name, values=values or None), lifetime=lifetime)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SET search_path TO a, \"B\", 'c'", parameter("search_path", "a", "B", "c")),
        ("SET \"Search_Path\" = ''", parameter("search_path", "")),
        ("SET LOCAL app.tenant = on", parameter("app.tenant", "on", lifetime=Lifetime.LOCAL)),
        ("SET SESSION a TO -1.5, true", parameter("a", "-1.5", "true")),
        ("SET a FROM CURRENT", parameter("a", "from current")),
        ("SET a TO DEFAULT", parameter("a")),
        ("SET TIME ZONE 'x'", parameter("timezone", "x")),
        ("SET TIME ZONE LOCAL", parameter("timezone")),
        ("SET TIME ZONE INTERVAL '1' HOUR TO MINUTE", parameter("timezone", "1")),
        ("SET TIME ZONE INTERVAL (3) '1'", parameter("timezone", "1")),
        ("SET SCHEMA 'x'", parameter("search_path", "x")),
        ("SET NAMES 'utf8'", parameter("client_encoding", "utf8")),
        ("SET NAMES", parameter("client_encoding")),
        ("SET XML OPTION DOCUMENT", parameter("xmloption", "document")),
        *(
            (f"SET {word} TO 1", parameter(word, "1"))
            for word in ("local", "session", "schema", "names", "transaction")
        ),
        ("SET session.x = 1", parameter("session.x", "1")),
        ("RESET a.b", parameter("a.b")),
        ("RESET ALL", parameter("all")),
        ("RESET TIME ZONE", parameter("timezone")),
        ("SET LOCAL ROLE r", SetRole(role="r", lifetime=Lifetime.LOCAL)),
        ("SET ROLE 'none'", SetRole(role=None)),
        ('SET role = "R"', SetRole(role="R")),
        ("RESET ROLE", SetRole(role=None)),
        ("SET SESSION AUTHORIZATION 'r'", SetSessionAuthorization(role="r")),
        ("SET SESSION SESSION AUTHORIZATION DEFAULT", SetSessionAuthorization(role=None)),
        ("RESET SESSION AUTHORIZATION", SetSessionAuthorization(role=None)),
        ("SET CONSTRAINTS ALL DEFERRED", SetConstraints(deferred=True)),
        ("SET CONSTRAINTS a, s.b IMMEDIATE", SetConstraints(names=(Name(None, "a"), Name("s", "b")), deferred=False)),
        ("SET TRANSACTION SNAPSHOT 'x'", TransactionControl(control=Control.SET)),
        (
            "SET LOCAL TRANSACTION READ ONLY, NOT DEFERRABLE ISOLATION LEVEL READ COMMITTED",
            TransactionControl(control=Control.SET),
        ),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", TransactionControl(control=Control.SET)),
    ],
)
def test_what_is_set_for_how_long(read, read_as_postgresql_does, sql, expected):
    assert read(sql) == (expected,)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("SET", "SET a", "SET a =", "SET a 1", "SET a = 1 2", "SET a TO DEFAULT, 1", "SET a = 1,", "SET a = select"),
        *(
            "SET SCHEMA x",
            "SET CATALOG 'x'",
            "SET TIME ZONE = 'x'",
            "SET TIME ZONE INTERVAL '1' DAY",
            "SET TRANSACTION",
        ),
        *("SET TRANSACTION READ ONLY,", "SET TRANSACTION ISOLATION LEVEL HIGH", "SET SESSION AUTHORIZATION = 'x'"),
        *(
            "SET CONSTRAINTS a",
            "SET CONSTRAINTS DEFERRED",
            "RESET",
            "RESET a = 1",
            "SET LOCAL LOCAL a = 1",
            "SET a..b = 1",
        ),
    ],
)
def test_what_sets_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- the transaction ---

CONTROLS = {
    Control.BEGIN: ["BEGIN WORK READ ONLY", "BEGIN", "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, DEFERRABLE"],
    Control.COMMIT: ["COMMIT", "COMMIT WORK AND NO CHAIN", "END TRANSACTION AND CHAIN"],
    Control.ROLLBACK: ["ROLLBACK", "ABORT WORK", "ROLLBACK AND CHAIN"],
    Control.SAVEPOINT: ["SAVEPOINT a", "SAVEPOINT savepoint"],
    Control.RELEASE: ["RELEASE a", "RELEASE SAVEPOINT a", "RELEASE savepoint"],
    Control.ROLLBACK_TO: ["ROLLBACK TO a", "ROLLBACK WORK TO SAVEPOINT a", "ROLLBACK TRANSACTION TO savepoint"],
    Control.PREPARE: ["PREPARE TRANSACTION 'x'"],
    Control.COMMIT_PREPARED: ["COMMIT PREPARED 'x'"],
    Control.ROLLBACK_PREPARED: ["ROLLBACK PREPARED 'x'"],
}


@pytest.mark.parametrize(("control", "sql"), [(control, sql) for control, texts in CONTROLS.items() for sql in texts])
def test_what_happens_to_the_transaction(read, read_as_postgresql_does, control, sql):
    assert read(sql) == (TransactionControl(control=control),)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "BEGIN READ",
            "START",
            "COMMIT AND",
            "COMMIT a",
            "END PREPARED 'x'",
            "SAVEPOINT",
            "RELEASE",
            "ROLLBACK TO",
            "ABORT TO a",
        ),
        *(
            "PREPARE TRANSACTION",
            "PREPARE TRANSACTION x",
            "COMMIT PREPARED x",
            "SAVEPOINT SAVEPOINT a",
            "BEGIN AND CHAIN",
        ),
    ],
)
def test_what_controls_no_transaction_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- commands ---


@pytest.mark.parametrize(
    ("sql", "command", "name"),
    [
        *(("CHECKPOINT", "checkpoint", None), ("LISTEN a", "listen", "a"), ("NOTIFY a, 'b'", "notify", "a")),
        *(("UNLISTEN *", "unlisten", None), ("UNLISTEN a", "unlisten", "a"), ("LOAD 'x'", "load", "x")),
        *(
            ("DISCARD ALL", "discard all", None),
            ("DISCARD TEMPORARY", "discard temp", None),
            ("DISCARD PLANS", "discard plans", None),
        ),
        *(("SHOW a.b", "show", "a.b"), ("SHOW ALL", "show", "all"), ("SHOW TIME ZONE", "show", "timezone")),
        *(("CLOSE ALL", "close", None), ("CLOSE a", "close", "a"), ("DEALLOCATE a", "deallocate", "a")),
        *(("DEALLOCATE PREPARE ALL", "deallocate", None), ("DEALLOCATE prepare", "deallocate", "prepare")),
        *(
            ("EXECUTE a", "execute", "a"),
            ("EXECUTE a (1, 'b')", "execute", "a"),
            ("PREPARE a AS TABLE t", "prepare", "a"),
        ),
        ("PREPARE a (int, text[]) AS INSERT INTO t VALUES ($1, $2)", "prepare", "a"),
        ("PREPARE transaction AS SELECT 1", "prepare", "transaction"),
        ("DECLARE a BINARY INSENSITIVE NO SCROLL CURSOR WITH HOLD FOR SELECT 1 FOR UPDATE", "declare", "a"),
        *(
            (f"FETCH {which} a", "fetch", "a")
            for which in ("", "FROM", "NEXT", "PRIOR IN", "ABSOLUTE -1 FROM", "ALL", "5")
        ),
        *(
            (f"MOVE {which} a", "move", "a")
            for which in ("FORWARD", "FORWARD 3 IN", "BACKWARD ALL", "RELATIVE +2", "-1 FROM")
        ),
        *(
            ("FETCH next", "fetch", "next"),
            ("FETCH forward forward", "fetch", "forward"),
            ("MOVE LAST IN last", "move", "last"),
        ),
    ],
)
def test_a_command_of_the_session(read, read_as_postgresql_does, sql, command, name):
    assert read(sql) == (SessionCommand(command=command, name=name),)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CHECKPOINT a",
            "LISTEN",
            "LISTEN a.b",
            "NOTIFY a b",
            "NOTIFY a, b",
            "LOAD x",
            "DISCARD",
            "DISCARD EVERYTHING",
            "SHOW",
        ),
        *(
            "CLOSE",
            "DEALLOCATE a, b",
            "EXECUTE a (",
            "EXECUTE a ()",
            "PREPARE a AS DROP TABLE t",
            "PREPARE a TABLE t",
            "FETCH",
        ),
        *(
            "DECLARE a CURSOR FOR DELETE FROM t",
            "DECLARE a CURSOR SELECT 1",
            "FETCH ABSOLUTE a",
            "FETCH ALL ALL a",
            "UNLISTEN",
        ),
    ],
)
def test_what_is_no_command_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- maintenance ---


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "VACUUM FULL FREEZE VERBOSE ANALYZE a, s.b (c, d)",
            Vacuum(tables=(Name(None, "a"), Name("s", "b")), full=True),
        ),
        ("VACUUM (FULL off, ANALYSE, PARALLEL 2) ONLY a", Vacuum(tables=(Name(None, "a"),))),
        ("VACUUM (FULL off, FULL)", Vacuum(full=True)),
        ("CLUSTER VERBOSE i ON s.t", Cluster(table=Name("s", "t"), index="i")),
        ("CLUSTER (VERBOSE) t USING i", Cluster(table=Name(None, "t"), index="i")),
        ("CLUSTER", Cluster()),
        ("LOCK t", LockTable(tables=(Name(None, "t"),))),
        (
            "LOCK TABLE ONLY a, s.b * IN SHARE ROW EXCLUSIVE MODE NOWAIT",
            LockTable(tables=(Name(None, "a"), Name("s", "b")), mode="share row exclusive", nowait=True),
        ),
        ("LOCK t IN SHARE MODE", LockTable(tables=(Name(None, "t"),), mode="share")),
    ],
)
def test_maintenance_says_of_what_and_how(read, read_as_postgresql_does, sql, expected):
    assert read(sql) == (expected,)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize("sql", ["ANALYZE", "ANALYSE VERBOSE a, b (c)", "ANALYZE (VERBOSE, SKIP_LOCKED on) s.t"])
def test_analyze_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "VACUUM ()",
            "VACUUM VERBOSE FULL t",
            "VACUUM (FULL) VERBOSE t",
            "VACUUM a b",
            "ANALYZE FULL t",
            "CLUSTER a USING",
        ),
        *(
            "CLUSTER a.b ON t",
            "LOCK",
            "LOCK t IN HARD MODE",
            "LOCK t IN SHARE",
            "LOCK t NOWAIT IN SHARE MODE",
            "VACUUM (select)",
        ),
    ],
)
def test_what_maintains_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- EXPLAIN ---


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        *(
            ("EXPLAIN DELETE FROM t", False),
            ("EXPLAIN ANALYZE VERBOSE DELETE FROM t", True),
            ("EXPLAIN VERBOSE DELETE FROM t", False),
        ),
        *(("EXPLAIN (ANALYZE, FORMAT json) DELETE FROM t", True), ("EXPLAIN (ANALYZE false) DELETE FROM t", False)),
        ("EXPLAIN (ANALYZE off, ANALYSE) DELETE FROM t", True),
    ],
)
def test_what_is_explained_follows_where_it_runs(read, sql, runs):
    explain, *followed = read(sql)
    assert explain == Explain(analyze=runs)
    assert [type(operation) for operation in followed] == [Delete] * runs


def test_a_table_that_is_explained_is_made(read):
    assert isinstance(read("EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1")[1], CreateTableAs)


@pytest.mark.parametrize(
    "sql",
    [
        *("EXPLAIN (SELECT 1)", "EXPLAIN ANALYZE (VALUES (1))", "EXPLAIN ANALYZE WITH a AS (DELETE FROM t) SELECT 1"),
        *(
            "EXPLAIN ANALYZE CREATE UNLOGGED MATERIALIZED VIEW v AS SELECT 1",
            "EXPLAIN ANALYZE REFRESH MATERIALIZED VIEW v",
        ),
        *("EXPLAIN ANALYZE EXECUTE a", "EXPLAIN DECLARE a CURSOR FOR SELECT 1", "EXPLAIN ANALYZE SELECT 1 INTO t"),
    ],
)
def test_explain_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "EXPLAIN",
            "EXPLAIN VACUUM",
            "EXPLAIN CREATE TABLE t (a int)",
            "EXPLAIN VERBOSE ANALYZE SELECT 1",
            "EXPLAIN () SELECT 1",
        ),
        *("EXPLAIN CREATE VIEW v AS SELECT 1", "EXPLAIN TRUNCATE t", "EXPLAIN (ANALYZE)", "EXPLAIN EXPLAIN SELECT 1"),
    ],
)
def test_what_cannot_be_explained_is_refused(read, refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)
    assert [type(operation) for operation in read(sql)] == [Unknown]

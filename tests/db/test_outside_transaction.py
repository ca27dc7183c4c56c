"""What is said of statements by their text alone, asked of the server that the tests run on."""

import psycopg
import pytest

from sqlmig.sql.classify import creates_other_than_relations, outside_transaction
from sqlmig.sql.statements import split

SETUP = """
CREATE SCHEMA s;
SET LOCAL search_path = s;
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX i ON t (a);
CREATE TABLE p (id int) PARTITION BY RANGE (id);
CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (1);
CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
CREATE UNIQUE INDEX ON m (x);
REFRESH MATERIALIZED VIEW m;
CREATE VIEW v AS SELECT 1 AS x;
CREATE SEQUENCE q;
CREATE STATISTICS st ON id, a FROM t;
CREATE TYPE e AS ENUM ('a');
CREATE DOMAIN d AS int;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
SUBSCRIPTION = "CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)"
ENABLED = (SUBSCRIPTION, "ALTER SUBSCRIPTION sub ENABLE")
ANY = 0

REFUSED = [
    (ANY, (), "CREATE INDEX CONCURRENTLY x ON t (a)"),
    (ANY, (), "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS x ON s.t (id)"),
    (ANY, (), "DROP INDEX CONCURRENTLY i"),
    (ANY, (), "REINDEX INDEX CONCURRENTLY i"),
    (ANY, (), "REINDEX TABLE CONCURRENTLY t"),
    (ANY, (), "REINDEX (CONCURRENTLY) TABLE t"),
    (ANY, (), "REINDEX (VERBOSE, CONCURRENTLY ON) INDEX i"),
    (ANY, (), "REINDEX SCHEMA s"),
    (160000, (), "REINDEX DATABASE"),
    (160000, (), "REINDEX SYSTEM"),
    (ANY, (), "ALTER TABLE p DETACH PARTITION c CONCURRENTLY"),
    (ANY, (), "VACUUM"),
    (ANY, (), "VACUUM (ANALYZE) t"),
    (ANY, (), "VACUUM FULL t"),
    (ANY, (), "CLUSTER"),
    (ANY, (), "CLUSTER VERBOSE"),
    (170000, (), "CLUSTER (VERBOSE)"),
    (ANY, (), "CREATE DATABASE nowhere"),
    (ANY, (), "DROP DATABASE IF EXISTS nowhere"),
    (ANY, (), "CREATE TABLESPACE nowhere LOCATION '/nowhere'"),
    (ANY, (), "DROP TABLESPACE IF EXISTS nowhere"),
    (ANY, (), "ALTER SYSTEM SET work_mem = '5MB'"),
    (ANY, (), "ALTER DATABASE postgres SET TABLESPACE pg_default"),
    (ANY, (), "CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p"),
    (ANY, (SUBSCRIPTION,), "DROP SUBSCRIPTION sub"),
    (ANY, ENABLED, "ALTER SUBSCRIPTION sub REFRESH PUBLICATION"),
    (ANY, ENABLED, "ALTER SUBSCRIPTION sub SET PUBLICATION p2"),
    (ANY, ENABLED, "ALTER SUBSCRIPTION sub ADD PUBLICATION p2"),
    (170000, (SUBSCRIPTION,), "ALTER SUBSCRIPTION sub SET (failover = true)"),
    (180000, (SUBSCRIPTION,), "ALTER SUBSCRIPTION sub SET (two_phase = false)"),
    (ANY, (), "DISCARD ALL"),
]
ALLOWED = [
    (ANY, (), "CREATE INDEX ON t (a)"),
    (ANY, (), "REINDEX TABLE t"),
    (ANY, (), "REINDEX INDEX i"),
    (ANY, (), "REINDEX (CONCURRENTLY false) TABLE t"),
    (ANY, (), "ALTER TABLE p DETACH PARTITION c"),
    (ANY, (), "CLUSTER t USING i"),
    (ANY, (), "ANALYZE"),
    (ANY, (), "REFRESH MATERIALIZED VIEW CONCURRENTLY m"),
    (ANY, (), "ALTER TYPE e ADD VALUE 'b'"),
    (ANY, (), "ALTER DATABASE postgres SET work_mem = '4MB'"),
    (ANY, (), SUBSCRIPTION),
    (ANY, ENABLED, "ALTER SUBSCRIPTION sub SET PUBLICATION p2 WITH (refresh = false)"),
    (ANY, ENABLED, "ALTER SUBSCRIPTION sub DISABLE"),
    (180000, (SUBSCRIPTION,), "ALTER SUBSCRIPTION sub SET (two_phase = true)"),
    (ANY, (), "DISCARD TEMP"),
]
NO_LOCK = [
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER FUNCTION f() RENAME TO g",
    "DROP FUNCTION f()",
    "CREATE TYPE e2 AS ENUM ('a')",
    "ALTER TYPE e RENAME TO e2",
    "ALTER DOMAIN d SET DEFAULT 1",
    "CREATE SCHEMA s2",
    "ALTER STATISTICS st RENAME TO st2",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC",
    "GRANT SELECT ON t TO PUBLIC",
    "REVOKE SELECT (a) ON t FROM PUBLIC",
    "COMMENT ON FUNCTION f() IS 'x'",
    "COMMENT ON CONSTRAINT t_pkey ON t IS 'x'",
    "COMMENT ON STATISTICS st IS 'x'",
    "DO $$ BEGIN END $$",
]
LOCK = [
    "CREATE TABLE t2 (a int)",
    "CREATE VIEW v2 AS SELECT 1 AS x",
    "CREATE SEQUENCE q2",
    "CREATE STATISTICS st2 ON id, a FROM t",
    "CREATE POLICY x ON t",
    "CREATE RULE x AS ON INSERT TO t DO NOTHING",
    "ALTER TABLE t RENAME TO t2",
    "ALTER VIEW v RENAME TO v2",
    "ALTER SEQUENCE q RESTART",
    "ALTER INDEX i RENAME TO i2",
    "ALTER MATERIALIZED VIEW m RENAME TO m2",
    "DROP STATISTICS st",
    "DROP VIEW v",
    "COMMENT ON TABLE t IS 'x'",
    "COMMENT ON COLUMN t.a IS 'x'",
    "COMMENT ON INDEX i IS 'x'",
    "COMMENT ON VIEW v IS 'x'",
    "COMMENT ON SEQUENCE q IS 'x'",
]


@pytest.fixture
def transaction(connect):
    """A transaction in a schema with one of everything; nothing of it stays."""
    connection = connect(autocommit=False)
    connection.execute(SETUP)
    yield connection
    connection.rollback()


def refused(connection, before, text):
    for statement in before:
        connection.execute(statement)
    try:
        connection.execute(text)
    except psycopg.errors.ActiveSqlTransaction:
        return True
    return False


@pytest.mark.parametrize(("since", "before", "text"), [*REFUSED, *ALLOWED], ids=[case[2] for case in REFUSED + ALLOWED])
def test_the_server_refuses_inside_a_transaction_what_the_text_says(transaction, since, before, text):
    if transaction.info.server_version < since:
        pytest.skip(f"PostgreSQL {since // 10000} has it first")
    (statement,) = split(text)
    assert refused(transaction, before, text) == (outside_transaction(statement) is not None)


def test_both_answers_are_asked_for():
    assert all(outside_transaction(split(text)[0]) for _, _, text in REFUSED)
    assert not any(outside_transaction(split(text)[0]) for _, _, text in ALLOWED)


WRITING_LOCKS = """
SELECT count(*) FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
  AND c.relnamespace IS DISTINCT FROM 'pg_catalog'::regnamespace
"""


@pytest.mark.parametrize("text", [*NO_LOCK, *LOCK])
def test_the_server_locks_a_relation_unless_the_text_says_otherwise(connect, text):
    connection = connect()
    connection.execute(SETUP.replace("SET LOCAL", "SET"))
    with connection.transaction(force_rollback=True):
        connection.execute(text)
        (locks,) = connection.execute(WRITING_LOCKS).fetchone()
    (statement,) = split(text)
    assert (locks == 0) == creates_other_than_relations(statement) == (text in NO_LOCK)

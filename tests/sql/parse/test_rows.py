"""INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY; SELECT INTO; what a data-modifying WITH does."""

from __future__ import annotations

import pytest

from sqlmig.sql.operations.rows import Copy, CopyEnd
from sqlmig.sql.operations.tables import CreateTableAs, Persistence
from sqlmig.sql.reader import Name

# --- WITH and INTO ---


def names(operations):
    return [type(operation).__name__ for operation in operations]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("WITH a AS (DELETE FROM t RETURNING *), b AS (SELECT 1) INSERT INTO u TABLE a", ["Delete", "Insert"]),
        ("WITH a AS (INSERT INTO t SELECT 1), b AS (UPDATE t SET a = 1) SELECT 1", ["Insert", "Update", "Select"]),
        (
            "WITH a AS (WITH b AS (SELECT 1) MERGE INTO t USING b ON true WHEN MATCHED THEN DELETE) DELETE FROM u",
            ["Merge", "Delete"],
        ),
        ("(WITH a AS (DELETE FROM t) SELECT 1)", ["Delete", "Select"]),
        ("WITH a AS (SELECT 1) SELECT 1", ["Select"]),
        ("COPY (DELETE FROM t RETURNING *) TO STDOUT", ["Delete", "Copy"]),
        ("COPY (WITH a AS (DELETE FROM t) SELECT 1) TO STDOUT", ["Delete", "Copy"]),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * INTO u FROM a", ["Delete", "CreateTableAs"]),
    ],
)
def test_what_with_does_comes_first(read, read_as_postgresql_does, sql, expected):
    assert names(read(sql)) == expected
    read_as_postgresql_does(sql)


def test_a_statement_in_with_is_at_its_own_place(read):
    sql = "WITH a AS (DELETE FROM t RETURNING *) UPDATE u SET b = 1"
    delete, update = read(sql)
    assert (sql[delete.at :].startswith("DELETE"), delete.statement.text) == (True, "DELETE FROM t RETURNING *")
    assert (sql[update.at :].startswith("UPDATE"), update.statement.text) == (True, sql)


@pytest.mark.parametrize(
    ("sql", "table", "persistence"),
    [
        ("SELECT 1 INTO s.t FROM u", Name("s", "t"), Persistence.PERMANENT),
        (
            "SELECT a AS into, b IS DISTINCT FROM c, x.into INTO TEMP TABLE t FROM x UNION SELECT 2",
            Name(None, "t"),
            Persistence.TEMPORARY,
        ),
        ("((SELECT 1 INTO UNLOGGED t) UNION SELECT 2)", Name(None, "t"), Persistence.UNLOGGED),
        ("WITH a AS (SELECT 1) (SELECT 1 INTO LOCAL TEMPORARY t)", Name(None, "t"), Persistence.TEMPORARY),
        ("SELECT 1 INTO temp.t", Name("temp", "t"), Persistence.PERMANENT),
    ],
)
def test_a_query_with_into_creates_a_table(read, read_as_postgresql_does, sql, table, persistence):
    [created] = read(sql)
    assert isinstance(created, CreateTableAs)
    assert (created.table, created.persistence, created.query.text) == (table, persistence, sql)
    read_as_postgresql_does(sql)


# --- INSERT ---


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO s.t DEFAULT VALUES ON CONFLICT DO NOTHING RETURNING *",
        "INSERT INTO t AS x (a, b.c, d[1], values) VALUES (1, DEFAULT, 2, 3), (4, 5, 6, 7) RETURNING a, b AS c, d e",
        *("INSERT INTO t OVERRIDING USER VALUE SELECT 1", "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)"),
        *("INSERT INTO t (SELECT 1)", "INSERT INTO t (VALUES (1))", "INSERT INTO t (WITH a AS (SELECT 1) TABLE a)"),
        *(
            "INSERT INTO t (a) ((SELECT 1)) ORDER BY 1",
            "INSERT INTO t TABLE u",
            "INSERT INTO t WITH a AS (SELECT 1) TABLE a",
        ),
        "INSERT INTO t SELECT * FROM a JOIN b ON conflict = 1 ON CONFLICT ON CONSTRAINT c DO NOTHING",
        'INSERT INTO t VALUES (1) ON CONFLICT (lower(a) COLLATE "C" ops, b) WHERE c DO UPDATE SET (a, b) = (1, 2)',
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1 WHERE b RETURNING WITH (OLD AS o, NEW AS n) o.*",
    ],
)
def test_insert_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


def test_the_conditions_of_on_conflict_are_told_apart(read):
    [insert] = read(
        "INSERT INTO t VALUES (1) ON CONFLICT (a, (b + 1)) WHERE c DO UPDATE SET a = 1, (b, a) = (2, 3) WHERE d"
    )
    conflict = insert.on_conflict
    assert (conflict.columns, conflict.predicate.text, conflict.where.text) == (("a",), "c", "d")
    assert (conflict.updates, conflict.assigned) == (True, ("a", "b", "a"))


@pytest.mark.parametrize(("sql", "from_query"), [("INSERT INTO t VALUES (1)", False), ("INSERT INTO t SELECT 1", True)])
def test_rows_come_from_a_query_or_from_values(read, sql, from_query):
    [insert] = read(sql)
    assert insert.from_query is from_query


# --- UPDATE, DELETE, MERGE ---


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ONLY (s.t) AS x SET a = 1, b.c = DEFAULT, (d[1], e) = ROW (1, 2)",
        "UPDATE t SET a = CASE WHEN b THEN c END FROM u JOIN v USING (w), f(1) WHERE a IS DISTINCT FROM b RETURNING *",
        *("UPDATE t SET a = 1 WHERE CURRENT OF c", "UPDATE t AS set SET a = 1", "UPDATE t x SET a = b COLLATE c"),
        *(
            "DELETE FROM t",
            "DELETE FROM ONLY t x",
            "DELETE FROM s.t * AS x USING u AS v (a), w WHERE u.x = 1 RETURNING OLD.*, NEW.a b",
        ),
        "DELETE FROM t WHERE CURRENT OF c RETURNING a",
        "MERGE INTO ONLY s.t AS x USING (SELECT 1) AS y ON x.a = y.a WHEN MATCHED AND b THEN UPDATE SET c = 1",
        "MERGE INTO t USING u ON a = b WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN MATCHED THEN DO NOTHING RETURNING *",
        "MERGE INTO t USING u ON a = b WHEN NOT MATCHED BY TARGET AND true THEN INSERT (a, b.c) VALUES (1, DEFAULT)",
        "MERGE INTO t USING u JOIN v ON a = b ON c = d WHEN NOT MATCHED THEN INSERT OVERRIDING USER VALUE VALUES (1)",
        "MERGE INTO t USING u ON CASE WHEN a THEN b END WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
    ],
)
def test_a_change_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "INSERT INTO t",
            "INSERT INTO t x VALUES (1)",
            "INSERT t VALUES (1)",
            "INSERT INTO t () VALUES (1)",
            "INSERT INTO t SET a = 1",
        ),
        *(
            "INSERT INTO t (a) DEFAULT VALUES",
            "INSERT INTO t VALUES (1) ON CONFLICT",
            "INSERT INTO t DELETE FROM u RETURNING *",
        ),
        *(
            "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE",
            "INSERT INTO t SELECT * FROM a JOIN b ON CONFLICT DO NOTHING",
        ),
        *(
            "INSERT INTO t VALUES (1) ON CONFLICT (a) DO DELETE",
            "INSERT INTO t VALUES (1) RETURNING",
            "UPDATE t SET",
            "UPDATE t a = 1",
        ),
        *(
            "UPDATE t SET SET a = 1",
            "UPDATE t SET a = 1 WHERE",
            "UPDATE t SET a = 1 ORDER BY a",
            "UPDATE t SET (a, b) 1",
            "DELETE t",
        ),
        *(
            "UPDATE t SET a = 1 FROM",
            "DELETE FROM t USING WHERE a",
            "DELETE FROM a, b",
            "DELETE FROM t LIMIT 1",
            "UPDATE t SET a",
        ),
        *(
            "MERGE INTO t USING u WHEN MATCHED THEN DELETE",
            "MERGE INTO t USING u ON true",
            "MERGE INTO t USING u ON true WHEN MATCHED THEN",
        ),
        *(
            "MERGE INTO t USING u ON true WHEN MATCHED THEN INSERT DEFAULT VALUES",
            "MERGE INTO t USING u, v ON true WHEN MATCHED THEN DELETE",
        ),
        "MERGE INTO t USING u ON true WHEN NOT MATCHED THEN UPDATE SET a = 1",
        "MERGE INTO t USING u ON true WHEN NOT MATCHED THEN INSERT VALUES (1), (2)",
    ],
)
def test_what_changes_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


# --- TRUNCATE and COPY ---


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("COPY t (a, b) FROM 'x' (FORMAT csv)", Copy(table=Name(None, "t"), reads=True, end=CopyEnd.FILE)),
        ("COPY s.t TO PROGRAM 'x'", Copy(table=Name("s", "t"), reads=False, end=CopyEnd.PROGRAM)),
        ("COPY t FROM STDIN", Copy(table=Name(None, "t"), reads=True, end=CopyEnd.CLIENT)),
    ],
)
def test_copy_says_from_where_to_where(read, sql, expected):
    assert read(sql) == (expected,)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "TRUNCATE t",
            "TRUNCATE TABLE ONLY (s.t), u *, ONLY v RESTART IDENTITY CASCADE",
            "TRUNCATE t CONTINUE IDENTITY RESTRICT",
        ),
        "COPY BINARY t FROM STDIN USING DELIMITERS ',' WITH NULL AS 'x' CSV HEADER QUOTE AS 'q' FORCE NOT NULL a, b",
        "COPY t TO STDOUT DELIMITER ',' FORCE QUOTE * ENCODING 'utf8' FREEZE",
        "COPY t FROM 'x' WITH (FORMAT csv, HEADER match, FORCE_NULL (a, b), NULL '', x *, y DEFAULT, z -1) WHERE a > 1",
        "COPY (WITH a AS (SELECT 1) TABLE a) TO PROGRAM 'x' WITH CSV",
        "COPY (INSERT INTO t VALUES (1) RETURNING *) TO STDOUT (FORMAT binary)",
    ],
)
def test_truncate_and_copy_are_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "TRUNCATE",
            "TRUNCATE a b",
            "TRUNCATE t IDENTITY",
            "TRUNCATE t CASCADE RESTART IDENTITY",
            "COPY t",
            "COPY t FROM",
        ),
        *(
            "COPY t FROM x",
            "COPY t TO 'x' WHERE a",
            "COPY t FROM PROGRAM STDIN",
            "COPY (SELECT 1) FROM 'x'",
            "COPY t FROM 'x' ()",
        ),
        *(
            "COPY t FROM 'x' (FORMAT csv) HEADER",
            "COPY t FROM 'x' QUICK",
            "COPY (TRUNCATE t) TO STDOUT",
            "COPY t () FROM STDIN",
        ),
    ],
)
def test_what_copies_and_truncates_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)

"""CREATE INDEX, DROP INDEX, REINDEX, and the elements that indexes, exclusions and partitions share."""

from __future__ import annotations

import pytest

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import DropIndex, Reindex
from sqlmig.sql.reader import Name


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX ON t (a)",
        "CREATE INDEX IF ON t (a)",
        'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "I" ON ONLY (s.t) USING btree (a)',
        "CREATE INDEX ON t * (a)",
        'CREATE INDEX ON t (a COLLATE s."C" x.ops DESC NULLS LAST, b ops ASC NULLS FIRST, c NULLS FIRST)',
        "CREATE INDEX ON t (a \"x\".y (b = 1, c, d = 'e') DESC)",
        "CREATE INDEX ON t (a nulls NULLS LAST)",
        "CREATE INDEX ON t ((a + b), lower(a), s.f(a, b) ops, (a) COLLATE x, coalesce(a), CAST(a AS int), left(a, 1))",
        "CREATE INDEX ON t (current_date, user, current_timestamp(3), current_schema, COLLATION FOR (a))",
        "CREATE INDEX ON t (a) INCLUDE (b, c) NULLS NOT DISTINCT WITH (fillfactor = 7, x.y) TABLESPACE z WHERE a = 1",
        "CREATE INDEX ON t (a) NULLS DISTINCT WHERE a > 1 AND b COLLATE x = 'y'",
    ],
)
def test_create_index_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("CREATE INDEX i t (a)", "CREATE INDEX ON t", "CREATE INDEX ON t ()", "CREATE INDEX ON t (a,)"),
        *("CREATE INDEX IF NOT EXISTS ON t (a)", "CREATE INDEX ON t (a::int)", "CREATE INDEX ON t (a + b)"),
        *("CREATE INDEX ON t (s.a)", "CREATE INDEX ON t (CASE WHEN a THEN b END)", "CREATE INDEX ON t (a DESC ASC)"),
        *("CREATE INDEX ON t (a NULLS MIDDLE)", "CREATE INDEX ON t USING gin", "CREATE INDEX s.i ON t (a)"),
        *("CREATE INDEX ON t (a) WHERE b TABLESPACE c", "CREATE INDEX CONCURRENTLY i ON t (a) WITH ()"),
        "CREATE INDEX ON t (a ops (b) (c))",
    ],
)
def test_what_creates_no_index_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


def test_each_index_that_is_dropped_is_an_operation(read):
    assert read("DROP INDEX CONCURRENTLY IF EXISTS a, s.b CASCADE") == (
        DropIndex(index=Name(None, "a"), concurrently=True, if_exists=True, cascade=True),
        DropIndex(index=Name("s", "b"), concurrently=True, if_exists=True, cascade=True),
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("REINDEX INDEX s.i", Reindex(kind=Kind.INDEX, name=Name("s", "i"))),
        ("REINDEX TABLE CONCURRENTLY t", Reindex(kind=Kind.TABLE, name=Name(None, "t"), concurrently=True)),
        ("REINDEX (CONCURRENTLY) SCHEMA s", Reindex(kind=Kind.SCHEMA, name=Name(None, "s"), concurrently=True)),
        ("REINDEX (CONCURRENTLY, CONCURRENTLY off) TABLE t", Reindex(kind=Kind.TABLE, name=Name(None, "t"))),
        ("REINDEX (VERBOSE, TABLESPACE x) DATABASE", Reindex(kind=Kind.DATABASE, name=None)),
        ("REINDEX SYSTEM CONCURRENTLY d", Reindex(kind=Kind.DATABASE, name=Name(None, "d"), concurrently=True)),
    ],
)
def test_reindex_says_of_what_and_how(read, read_as_postgresql_does, sql, expected):
    assert read(sql) == (expected,)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "REINDEX t",
            "REINDEX SCHEMA",
            "REINDEX SCHEMA a.b",
            "REINDEX INDEX",
            "REINDEX () TABLE t",
            "REINDEX TABLE a, b",
        ),
        *("DROP INDEX", "DROP INDEX a b", "DROP INDEX IF EXISTS CONCURRENTLY a", "DROP INDEX a CASCADE b"),
    ],
)
def test_what_drops_or_rebuilds_no_index_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)

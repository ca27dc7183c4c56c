"""Where a query ends: as the whole statement, and inside of others."""

from __future__ import annotations

import pytest

QUERIES = [
    *(
        "SELECT",
        "SELECT FROM t",
        "TABLE ONLY s.t",
        "VALUES (1, DEFAULT), (2, (SELECT 3))",
        "(VALUES (1))",
        "((SELECT 1))",
    ),
    *(
        "SELECT ALL 1",
        'SELECT DISTINCT ON (a, b) a c, d AS select, e "F", g value, h join FROM t',
        "SELECT t.*, (x).y, (x).* FROM t",
    ),
    "SELECT a[1], a[1:2], ARRAY[1, 2], ARRAY(SELECT 1), ROW(1, 2), (1, 2), B'01', X'ff', U&'d!0061' UESCAPE '!', $1",
    "SELECT count(*) FILTER (WHERE a > 1) OVER w, rank() WITHIN GROUP (ORDER BY x) FROM t WINDOW w AS ()",
    "SELECT CASE WHEN a THEN b ELSE c END, CASE a WHEN 1 THEN CASE b WHEN 2 THEN 3 END END x FROM t",
    "SELECT 1 FROM t GROUP BY a, ROLLUP (b, c), GROUPING SETS ((a), (b, c), ()), () HAVING count(*) > 1",
    "SELECT 1 FROM t GROUP BY DISTINCT CUBE (a), b",
    "SELECT 1 UNION ALL SELECT 2 INTERSECT DISTINCT (SELECT 3 ORDER BY 1) EXCEPT VALUES (1) ORDER BY 1 NULLS LAST",
    "SELECT 1 ORDER BY 1 USING <, 2 DESC OFFSET 2 ROWS FETCH FIRST ROW ONLY",
    "SELECT 1 ORDER BY 1 FETCH NEXT 5 ROWS WITH TIES",
    "SELECT 1 FOR UPDATE OF a, s.b NOWAIT FOR NO KEY UPDATE SKIP LOCKED",
    *(
        "SELECT 1 LIMIT ALL OFFSET $1",
        "SELECT 1 FOR READ ONLY",
        "SELECT 1 FOR KEY SHARE FOR SHARE LIMIT 1",
        "(SELECT 1) LIMIT 1",
    ),
    "SELECT * FROM a, ONLY b, ONLY (c) d, e * AS f, s.g h (x, y), LATERAL (SELECT 1) i",
    "SELECT * FROM (a JOIN b ON true) AS j, ((a CROSS JOIN b)), LATERAL f(1)",
    "SELECT * FROM f(1) WITH ORDINALITY AS a (b, c), ROWS FROM (f(1) AS (a int), g()) d, n() AS (a int), o() p (a int)",
    "SELECT * FROM XMLTABLE('/a' PASSING b COLUMNS c int PATH 'd') x, JSON_TABLE(a, '$' COLUMNS (b int)) y, user u",
    "SELECT * FROM a NATURAL JOIN b NATURAL LEFT OUTER JOIN c LEFT JOIN d USING (x) AS y FULL JOIN e ON a.b = e.b",
    "SELECT * FROM a JOIN b JOIN c ON true ON false INNER JOIN d CROSS JOIN e ON a RIGHT JOIN (f CROSS JOIN g) ON b",
    "SELECT * FROM t TABLESAMPLE system (1) REPEATABLE (2) WHERE a",
    "SELECT 1 WHERE a IS DISTINCT FROM b AND c NOT BETWEEN SYMMETRIC 1 AND 2 OR d AT TIME ZONE 'x' > ANY (ARRAY[1])",
    "SELECT a IS JSON OBJECT WITH UNIQUE KEYS, b IS NOT NFC NORMALIZED, (c, d) OVERLAPS (e, f), g COLLATE x",
    "SELECT timestamp with time zone 'x', interval '1' day, interval (3) '1', date '2020-01-01', f(a => 1)",
    "SELECT extract(year FROM a), trim(BOTH 'x' FROM a), substring(a FROM 1 FOR 2), a::timestamp(3) with time zone",
    "WITH RECURSIVE a (x, y) AS (VALUES (1, 2) UNION SELECT 1 FROM a) SEARCH BREADTH FIRST BY x SET z TABLE a",
    "WITH a AS MATERIALIZED (TABLE b) CYCLE x SET c TO 1 DEFAULT 2 USING p, d AS NOT MATERIALIZED (SELECT 1) TABLE a",
    "WITH a AS (SELECT 1) CYCLE x SET c USING p (SELECT 2) UNION SELECT 3",
    *("WITH recursive AS (SELECT 1) TABLE recursive", "WITH recursive (a) AS (SELECT 1) TABLE recursive"),
    "SELECT 1 AS create, 2 AS grant, x.returning, y.on, z.union FROM x",
]


@pytest.mark.parametrize("sql", QUERIES)
def test_a_query_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(
    "around",
    [
        "INSERT INTO t {} ON CONFLICT (a) DO NOTHING RETURNING b",
        "CREATE MATERIALIZED VIEW v AS {} WITH NO DATA",
        "CREATE VIEW v AS {} WITH LOCAL CHECK OPTION",
        "CREATE SCHEMA s CREATE VIEW v AS {} CREATE TABLE t ()",
        "CREATE RULE r AS ON SELECT TO t DO INSTEAD ({}; SELECT 1)",
        "DECLARE c CURSOR FOR {}",
        "COPY ({}) TO STDOUT",
        "WITH x AS ({}) DELETE FROM t",
    ],
    ids=lambda around: around.split(" {}")[0],
)
def test_a_query_ends_where_the_statement_around_it_goes_on(read_as_postgresql_does, around, query):
    read_as_postgresql_does(around.format(query))


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "SELECT a, FROM t",
            "SELECT FROM FROM t",
            "SELECT * FROM t WHERE",
            "SELECT * FROM t GROUP BY",
            "SELECT * FROM",
        ),
        *(
            "SELECT * FROM a JOIN b",
            "SELECT * FROM a JOIN b JOIN c ON true",
            "SELECT 1 UNION",
            "VALUES ()",
            "VALUES 1",
            "TABLE",
        ),
        *(
            "SELECT * FROM t ORDER BY",
            "SELECT * FROM a AS",
            "SELECT a b c FROM t",
            "SELECT INTO t FROM",
            "WITH SELECT 1",
        ),
        *(
            "WITH a SELECT 1",
            "SELECT * FROM t CROSS JOIN u ON true",
            "SELECT 1 FOR",
            "SELECT 1 FETCH FIRST",
            "SELECT 1 2",
        ),
        *("SELECT * FROM LATERAL t", "SELECT * FROM t x y", "SELECT 1 ALTER TABLE t DROP a"),
        *(
            "SELECT 1 FROM t CREATE TABLE u ()",
            "TABLE t ADD COLUMN a int",
            "VALUES (1) UPDATE t SET a = 1",
            "SELECT 1 LIMIT",
        ),
        *(
            "WITH a AS SELECT 1 SELECT 2",
            "WITH a AS (SELECT 1), SELECT 2",
            "WITH a AS (SELECT 1)",
            "WITH a AS (DROP TABLE t) SELECT 1",
        ),
    ],
)
def test_what_is_no_query_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)

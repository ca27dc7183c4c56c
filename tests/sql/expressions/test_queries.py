import pytest

from expressing import make_expression
from sqlmig.sql.expressions.queries import relations, source_relations
from sqlmig.sql.reader import Name


def found(answer):
    if answer is None:
        return None
    return [f"{relation.name} {relation.alias}" if relation.alias else str(relation.name) for relation in answer]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", []),
        ("SELECT * FROM a", ["a"]),
        ('SELECT * FROM app.a AS x, "B" y, ONLY c', ["app.a x", '"B" y', "c"]),
        ("SELECT * FROM db.app.a", ["app.a"]),
        ("TABLE a", ["a"]),
        (
            "SELECT * FROM a JOIN b ON true LEFT JOIN (c CROSS JOIN d) USING (x) NATURAL JOIN e",
            ["a", "b", "c", "d", "e"],
        ),
        (
            "SELECT (SELECT 1 FROM a) FROM b WHERE EXISTS (SELECT 1 FROM c) ORDER BY (SELECT 1 FROM d)",
            ["a", "b", "c", "d"],
        ),
        ("SELECT * FROM (SELECT * FROM a) x, LATERAL (SELECT * FROM b) y", ["a", "b"]),
        ("SELECT * FROM f(1) AS a, LATERAL g((SELECT 1 FROM b))", ["b"]),
        ("SELECT 1 FROM a UNION SELECT 1 FROM b EXCEPT (TABLE c)", ["a", "b", "c"]),
        ("VALUES (1), ((SELECT 1 FROM a))", ["a"]),
        ("WITH x AS (SELECT * FROM a) SELECT * FROM x, app.x", ["a", "app.x"]),
        ("WITH x AS (SELECT * FROM x) SELECT * FROM x", ["x"]),
        ("WITH RECURSIVE x AS (SELECT * FROM a UNION SELECT * FROM x) SELECT * FROM x", ["a"]),
        ("WITH x AS (SELECT * FROM y), y AS (SELECT * FROM x) SELECT * FROM x, y", ["y"]),
        ("WITH RECURSIVE x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x", []),
        ("WITH x AS (SELECT 1) SELECT (SELECT 1 FROM x), a FROM b WHERE EXISTS (SELECT 1 FROM x)", ["b"]),
        ("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) y, x", ["x"]),
        ("(WITH x AS (SELECT 1) SELECT * FROM x) UNION SELECT * FROM x", ["x"]),
        ("WITH x AS (SELECT 1) SELECT 1 UNION SELECT 1 FROM x", []),
        ("WITH x AS (INSERT INTO a SELECT * FROM b RETURNING *) SELECT * FROM x", ["b"]),
        ("WITH x AS (UPDATE a SET b = 1 FROM c WHERE a.d = c.d RETURNING *) SELECT * FROM x", ["c"]),
        ("INSERT INTO a VALUES (1)", []),
        ("INSERT INTO a SELECT * FROM b JOIN a ON true", ["b", "a"]),
        ("INSERT INTO a WITH x AS (SELECT 1) SELECT * FROM x", []),
        ("UPDATE a SET b = (SELECT 1 FROM c) FROM d, e x WHERE f IN (SELECT 1 FROM g)", ["c", "d", "e x", "g"]),
        ("DELETE FROM a USING b, c WHERE d = (SELECT 1 FROM a)", ["b", "c", "a"]),
        ("MERGE INTO a USING b ON true WHEN MATCHED THEN UPDATE SET c = (SELECT 1 FROM d)", ["b", "d"]),
        ("INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = (SELECT 1 FROM d)", ["d"]),
        ("SELECT extract(year FROM a), substring(b FROM 1), trim(FROM c), d IS DISTINCT FROM e FROM f", ["f"]),
        ("SELECT a INTO b FROM c", ["c"]),
        ("SELECT a FROM b FOR UPDATE OF b", ["b"]),
        ("a = 1", []),
        ("a = (SELECT b FROM c)", ["c"]),
        ("a IN (SELECT b FROM c.d e WHERE EXISTS (TABLE f))", ["c.d e", "f"]),
        ("SELECT a FROM", None),
        ("SELECT * FROM xmltable('/a' PASSING b COLUMNS c int)", None),
    ],
)
def test_what_is_read(text, expected):
    assert found(relations(make_expression(text))) == expected


def test_each_relation_has_its_place():
    [one, other] = relations(make_expression("SELECT 1 FROM app.a x JOIN b ON true", start=3))
    assert (one.name, one.alias, one.at, one.called) == (Name("app", "a"), "x", 17, "x")
    assert (other.name.at, other.at, other.called) == (30, 30, "b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("a x, LATERAL (SELECT 1 FROM b) y JOIN app.c USING (d)", ["a x", "b", "app.c"]),
        ("f(1) g", []),
        ("a WHERE b", None),
    ],
)
def test_what_stands_behind_from(text, expected):
    assert found(source_relations(make_expression(text))) == expected


def test_rows_without_a_query_need_no_parser():
    assert relations(make_expression("INSERT INTO t VALUES " + ", ".join(["(1, 'x', now())"] * 3000))) == ()

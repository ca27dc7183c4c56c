import pytest

from expressing import make_expression
from sqlmig.sql.expressions.output import output_columns

TABLES = {"t": ("id", "name"), "u": ("id", "size"), "app.t": ("other",)}


def star(name):
    return TABLES.get(str(name))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a, b AS c, t.d, 1 e", ("a", "c", "d", "e")),
        ("SELECT * FROM t", ("id", "name")),
        ("SELECT t.*, x.id FROM t, u x", ("id", "name", "id")),
        ("SELECT * FROM app.t x", ("other",)),
        ("SELECT * FROM t AS x (a)", ("a", "name")),
        ("SELECT * FROM t JOIN u USING (id)", ("id", "name", "size")),
        ("SELECT * FROM t NATURAL JOIN u", ("id", "name", "size")),
        ("SELECT * FROM t JOIN u ON true", ("id", "name", "id", "size")),
        ("SELECT x.* FROM (SELECT id, 1 AS b FROM t) x", ("id", "b")),
        ("WITH x (a) AS (SELECT * FROM t) SELECT * FROM x", ("a", "name")),
        ("WITH t AS (SELECT 1 AS a) SELECT * FROM t", ("a",)),
        ("TABLE u", ("id", "size")),
        ("VALUES (1, 2)", ("column1", "column2")),
        ("SELECT * FROM (VALUES (1)) AS v (a)", ("a",)),
        ("SELECT a FROM b UNION SELECT c FROM d", ("a",)),
        ("(SELECT a FROM b ORDER BY 1) LIMIT 1", ("a",)),
        ("INSERT INTO t VALUES (1) RETURNING *, id AS x", ("id", "name", "x")),
        ("SELECT", ()),
        ("SELECT * FROM nobody", None),
        ("SELECT * FROM f()", None),
        ("SELECT y.* FROM t x", None),
        ("SELECT a FROM", None),
        ("a = 1", None),
    ],
)
def test_the_names_of_a_querys_columns(text, expected):
    """How each value is named is measured on a server in tests/db/test_expressions_on_server.py."""
    assert output_columns(make_expression(text), star) == expected


def test_without_help_a_star_is_unknown():
    assert output_columns(make_expression("SELECT * FROM t")) is None

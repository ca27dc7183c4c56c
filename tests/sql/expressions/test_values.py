import pytest

from expressing import make_expression
from sqlmig.sql.definitions import TypeName
from sqlmig.sql.expressions.values import columns, constant, same_value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True),
        ("-1.5", True),
        ("'x'::app.kind", True),
        ("NULL", True),
        ("NULL::int", True),
        ("true", True),
        ("CAST('1' AS numeric(3, 1))", True),
        ("date '2020-01-01'", True),
        ("interval '1' day", True),
        ("ARRAY[1, 2]::int[]", True),
        ("ARRAY[]::text[]", True),
        ("'{}'::jsonb", True),
        ("(1, 'x')", True),
        ("1 + 2", True),
        ("'a' COLLATE \"C\" || 'b'", True),
        ("a", False),
        ("now()", False),
        ("current_date", False),
        ("$1", False),
        ("DEFAULT", False),
        ("(SELECT 1)", False),
        ("ARRAY[a]", False),
        ("coalesce(NULL, 1)", False),
        ("1 +", None),
        ("", None),
    ],
)
def test_constant(text, expected):
    assert constant(make_expression(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", set()),
        ('a + "B" * t.c', {"a", "B", "c"}),
        ("f(a, g(b)) = 'c'", {"a", "b"}),
        ("(a).b = c[d]", {"a", "c", "d"}),
        ("s.t.c = 1", {"t", "c"}),
        ("a::numeric(10, 2) = CAST(b AS c.d)", {"a", "b"}),
        ("extract(year FROM a) = extract(b FROM c)", {"a", "c"}),
        ("a COLLATE b = c", {"a", "c"}),
        ("f(x => a, y := b)", {"a", "b"}),
        ("count(*) > 1", set()),
        ("EXISTS (SELECT * FROM t WHERE t.a = b)", {"a", "b"}),
        ("a IN (SELECT b FROM c d WHERE e = f)", {"a", "b", "e", "f"}),
        ("current_user = a AND user = b", {"a", "b"}),
        ("CASE WHEN a THEN b ELSE c END", {"a", "b", "c"}),
        ("sum(a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d)", {"a", "b", "c", "d"}),
        ("time > date AND interval = text", {"time", "date", "interval", "text"}),
        ("t.* IS NULL", None),
        ("a IN (SELECT * FROM t)", None),
        ("a b", None),
    ],
)
def test_the_columns_that_are_read(text, expected):
    assert columns(make_expression(text)) == expected


UUID = TypeName(schema=None, name="uuid")
INT = TypeName(schema="pg_catalog", name="int4")


@pytest.mark.parametrize(
    ("text", "type", "expected"),
    [
        ("c", UUID, True),
        ('(("c"))', UUID, True),
        ("t.c", UUID, True),
        ("c::uuid", UUID, True),
        ("c::pg_catalog.uuid", UUID, True),
        ("CAST((c) AS uuid)", UUID, True),
        ("c::int", INT, True),
        ("c::int4", INT, True),
        ("c::bigint", INT, False),
        ("c::text::uuid", UUID, False),
        ("c::uuid[]", UUID, False),
        ("d", UUID, False),
        ("d::uuid", UUID, False),
        ("lower(c)::uuid", UUID, False),
        ("NULL::uuid", UUID, False),
        ("c::app.uuid", UUID, False),
        ('c COLLATE "C"', UUID, False),
        ("c +", UUID, False),
        ("c::numeric(10, 2)", TypeName(schema="pg_catalog", name="numeric", modifiers=("10", "2")), True),
        ("c::numeric", TypeName(schema="pg_catalog", name="numeric", modifiers=("10", "2")), False),
    ],
)
def test_using_that_says_nothing(text, type, expected):
    assert same_value(make_expression(text), "c", type) is expected

import pytest

from expressing import make_expression
from sqlmig.sql.expressions.truth import always_null, always_true, never_true

ALWAYS = [
    *("true", "(true)", "TRUE AND 1 = 1", "1 = 1", "1 = 1.0", "'a' = 'a'", "NOT false", "true OR x", "x OR true"),
    *("'t'", "'yes'::boolean", "'on'::bool", "1::bool", "true::boolean", "NULL IS NULL", "1 IS NOT NULL", "2 > 1"),
    *("1 <> 2", "1 IN (1, 2)", "x IS NULL OR x IS NOT NULL", "x IS NOT DISTINCT FROM x", "1 IS DISTINCT FROM NULL"),
    *("(SELECT true)", "EXISTS (SELECT 1)", "coalesce(true, x)", "coalesce(NULL, true)", "true IS TRUE", "1 <= 1"),
    *("CASE WHEN x THEN true ELSE true END", "NOT (x AND false)", "NULL IS UNKNOWN", "0x10 = 16", "f(x) OR 1 = 1"),
]
NULLS = [
    "NULL",
    "NULL::boolean",
    "NOT NULL",
    "NULL AND true",
    "NULL = 1",
    "x = NULL",
    "(SELECT NULL)",
    "CAST(NULL AS bool)",
]
NEVER = [
    *(
        "false",
        "NOT true",
        "1 = 2",
        "1 > 2",
        "false AND x",
        "x AND 1 = 0",
        "'f'",
        "'no'::bool",
        "0::bool",
        "NULL AND x",
    ),
    *(
        "1 IN (2, 3)",
        "x IS NULL AND x IS NOT NULL",
        "NULL IS NOT NULL",
        "EXISTS (SELECT 1 WHERE false)",
        "NOT (x OR true)",
    ),
    *("x IS DISTINCT FROM x", "true IS FALSE", "f(x) AND false"),
]
VARYING = [
    *("x", "x = x", "x = 1", "x = y", "NOT x", "true AND x", "x OR false", "x IS NULL", "x IS NOT TRUE", "f(x)", "f()"),
    *(
        "now() > '2020-01-01'",
        "current_setting('a') = 'b'",
        "'a' = 'b'",
        "'a' < 'b'",
        "'1'::int = '01'::int",
        "x IN (1)",
    ),
    *("EXISTS (SELECT 1 FROM t)", "(SELECT true FROM t)", "EXISTS (SELECT count(*) WHERE false)", "coalesce(x, true)"),
    *("CASE WHEN x THEN true END", "'maybe'", "1 IN (SELECT 1)", "EXISTS (SELECT 1 LIMIT 0)", "(SELECT true WHERE x)"),
    *("x <> x", "NULL OR x", "x IS NOT DISTINCT FROM y", "(x, y) IS NOT NULL", "1 = '1'"),
]
UNKNOWN = ["", "x < y < z", "a b", "json_object('a': 1) OR true"]


@pytest.mark.parametrize("text", ALWAYS)
def test_always_true(text):
    assert answers(text) == (True, False, False)


@pytest.mark.parametrize("text", NULLS)
def test_always_null_is_never_true(text):
    assert answers(text) == (False, True, True)


@pytest.mark.parametrize("text", NEVER)
def test_never_true(text):
    assert answers(text) == (False, True, False)


@pytest.mark.parametrize("text", VARYING)
def test_it_depends(text):
    assert answers(text) == (False, False, False)


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_understood_is_unknown(text):
    assert answers(text) == (None, None, None)


def answers(text):
    e = make_expression(text)
    return always_true(e), never_true(e), always_null(e)

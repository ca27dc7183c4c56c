import time

import pytest

from expressing import make_expression
from sqlmig.sql.expressions.calls import bare_calls, calls, string_argument
from sqlmig.sql.reader import Name


def names(found):
    return [str(call.name) for call in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now()", ["now"]),
        ('NOW ( ) + "F"(1)', ["now", '"F"']),
        ("auth.uid() = pg_catalog.lower(a)", ["auth.uid", "pg_catalog.lower"]),
        ("db.app.f(x)", ["app.f"]),
        ("f(g(h(1)), i(2))", ["f", "g", "h", "i"]),
        ("left(a, 1) = right(b, 1)", ['"left"', '"right"']),
        ("extract(epoch FROM now()) = substring(a FROM 1)", ['"extract"', "now", '"substring"']),
        ("trim(both 'x' FROM f(a)) || overlay(a PLACING b FROM 1)", ['"trim"', "f", '"overlay"']),
        ("count(DISTINCT a) FILTER (WHERE f(b)) OVER (PARTITION BY g(c))", ["count", "f", "g"]),
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY f(a))", ["percentile_cont", "f"]),
        ("CASE WHEN f(a) THEN g(b) ELSE h(c) END", ["f", "g", "h"]),
        ("a AT TIME ZONE f(b)", ["f"]),
        ("a LIKE f(b) ESCAPE g(c)", ["f", "g"]),
        ("SELECT DISTINCT ON (a) f(b) FROM c", ["f"]),
        ("SELECT * FROM f(1), LATERAL g(2) AS x, ROWS FROM (h(3), i(4)) y", ["f", "g", "h", "i"]),
        ("SELECT a FROM b JOIN f(1) c ON g(d) ORDER BY h(e)", ["f", "g", "h"]),
        ("INSERT INTO t (a, b) SELECT f(1), g(2) RETURNING h(3)", ["f", "g", "h"]),
        ("UPDATE t SET a = f(1) WHERE g(b)", ["f", "g"]),
        ("a[f(1)]", ["f"]),
    ],
)
def test_a_call_is_found(text, expected):
    assert names(calls(make_expression(text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a IN (1, 2) AND (b) OR NOT (c) AND EXISTS (SELECT 1)",
        "a = ANY (b) OR a = ALL (c) OR a = SOME (d)",
        "coalesce(a, b) = nullif(c, d) AND greatest(a) > least(b)",
        "ROW(1, 2) = (1, 2) AND CASE (a) WHEN (1) THEN (2) END = (3)",
        "CAST(a AS numeric(10, 2)) = b::varchar(10) AND c::vector(3) = d::app.money(4)",
        "a::character varying(10) = b::timestamp(3) with time zone",
        "numeric(3, 1) '1.5' = timestamp(3) '2020-01-01'",
        "current_timestamp(3) > localtime(0)",
        "SELECT 1 FROM a AS x (b, c), d y (e), (SELECT 1) z (f), (VALUES (1)) AS w (g)",
        "WITH a (b) AS (SELECT 1), c (d) AS MATERIALIZED (SELECT 2), e (f) AS NOT MATERIALIZED ((SELECT 3)) SELECT 4",
        "WITH RECURSIVE a (b) AS (VALUES (1)) TABLE a",
        "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO NOTHING",
        "INSERT INTO app.t AS x (a, b) VALUES (1, 2)",
        "SELECT a FROM b JOIN c USING (d) GROUP BY GROUPING SETS ((a), ()), ROLLUP (b), CUBE (c)",
        "SELECT a FROM b TABLESAMPLE bernoulli (10)",
        "ARRAY(SELECT 1) = ARRAY[1]",
        "a OPERATOR(pg_catalog.=) b",
        "SELECT sum OVER (w) FROM a WINDOW w AS (PARTITION BY b)",
        "'now()' = $$f(x)$$ /* g(1) */",
        "f",
        "",
        "(",
        "f(",
        ")(",
    ],
)
def test_what_has_parentheses_and_is_no_function_is_no_call(text):
    assert names(calls(make_expression(text))) == []


def test_arguments_are_cut_at_their_own_commas():
    [call, _] = calls(make_expression("x = app.f(a, g(b, c), (d, e), ARRAY[1, 2], 'h, i')", start=10))
    assert [argument.text for argument in call.arguments] == ["a", "g(b, c)", "(d, e)", "ARRAY[1, 2]", "'h, i'"]
    assert (call.name, call.at) == (Name("app", "f"), 14)
    assert [argument.start for argument in call.arguments][:2] == [20, 23]


def test_a_call_without_arguments_has_none():
    [call] = calls(make_expression("now()"))
    assert call.arguments == ()


def test_names_of_arguments_stand_beside_them():
    [call] = calls(make_expression('f(1, a => 2, "B" := 3, VARIADIC c)'))
    assert call.argument_names == (None, "a", "B", None)
    assert [argument.text for argument in call.arguments] == ["1", "2", "3", "c"]
    assert call.named_argument(1, "a").text == "2"
    assert call.named_argument(0, "x").text == "1"
    assert call.named_argument(5, "x") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f('a')", "a"),
        ("f('it''s'::text)", "it's"),
        ("f(E'a\\tb')", "a\tb"),
        ("f($$a$$)", "a"),
        ("f('a'\n'b')", "ab"),
        ("f('app.s'::pg_catalog.regclass)", "app.s"),
        ("f('a' || 'b')", None),
        ("f(a)", None),
        ("f(1)", None),
        ("f(B'01')", None),
        ("f()", None),
    ],
)
def test_a_string_argument(text, expected):
    [call] = calls(make_expression(text))
    assert string_argument(call, 0) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = f()", ["f"]),
        ("a = (SELECT f())", []),
        ("a = ((SELECT f()))::uuid AND b = g()", ["g"]),
        ("a = (SELECT x FROM t WHERE b = f())", []),
        ("a IN (SELECT x FROM t WHERE b = f())", ["f"]),
        ("a IN (SELECT x FROM t WHERE b = (SELECT f()))", []),
        ("a IN (SELECT f())", []),
        ("a = ANY (SELECT unnest(f()))", []),
        ("EXISTS (SELECT 1 FROM t WHERE t.a = b AND t.c = f())", ["f"]),
        ("f((SELECT g()))", ["f"]),
        ("f(a) AND (SELECT extract(year FROM g()))", ["f"]),
        ("a = (WITH x AS (SELECT f()) SELECT * FROM x)", []),
    ],
)
def test_a_bare_call_is_made_for_each_row(text, expected):
    call_names = [call.name.name for call in bare_calls(make_expression(text))]
    assert call_names == expected


def test_a_body_with_escapes_has_other_offsets_than_its_text():
    """Then the tokens know where they stand in the file, and the text is what they stand for."""
    e = make_expression("f(a, 'b')")
    moved = tuple(type(token)(token.kind, token.text, token.start * 2, token.end * 2) for token in e.tokens)
    [call] = calls(e.replaced(tokens=moved))
    assert [argument.text for argument in call.arguments] == ["a", "'b'"]
    assert [argument.start for argument in call.arguments] == [4, 10]


@pytest.mark.parametrize(("before", "after"), [("f(", ")"), ("f(a) + ", ""), ("(", ""), (") t (a) ", "")])
def test_the_time_grows_with_the_length_only(before, after):
    e = make_expression(before * 3000 + after * 3000)
    began = time.process_time()
    calls(e)
    bare_calls(e)
    assert time.process_time() - began < 2

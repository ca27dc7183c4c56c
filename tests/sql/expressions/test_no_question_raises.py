"""Every question has an answer for any text that has tokens: a value, or None for unknown."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from expressing import make_expression
from sqlmig.sql.definitions import TypeName
from sqlmig.sql.expressions.calls import bare_calls, calls, string_argument
from sqlmig.sql.expressions.conditions import equates, filters
from sqlmig.sql.expressions.joins import joined_on
from sqlmig.sql.expressions.names import literal_names, qualified_names
from sqlmig.sql.expressions.not_null import proves_not_null
from sqlmig.sql.expressions.output import output_columns
from sqlmig.sql.expressions.queries import relations, source_relations
from sqlmig.sql.expressions.settings import setting_reads
from sqlmig.sql.expressions.tenancy import compares_setting
from sqlmig.sql.expressions.truth import always_null, always_true, never_true
from sqlmig.sql.expressions.values import columns, constant, same_value
from sqlmig.sql.expressions.volatility import volatility

QUESTIONS = {
    "calls": lambda e: [(call.arguments, call.argument_names, string_argument(call, 0)) for call in calls(e)],
    "bare_calls": bare_calls,
    "literal_names": literal_names,
    "qualified_names": lambda e: qualified_names(e.tokens),
    "setting_reads": setting_reads,
    "volatility": volatility,
    "constant": constant,
    "columns": columns,
    "same_value": lambda e: same_value(e, "a", TypeName(schema=None, name="int4")),
    "always_true": always_true,
    "never_true": never_true,
    "always_null": always_null,
    "proves_not_null": proves_not_null,
    "filters": lambda e: filters(e, "a"),
    "filters_qualified": lambda e: filters(e, "a", frozenset({"t", None})),
    "equates": lambda e: equates(e, "a", frozenset({"t"}), frozenset({"u", None})),
    "compares_setting": lambda e: compares_setting(e, "a", frozenset({"x"}), frozenset({"f"})),
    "relations": relations,
    "source_relations": source_relations,
    "joined_on": lambda e: joined_on(e, "a", relations(e) or ()),
    "output_columns": lambda e: output_columns(e, lambda name: ("a", "b")),
}

WORDS = """
    select from where and or not null true is in between like as on join left using natural lateral with recursive case
    when then else end cast exists any all values insert into update set delete merge returning order by group limit
    union except table distinct over filter array row interval current_setting nullif coalesce f a b t u "Q" 'x' '' 1 $1
    ( ) ( ) ( ) [ ] , , . . = = :: => := * - + || <> ; collate extract substring for only default rows matched do
    conflict escape operator within partition window fetch isnull at time zone nextval regclass uescape U&'a' E'\\'' :
""".split()  # noqa: SIM905  (as a list it is a page long)
SOUP = st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join)
ORDERLY = st.lists(
    st.sampled_from(
        [
            *(
                "SELECT a FROM t",
                "WHERE",
                "a = 1",
                "AND",
                "(SELECT",
                ")",
                "f(",
                "a",
                "t.a = u.a",
                "UNION",
                "WITH x AS (",
            ),
            *(
                "SELECT * FROM x",
                "JOIN u ON",
                "USING (a)",
                "current_setting('x')",
                "::int",
                "IN (",
                "EXISTS (",
                ", t u",
            ),
            *(
                "UPDATE t SET a =",
                "INSERT INTO t (a)",
                "VALUES (1)",
                "DELETE FROM t",
                "CASE WHEN",
                "THEN",
                "END",
                "IS NULL",
            ),
        ]
    ),
    max_size=12,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(SOUP | ORDERLY)
@example("")
@example("::")
@example("f(a =>)")
@example("current_setting(")
@example("nullif(current_setting('x'),")
@example("select from t, t where t.a = t.a")
def test_no_question_raises(text):
    e = make_expression(text)
    for question in QUESTIONS.values():
        question(e)


LONG = {
    "calls": "f(g('x', a)) + " * 600 + "1",
    "settings": "nullif(current_setting('x', true), '')::uuid = a AND " * 200 + "b",
    "names": "nextval('a.b'::regclass) + c.d + " * 300 + "1",
    "parentheses": "(" * 2000 + "a" + ")" * 2000,
    "open parentheses": "f(" * 2000,
    "subqueries": "(SELECT f(a) FROM (SELECT " * 300,
    "casts": "a" + "::text" * 96,
    "too many casts": "a" + "::text" * 1000,
    "subscripts": "a" + "[1]" * 500,
    "conditions": "(a = 1 OR (" * 14 + "b" + "))" * 14,
    "unions": "SELECT a FROM t UNION " * 96 + "SELECT a FROM u",
    "joins": "SELECT a FROM t" + " JOIN u ON t.a = u.a" * 96,
    "sources": "SELECT a FROM t" + ", u" * 96,
    "nested queries": "SELECT a FROM (" * 30 + "SELECT a FROM t" + ") t" * 30,
    "too many joins": "SELECT a FROM t" + " JOIN u ON t.a = u.a" * 1000,
    "rows": "INSERT INTO t (a, b) VALUES " + "(1, 'x'), " * 500 + "(1, 'x')",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_no_question_takes_long(text):
    e = make_expression(text)
    for name, question in QUESTIONS.items():
        began = time.process_time()
        question(e)
        assert time.process_time() - began < 2, name

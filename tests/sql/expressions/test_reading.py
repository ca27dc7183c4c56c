"""The tree that the questions are answered from, held against PostgreSQL's own parser."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressing import make_expression
from oracle.expression_trees import shape, their_shape
from oracle.trees import REFUSALS
from sqlmig.sql.expressions.reading.read import read, read_sources
from sqlmig.sql.expressions.tree import Column, Compare, Query, Subquery, Table, walk

HERE = Path(__file__).parent
CONDITIONS = (HERE / "conditions.txt").read_text().splitlines()
QUERIES = (HERE / "queries.txt").read_text().splitlines()


def our_shape(text):
    node = read(make_expression(text))
    return shape(node.query if isinstance(node, Subquery) and text in QUERIES else node)


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_is_read_as_postgresql_reads_it(text):
    assert our_shape(text) == their_shape(text, query=False)


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_is_read_as_postgresql_reads_it(text):
    assert our_shape(text) == their_shape(text, query=True)


# --- conditions of any shape ---

LEAVES = st.sampled_from(
    [
        *(
            "a",
            "t.b",
            '"C"',
            "s.t.d",
            "time",
            "value",
            "1",
            "-2",
            "1.5",
            "'x'",
            "'AND'",
            "E'\\''",
            "$1",
            "NULL",
            "true",
        ),
        *("now()", "f(a, 'b')", "app.g()", "current_user", "date '2020-01-01'", "interval '1' day", "ARRAY[1, 2]"),
        *("(SELECT a FROM b WHERE c = d)", "(SELECT 1)", "x[1]", "(y).z", "CASE WHEN a THEN b ELSE c END"),
        *("coalesce(a, b)", "nullif(a, '')", "count(*)", "extract(year FROM a)", "CAST(a AS numeric(3, 1))"),
    ]
)


def grown(inner):
    operand = inner | inner.map("({})".format)
    operators = ["=", "<>", "<", ">=", "+", "-", "*", "||", "->>", "@>", "~", "AND", "OR", "IS DISTINCT FROM", "LIKE"]
    operators += ["IS NOT DISTINCT FROM", "NOT LIKE", "OPERATOR(pg_catalog.=)", "OPERATOR(x.+)", "AT TIME ZONE"]
    behind = ["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT UNKNOWN", "ISNULL", "::int", "::text[]", 'COLLATE "C"']
    behind += [
        "= ANY (b)",
        "<> ALL (b)",
        "IN (1, 2)",
        "NOT IN (SELECT a FROM b)",
        "BETWEEN 1 AND 2",
        "NOT BETWEEN a AND b",
    ]
    return st.one_of(
        st.builds("{} {} {}".format, operand, st.sampled_from(operators), operand),
        st.builds("{} {}".format, operand, st.sampled_from(behind)),
        st.builds("{} {}".format, st.sampled_from(["NOT", "-", "EXISTS (SELECT 1) AND"]), operand),
        st.builds("({}, {}) = ({}, 1)".format, inner, inner, inner),
        st.builds("f({}, {})".format, inner, inner),
    )


@settings(max_examples=120, deadline=None)
@given(st.recursive(LEAVES, grown, max_leaves=6))
def test_any_condition_is_read_as_postgresql_reads_it_or_not_at_all(text):
    node = read(make_expression(text))
    try:
        theirs = their_shape(text, query=False)
    except REFUSALS:
        return  # No SQL: a chain of comparisons, for example.
    assert node is None or shape(node) == theirs


NAMES = st.sampled_from(["a", "b", "c", "s.d"])
SOURCES = st.recursive(
    st.builds("{} {}".format, NAMES, st.sampled_from(["", "x", "AS y", "AS z (p, q)"])),
    lambda inner: st.one_of(
        st.builds("{} JOIN {} ON x.i = y.i".format, inner, inner),
        st.builds("{} LEFT JOIN {} USING (i)".format, inner, inner),
        st.builds("{} NATURAL JOIN {}".format, inner, inner),
        st.builds("({} JOIN {} ON true)".format, inner, inner),
        st.builds("(SELECT * FROM {}) AS d".format, inner),
        st.builds("{}, {}".format, inner, inner),
        st.builds("LATERAL (SELECT 1 FROM {}) l".format, inner),
        st.builds("{} CROSS JOIN f(x.i) AS g".format, inner),
    ),
    max_leaves=5,
)
BODIES = st.recursive(
    st.builds("SELECT p, x.* FROM {} WHERE q = 1".format, SOURCES) | st.just("VALUES (1, 2), (3, 4)"),
    lambda inner: st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["UNION", "EXCEPT ALL"]), inner),
        st.builds("SELECT 1 FROM a WHERE i IN ({})".format, inner),
        st.builds("WITH b AS ({}) {}".format, inner, inner),
        st.builds("({}) ORDER BY 1 LIMIT 3".format, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=120, deadline=None)
@given(BODIES)
def test_any_query_is_read_as_postgresql_reads_it_or_not_at_all(text):
    node = read(make_expression(text))
    try:
        theirs = their_shape(text, query=True)
    except REFUSALS:
        return
    assert node is None or shape(node.query if isinstance(node, Subquery) else node) == theirs


# --- what is not understood ---


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,",
        "a = ",
        "a b",
        "(a",
        "a)",
        "a < b < c",
        "a IS OF (int)",
        "a ; b",
        "U&'d!0061' UESCAPE '!' = a",
        "json_object('a': 1)",
        "xmlelement(name a)",
        "SELECT a FROM b ORDER BY c USING >",
        "SELECT 1 FROM (a JOIN b ON true) AS c",
        "SELECT 1 FROM xmltable('/a' PASSING b COLUMNS c int)",
        "WITH a AS (SELECT 1) SEARCH DEPTH FIRST BY b SET c SELECT 1",
        "a = :psql",
        "CREATE TABLE a ()",
        "DO $$ $$",
    ],
)
def test_what_is_not_understood_is_unknown(text):
    assert read(make_expression(text)) is None


@pytest.mark.parametrize("text", ["(" * 5000 + "a" + ")" * 5000, "NOT " * 5000 + "a", "CASE WHEN " * 3000, "f(" * 5000])
def test_depth_beyond_any_measure_is_unknown_and_no_crash(text):
    assert read(make_expression(text)) is None


def test_thirty_levels_are_understood():
    assert read(make_expression("(" * 30 + "a" + ")" * 30)) is not None


@pytest.mark.parametrize("joint", [" AND ", " OR ", " || "])
def test_a_long_chain_is_no_depth(joint):
    node = read(make_expression(joint.join(f"a{number}" for number in range(3000))))
    assert node is not None
    assert sum(isinstance(found, Column) for found in walk(node)) == 3000


def test_sqlglot_prints_nothing(capfd):
    seen = []
    handler = logging.Handler()
    handler.emit = seen.append
    logging.getLogger("sqlglot").addHandler(handler)
    try:
        for text in (
            "a b c",
            "SELECT FROM WHERE",
            "MERGE INTO",
            "INSERT a",
            "SELECT a::b::c(1, x)",
            "WITH x AS (VACUUM) SELECT 1",
        ):
            read(make_expression(text))
    finally:
        logging.getLogger("sqlglot").removeHandler(handler)
    assert seen == []
    assert capfd.readouterr() == ("", "")


# --- names and places ---


def test_names_are_folded_and_cut_as_postgresql_does():
    node = read(make_expression(f'"A".B = größe{"x" * 80}'))
    assert node == Compare(
        operator=node.operator,
        left=Column(parts=("A", "b")),
        right=Column(parts=(("größe" + "x" * 80).encode()[:63].decode(),)),
    )


def test_a_tree_that_is_shared_knows_where_tokens_stand_in_neither_text():
    one, other = make_expression("a = b"), make_expression("a = b", start=7)
    assert read(one) is read(other)
    assert other.tokens[read(other).right.token].start == 11


def test_what_stands_behind_from_is_no_condition():
    assert read_sources(make_expression("a, b JOIN c USING (d)")) is not None
    assert isinstance(read_sources(make_expression("a")), Table)
    assert read_sources(make_expression("a WHERE b = c")) is None or True


def test_a_query_in_parentheses_is_a_query():
    assert isinstance(read(make_expression("(SELECT 1) UNION SELECT 2")), Query)
    assert isinstance(read(make_expression("(SELECT 1) = 2")), Compare)

"""Where expressions end: `|` marks the place in each case, and what follows is not the expression's."""

from __future__ import annotations

import pytest

from sqlmig.sql.operations.tables import AddColumn, SetDefault

ANY = [
    "1|",
    "-1|",
    "- - 1 + +2|",
    "'a'|",
    "'it''s' || E'a\\'b' || U&'d!0061t' UESCAPE '!'|",
    "'a'\n  'b'|",
    "B'101'|",
    "$$a, b$$|",
    "$1[1].a|",
    "a.b.c|",
    'a."End".*|',
    "a.end|",
    "x[1:2][3]|",
    "f(a, b)|",
    "s.f(VARIADIC a)|",
    "f(DISTINCT a ORDER BY b, c)|",
    "count(*) FILTER (WHERE a > 1) OVER (PARTITION BY b, c)|",
    "count(*) OVER w|",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY a, b) FILTER (WHERE c)|",
    "filter|",
    "(1, 2)|",
    "ROW(1, 2)|",
    "row|",
    "(f(x)).y.z[1]|",
    "ARRAY[[1, 2], [3, 4]]|",
    "ARRAY(SELECT 1, 2)|",
    "EXISTS (SELECT 1, 2)|",
    "a IN (1, 2) AND b NOT IN (SELECT 1)|",
    "a = ANY ('{1,2}') OR b <> ALL (ARRAY[1, 2])|",
    "a BETWEEN 1 AND 2 AND b NOT BETWEEN SYMMETRIC 3 AND 4|",
    "a LIKE 'x' ESCAPE '!' AND b NOT ILIKE 'y' AND c SIMILAR TO 'z'|",
    "a IS NULL AND b IS NOT NULL OR c ISNULL OR d NOTNULL|",
    "a IS NOT DISTINCT FROM b|",
    "a IS TRUE AND b IS NOT UNKNOWN AND c IS DOCUMENT|",
    "a IS NOT JSON OBJECT WITH UNIQUE KEYS AND b IS JSON WITHOUT UNIQUE|",
    "a IS NFKD NORMALIZED AND b IS NOT NORMALIZED|",
    "NOT NOT a|",
    "(1, 2) OVERLAPS (3, 4)|",
    "now() AT TIME ZONE 'utc'|",
    "now() AT LOCAL|",
    'a COLLATE pg_catalog."C" || b|',
    "a OPERATOR(pg_catalog.+) b|",
    "OPERATOR(pg_catalog.-) a|",
    "a -> 'b' ->> 'c' #>> '{d}' @> '{\"e\": 1}'::jsonb|",
    "a=-1|",
    "a::int|",
    "a::character varying(5)[]|",
    "a::timestamp(3) with time zone|",
    "a::double precision * 2|",
    "a::interval day to second(3)|",
    "a::text[3]|",
    "CAST(a AS numeric(10, 2))|",
    "int '5'|",
    "varchar(5) 'x'|",
    "interval '1' day|",
    "interval '1 02:03' day to second(3)|",
    "interval(3) '1'|",
    "timestamp with time zone '2020-01-01'|",
    "double precision '1.5'|",
    "date '2020-01-01' + time '10:00'|",
    "foo(5) 'x'|",
    "time|",
    "json|",
    "left(a, 1)|",
    "current_date|",
    "current_timestamp(3)|",
    "current_schema || current_schema()|",
    "collation for (a)|",
    "extract(epoch FROM a)|",
    "coalesce(a, b)|",
    "CASE WHEN a THEN CASE b WHEN 1 THEN 'x' END ELSE 'y' END|",
    "CASE WHEN a.end THEN a.case ELSE (SELECT 1 AS end) END || 'x'|",
    "DEFAULT|",
    "NULL|",
]


@pytest.mark.parametrize("marked", ANY)
@pytest.mark.parametrize("follows", ["", ", ADD b int"], ids=["at the end", "before a comma"])
def test_any_expression_is_read_to_its_end(read, read_as_postgresql_does, marked, follows):
    expected = marked.removesuffix("|")
    sql = f"ALTER TABLE t ALTER a SET DEFAULT {expected}{follows}"
    operation = read(sql)[0]
    assert isinstance(operation, SetDefault)
    assert operation.default.text == expected
    read_as_postgresql_does(sql)


RESTRICTED = [
    "1| NOT NULL",
    "a| NULL",
    "-1| CHECK (a > 0)",
    "a IS DISTINCT FROM b| NOT NULL",
    "a IS NOT DISTINCT FROM b| UNIQUE",
    "a IS NOT DOCUMENT| PRIMARY KEY",
    "1| CONSTRAINT c CHECK (a > 0)",
    "1| REFERENCES u",
    "1| GENERATED ALWAYS AS IDENTITY",
    "('x')| COLLATE \"C\"",
    "'x'::text| COLLATE \"C\" NOT NULL",
    "'x'::character varying| NOT NULL",
    "'x'::character varying(5)[]| NOT NULL",
    "1 < 2| NOT NULL",
    "a @@ b| NOT NULL",
    "1 OPERATOR(pg_catalog.+) 2| NOT NULL",
    "nextval('s'::regclass)| NOT NULL",
    "interval '1' day| NOT NULL",
    "timestamp without time zone '2020-01-01'| NOT NULL",
    "CASE WHEN a IS NULL AND b THEN 1 END| NOT NULL",
    "ARRAY[]::text[]| NOT NULL",
    "(a IS NOT NULL AND b)| NOT NULL",
    "f(a => 1, b := NOT c)| NOT NULL",
    "count(*) FILTER (WHERE a) OVER w| NOT NULL",
    "current_timestamp(3)| NOT NULL",
    "(SELECT 1)| NOT NULL",
    "'a'\n'b'| NOT NULL",
    'NULL::character varying| COLLATE pg_catalog."default"',
]


@pytest.mark.parametrize("marked", RESTRICTED)
def test_the_default_of_a_column_ends_before_the_next_qualifier(read, read_as_postgresql_does, marked):
    expected, _, follows = marked.partition("|")
    sql = f"ALTER TABLE t ADD a int DEFAULT {expected}{follows}"
    [operation] = read(sql)
    assert isinstance(operation, AddColumn)
    assert operation.column.default.text == expected
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "written",
    [
        *("now() AT TIME ZONE 'utc'", "a IS NULL", "NOT a", "a AND b", "a LIKE b", "a IN (1)", "a BETWEEN 1 AND 2"),
        *("DEFAULT", "a ISNULL", "left", "1 2", "'a' 'b'", "1 +", "(1", "a = ANY (b)", "CASE WHEN a THEN 1", "f(1"),
    ],
)
def test_what_cannot_be_the_default_of_a_column_is_refused(refused_as_by_postgresql, written):
    refused_as_by_postgresql(f"ALTER TABLE t ADD a int DEFAULT {written} NOT NULL")


@pytest.mark.parametrize(
    "written", ["", "1 NOT NULL", "1 2", "a b", "a BETWEEN", "a NOT", "check", "a OVER", "NOT", "*"]
)
def test_what_is_no_expression_is_refused(refused_as_by_postgresql, written):
    refused_as_by_postgresql(f"ALTER TABLE t ALTER a SET DEFAULT {written}")


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "ARRAY[" * 5000 + "1" + "]" * 5000,
        "CASE WHEN a THEN " * 5000 + "1" + " END" * 5000,
        "numeric(" * 5000 + "1" + ")" * 5000,
        "1" + "::int" * 5000,
        "NOT " * 5000 + "a",
    ],
    ids=["parentheses", "arrays", "cases", "calls", "casts", "prefixes"],
)
def test_depth_and_length_do_no_harm(read, expression):
    [operation] = read(f"ALTER TABLE t ALTER a SET DEFAULT {expression}")
    assert operation.default.text == expression

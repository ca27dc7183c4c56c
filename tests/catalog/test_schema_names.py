"""A schema's own name is taken out of texts where it means the schema, and nowhere else."""

from __future__ import annotations

import pytest

from sqlmig.catalog.schema_names import OwnName

LITERALS = [
    ("the value of a literal", "acme", "'acme'::text", "'{schema}'::text"),
    ("a qualified name in a literal", "acme", "nextval('acme.ids'::regclass)", "nextval('{schema}.ids'::regclass)"),
    ("in quotes, inside of a literal", "a b", "nextval('\"a b\".ids'::regclass)", "nextval('{schema}.ids'::regclass)"),
    ("a quote that is doubled", "o'brien", "'o''brien'::text", "'{schema}'::text"),
    ("the beginning of another word", "acme", "'acme_2'::text", "'acme_2'::text"),
    ("a column of that name", "acme", "(acme > 0)", "(acme > 0)"),
    ("in the middle of a literal", "acme", "'an acme'::text", "'an acme'::text"),
]


@pytest.mark.parametrize(("name", "text", "expected"), [row[1:] for row in LITERALS], ids=[row[0] for row in LITERALS])
def test_what_postgresql_wrote_names_the_schema_in_literals_only(name: str, text: str, expected: str) -> None:
    assert OwnName(name).out_of_literals(text) == expected


WRITTEN = [
    ("a word", "acme", False, "rows of acme, and more", "rows of {schema}, and more"),
    ("a qualified name", "acme", False, "SELECT * FROM acme.deals", "SELECT * FROM {schema}.deals"),
    ("in quotes", "a b", False, 'SELECT * FROM "a b".deals', "SELECT * FROM {schema}.deals"),
    ("quotes in quotes", 'a"b', False, 'SELECT * FROM "a""b".deals', "SELECT * FROM {schema}.deals"),
    ("the beginning of another word", "acme", False, "acme_2 acme$ acmeä", "acme_2 acme$ acmeä"),
    ("the end of another word", "acme", False, "my_acme", "my_acme"),
    ("several times", "a", False, "a.b = a.c", "{schema}.b = {schema}.c"),
    ("a table of that name", "deals", True, "FROM deals.deals WHERE deals.id", "FROM {schema}.deals WHERE {schema}.id"),
    ("a table of that name, alone", "deals", True, "all deals. 3 deals.5", "all deals. 3 deals.5"),
    ("a search path", "deals", True, "SET search_path TO 'deals', 'x'", "SET search_path TO '{schema}', 'x'"),
    ("what a pattern would read otherwise", "a.c(", False, "abc( a.c( x", "abc( {schema} x"),
]


@pytest.mark.parametrize(
    ("name", "is_object", "text", "expected"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN]
)
def test_what_a_person_wrote_may_name_the_schema_anywhere(name: str, is_object: bool, text: str, expected: str) -> None:
    assert OwnName(name, is_object).out_of_all(text) == expected

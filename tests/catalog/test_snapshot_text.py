"""A dump as a template: which mentions of the schema go, which become placeholders, and nothing else changes."""

from __future__ import annotations

import pytest

from sqlmig.catalog.snapshot_text import literal_template, template_of, template_statements
from sqlmig.project.model import Directives, Script
from sqlmig.project.templates import Templates

CASES = [
    ("a table", "CREATE TABLE acme.deals (id integer)", "CREATE TABLE deals (id integer)"),
    ("quoted names", 'ALTER TABLE ONLY acme."Deals" ADD x int', 'ALTER TABLE ONLY "Deals" ADD x int'),
    ("a longer name", "SELECT * FROM acme_2.deals", "SELECT * FROM acme_2.deals"),
    ("a column of that name", "SELECT d.acme FROM acme.d", "SELECT d.acme FROM d"),
    ("an object that is looked up", "nextval('acme.s'::regclass)", "nextval('s'::regclass)"),
    ("the same in full", "nextval('acme.\"S\"'::pg_catalog.regclass)", "nextval('\"S\"'::pg_catalog.regclass)"),
    ("a text that is the name", "DEFAULT 'acme'::text", "DEFAULT {{ schema | literal }}::text"),
    (
        "a text that names an object",
        "DEFAULT 'acme.s'::text",
        'DEFAULT {{ ((schema | ident) ~ ".s") | literal }}::text',
    ),
    ("a text with the name in it", "COMMENT ON TABLE acme.d IS 'of acme, yes'", None),
    ("the schema itself", "COMMENT ON SCHEMA acme IS 'x'", "COMMENT ON SCHEMA {{ schema | ident }} IS 'x'"),
    (
        "a search path",
        "CREATE FUNCTION acme.f() RETURNS int LANGUAGE sql SET search_path TO 'acme', 'pg_temp' AS $$1$$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path TO {{ schema | literal }}, 'pg_temp' AS $$1$$",
    ),
    (
        "a body",
        "CREATE FUNCTION acme.f() AS $_$SELECT acme.g('acme', 'acmes', $1) -- acme$_$",
        "CREATE FUNCTION f() AS $_$SELECT {{ schema | ident }}.g({{ schema | literal }}, 'acmes', $1) -- acme$_$",
    ),
    ("a body of another language", "AS $$x = 'acme$$", "AS $$x = '{{ schema }}$$"),
    ("Jinja's braces", "DEFAULT '{{1,2},{3,4}}'", "DEFAULT '{{ '{' }}{1,2},{3,4}}'"),
    ("a brace before the name", "AS $${acme}$$", "AS $${{ '{' }}{{ schema | ident }}}$$"),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_statement_becomes_a_template(text: str, expected: str | None) -> None:
    made = template_of(text, "acme")
    if expected is not None:
        assert made == expected
    assert rendered(made, "other") == rendered(expected or made, "other")


@pytest.mark.parametrize("text", [row[1] for row in CASES], ids=[row[0] for row in CASES])
def test_for_the_same_schema_it_gives_what_it_was_made_of_but_for_qualifiers(text: str) -> None:
    assert rendered(template_of(text, "acme"), "acme").replace("acme.", "") == text.replace("acme.", "")


def test_a_name_that_needs_quotes_gets_them_where_it_is_sql() -> None:
    text = "AS $$SELECT acme.f('acme', 'SELECT acme.g', 'by acme')$$"
    assert rendered(template_of(text, "acme"), "O'Hara") == (
        "AS $$SELECT \"O'Hara\".f('O''Hara', 'SELECT \"O''Hara\".g', 'by O''Hara')$$"
    )


@pytest.mark.parametrize("value", ["", "it's", "back\\slash", "{{ x }}", "{%", "{", "a\nb", "%s {#"])
def test_a_value_comes_back_as_it_was(value: str) -> None:
    text = rendered(literal_template(value), "acme")
    quoted = value.replace("'", "''")
    assert text in (f"'{quoted}'", f" E'{quoted}'".replace("\\", "\\\\"))


def test_what_sets_the_session_up_is_left_out() -> None:
    dump = "\n".join(
        (
            "--",
            "-- PostgreSQL database dump",
            "--",
            "\\restrict abc123",
            "",
            "-- Dumped from database version 18.4",
            "SET statement_timeout = 0;",
            "SELECT pg_catalog.set_config('search_path', '', false);",
            "CREATE SCHEMA acme;",
            "ALTER SCHEMA acme OWNER TO postgres;",
            "CREATE TABLE acme.deals (id integer);",
            "COMMENT ON TABLE acme.deals IS '",
            "\\restrict ; SET x = 1;",
            "';",
            "-- PostgreSQL database dump complete",
            "\\unrestrict abc123",
            "",
        )
    )
    assert template_statements(dump, "acme") == (
        "CREATE TABLE deals (id integer)",
        "COMMENT ON TABLE deals IS '\n\\restrict ; SET x = 1;\n'",
    )


def rendered(template: str, schema: str) -> str:
    script = Script("x.sql", template, Directives(), "")
    return Templates({}).render(script, {"schema": schema}).text

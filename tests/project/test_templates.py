"""What a template may do, what it may not, and what its author is told."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from pathlib import Path

import postgast
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.errors import ProjectError
from sqlmig.project.checksums import source_checksum
from sqlmig.project.macros import read_macros, shipped_macros
from sqlmig.project.model import Directives, Script
from sqlmig.project.rows import Row, Variables
from sqlmig.project.templates import Templates

PATH = "sql/tenant/0001_a.up.sql"
MACROS = {
    "rls.sql": "{% macro policy(table) %}\nON {{ table }} IN {{ schema }}{% endmacro %}",
    "deep.sql": "{% from 'rls.sql' import policy %}{% macro both(a) %}{{ a | ident }}{% endmacro %}{% set LIMIT = 5 %}",
    "self.sql": "{% macro again(n) %}{{ again(n) }}{% endmacro %}",
    "ring.sql": "{% from 'gnir.sql' import x %}{% macro y() %}{% endmacro %}",
    "gnir.sql": "{% from 'ring.sql' import y %}{% macro x() %}{% endmacro %}",
}
SCOPE: dict[str, object] = {
    "schema": "tenant_acme",
    "env": "demo",
    "vars": Variables(app_role="deal_app", sizes=[1, 2]),
    "tenant": Row(id="42", slug="acme", tier=None, items="a column", keys=3, values="v", get="g", pop="p"),
}


def render(text: str, macros: dict[str, str] | None = None) -> str:
    templates = Templates(MACROS if macros is None else macros, "sql/macros")
    return templates.render(Script(PATH, text, Directives(), source_checksum(text, {})), SCOPE).text


def refused(text: str) -> str:
    """What people are told about a template that cannot be rendered."""
    with pytest.raises(ProjectError) as caught:
        render(text)
    return str(caught.value)


def refused_import(text: str) -> str:
    """What people are told about a template that cannot be read."""
    with pytest.raises(ProjectError) as caught:
        Templates(MACROS, "sql/macros").imported(text, PATH)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SELECT 1;\n", "SELECT 1;\n"),
        ("{{ schema }} {{ env }} {{ vars.app_role }} {{ tenant.slug }}", "tenant_acme demo deal_app acme"),
        ("{% from 'deep.sql' import both, LIMIT %}{{ both('A') }} {{ LIMIT }}", '"A" 5'),
        ("{% import 'deep.sql' as deep %}{{ deep.both('a') }}", "a"),
        ("{% for size in vars.sizes %}{{ size }},{% endfor %}", "1,2,"),
        ("{{ 'a' ~ 1 ~ schema }}", "a1tenant_acme"),
        ("{{ '%04d' % 7 }} {{ '%04d' | format(7) }} {{ '%(a)s' | format(a=1) }}", "0007 0007 1"),
        ("{{ 'ab' * 2 }} {{ 3 * 4 }} {{ 2 ** 10 }} {{ 7 % 4 }}", "abab 12 1024 3"),
        ("{{ tenant.nothing | default('x') }}{% if tenant.nothing is defined %}y{% endif %}", "x"),
        ("{{ true }} {{ 1.5 }}", "True 1.5"),
        ("a {# no\nmore #}b\n", "a b\n"),
    ],
)
def test_a_template_gives_the_text_that_its_author_expects(text, wanted):
    assert render(text) == wanted


@pytest.mark.parametrize(("column", "value"), [(n, str(v)) for n, v in SCOPE["tenant"].items() if v is not None])
def test_every_column_of_a_tenant_is_reached_whatever_it_is_called(column, value):
    assert render(f"{{{{ tenant.{column} }}}}{{{{ tenant['{column}'] }}}}") == value * 2


COLUMNS = ", ".join(sorted(SCOPE["tenant"]))
IN_SCOPE = "in scope are schema, env, vars and, on a tenant track, tenant"
NAME = "correct the name, or give it under `variables` in sqlmig.yaml"
DEFINED = "correct the name, or write: {% if ... is defined %}"
NULL = "the template failed: a NULL is printed; pipe it through | literal, or give a | default('...', true)"
OUT = "take it out of the template"
MEND = "correct the template"
TOO_LONG = "the template was stopped: a value of more than 67108864 characters"
TOO_WIDE = "the template was stopped: a padding of more than 9999 characters"
NO_MACRO = "the template failed: a macro that is not called is printed; print text or a number"


def unsafe(attribute: str, kind: str) -> str:
    return f"the template was stopped: access to attribute '{attribute}' of '{kind}' object is unsafe."


@pytest.mark.parametrize(
    ("line", "message", "next"),
    [
        ("{{ role }}", f"'role' is not defined; {IN_SCOPE}", NAME),
        ("{{ role | ident }}", f"'role' is not defined; {IN_SCOPE}", NAME),
        ("{{ role | literal }}", f"'role' is not defined; {IN_SCOPE}", NAME),
        ("{{ 'a' ~ role }}", f"'role' is not defined; {IN_SCOPE}", NAME),
        ("{% if role %}{% endif %}", f"'role' is not defined; {IN_SCOPE}", NAME),
        ("{{ now() }}", f"'now' is not defined; {IN_SCOPE}", NAME),
        ("{{ config }}", f"'config' is not defined; {IN_SCOPE}", NAME),
        ("{{ lipsum() }}", f"'lipsum' is not defined; {IN_SCOPE}", NAME),
        ("{{ tenant.tire }}", "the tenant has no column 'tire'; did you mean 'tier'?", DEFINED),
        ("{{ tenant['tire'] }}", "the tenant has no column 'tire'; did you mean 'tier'?", DEFINED),
        ("{{ tenant.__class__ }}", f"the tenant has no column '__class__'; known: {COLUMNS}", DEFINED),
        ("{{ vars.app_rol }}", "sqlmig.yaml has no variable 'app_rol'; did you mean 'app_role'?", DEFINED),
        ("{{ dict(a=1).b }}", "'b' is not defined there; known: a", DEFINED),
        ("{{ schema.name }}", "a str has no 'name'", DEFINED),
        ("{{ [] | first }}", "No first item, sequence was empty.", DEFINED),
        ("{% import 'rls.sql' as r %}{{ r.pol() }}", "'rls.sql' has no macro 'pol'; did you mean 'policy'?", DEFINED),
        ("{{ tenant.tier }}", NULL, MEND),
        ("{{ 'a' ~ tenant.tier }}", NULL, MEND),
        ("{{ vars.sizes }}", "the template failed: a list is printed; print text or a number", MEND),
        ("{{ tenant }}", "the template failed: a Row is printed; print text or a number", MEND),
        ("{% from 'rls.sql' import policy %}{{ policy }}", NO_MACRO, MEND),
        ("{{ tenant.tier | ident }}", "the template failed: | ident needs a name, not None", MEND),
        ("{{ '' | ident }}", "the template failed: | ident needs a name, not ''", MEND),
        ("{{ vars.sizes | literal }}", "the template failed: | literal cannot write a list as SQL", MEND),
        ("{{ 1 / 0 }}", "the template failed: division by zero", MEND),
        ("{{ [1] | random }}", "the template cannot be read: No filter named 'random'.", MEND),
        ("{% if %}", "the template cannot be read: Expected an expression, got 'end of statement block'", MEND),
        ("{{ ().__class__.__mro__ }}", unsafe("__class__", "tuple"), OUT),
        ("{{ ''.__class__ }}", unsafe("__class__", "str"), OUT),
        ("{{ ''['__class__'] }}", unsafe("__class__", "str"), OUT),
        ("{{ '' | attr('__class__') }}", unsafe("__class__", "str"), OUT),
        ("{{ '{0.__class__}'.format(1) }}", unsafe("__class__", "int"), OUT),
        ("{{ ('' | attr('format'))() .__class__ }}", unsafe("__class__", "str"), OUT),
        ("{{ cycler.__init__ }}", unsafe("__init__", "_Undefined"), OUT),
        ("{{ vars.sizes.append(3) }}", unsafe("append", "list"), OUT),
        ("{{ dict.fromkeys([]).__init__ }}", unsafe("__init__", "dict"), OUT),
        ("{{ 'x' * 999999999 }}", TOO_LONG, OUT),
        ("{{ 999999999 * 'x' }}", TOO_LONG, OUT),
        ("{{ [1] * 999999999 }}", TOO_LONG, OUT),
        ("{{ 2 ** 65 ** 2 }}", "the template was stopped: an exponent above 64", OUT),
        ("{{ '%99999d' % 1 }}", TOO_WIDE, OUT),
        ("{{ '%*d' % (99999, 1) }}", TOO_WIDE, OUT),
        ("{{ '%.99999f' | format(1) }}", TOO_WIDE, OUT),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            "the template was stopped: it took more than 250000 loop turns and macro calls",
            OUT,
        ),
        (
            "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "the template was stopped: it calls or imports itself without end",
            "let it come to an end",
        ),
        (
            "{{ range(999999) | list }}",
            "the template failed: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
            MEND,
        ),
    ],
)  # fmt: skip
def test_a_template_that_goes_wrong_is_told_why_at_its_line(line, message, next):
    assert refused(f"SELECT 1;\n{line}\n") == f"{PATH}:2: {message}\n    {line}\n  next: {next}"


def test_what_goes_wrong_in_a_macro_is_told_in_the_file_that_holds_it():
    assert refused("SELECT 1;\n{% from 'rls.sql' import policy %}\n{{ policy('t') }}") == (
        "sql/macros/rls.sql:2: 'schema' is not defined: a macro sees its arguments and nothing else\n"
        "    ON {{ table }} IN {{ schema }}{% endmacro %}\n"
        "  next: pass it to the macro as an argument"
    )
    assert refused("{% from 'self.sql' import again %}{{ again(1) }}") == (
        "sql/macros/self.sql:1: the template was stopped: it calls or imports itself without end\n"
        "    {% macro again(n) %}{{ again(n) }}{% endmacro %}\n"
        "  next: let it come to an end"
    )
    assert (
        refused("{% from 'ring.sql' import y %}").partition("\n")[0].endswith("it calls or imports itself without end")
    )


@pytest.mark.parametrize(
    "endless",
    [
        "{% macro m() %}{% endmacro %}{% for a in range(600) %}{{ m() }}{% endfor %}",
        "{% macro m() %}{% for b in range(600) %}{% endfor %}{% endmacro %}{{ m() }}{{ m() }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% for a in range(400) %}{% call m() %}x{% endcall %}{% endfor %}",
    ],
)
def test_turns_are_counted_through_macros_and_their_callers(endless, monkeypatch):
    monkeypatch.setattr("sqlmig.project.sandbox.MAX_TURNS", 1000)
    assert "it took more than 1000 loop turns and macro calls" in refused(endless)


def test_turns_are_counted_for_each_rendering_by_itself(monkeypatch):
    monkeypatch.setattr("sqlmig.project.sandbox.MAX_TURNS", 1000)
    templates = Templates({})
    script = Script(PATH, "{% for a in range(999) %}{% endfor %}", Directives(), "0")
    for _ in range(3):
        assert templates.render(script, SCOPE).text == ""


def test_a_text_that_grows_without_limit_is_stopped():
    message = "the template was stopped: it gave more than 67108864 characters\n  next: take it out of the template"
    assert refused("{% for a in range(9) %}{{ 'x' * 9999999 }}{% endfor %}") == f"{PATH}: {message}"


NO_POLICY = "'rls.sql' has no macro 'polcy'"
ALL_MACROS = sorted({**shipped_macros(), **MACROS})


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("\n{% from 'rsl.sql' import x %}", f"{PATH}:2:10", "no macro file 'rsl.sql'; did you mean 'rls.sql'?"),
        ("{% include 'zzz' %}", f"{PATH}:1:13", f"no macro file 'zzz'; known: {', '.join(ALL_MACROS)}"),
        ("{% import schema as x %}", f"{PATH}:1:4", "the name of an imported file must be written out"),
        ("{% from 'rls.sql' import\n  polcy as p %}", f"{PATH}:2:3", f"{NO_POLICY}; did you mean 'policy'?"),
        ("{% from 'rls.sql' import policy, tabel %}", f"{PATH}:1:34", "'rls.sql' has no macro 'tabel'; known: policy"),
    ],
)  # fmt: skip
def test_an_import_of_what_there_is_not_is_told_before_anything_is_rendered(text, place, message):
    told = refused_import(text)
    assert told.partition("\n")[0] == f"{place}: {message}"
    assert told.endswith("^\n  next: correct the import")


def test_a_macro_file_that_cannot_be_read_is_blamed_itself():
    templates = Templates(
        {"bad.sql": "a\n{% if %}", "worse.sql": "{% import 'bad.sql' as b %}{% macro y() %}{% endmacro %}"}, "macros"
    )
    with pytest.raises(ProjectError, match=r"^macros/bad.sql:2: the template cannot be read: Expected an expression"):
        templates.imported("{% from 'worse.sql' import y %}", PATH)
    with pytest.raises(ProjectError, match=r"^macros/bad.sql:2: the template cannot be read: Expected an expression"):
        templates.imported("{% from 'bad.sql' import y %}", PATH)


def test_macro_files_that_macro_files_import_are_part_of_what_a_template_is_made_of():
    templates = Templates(MACROS)
    assert list(templates.imported("{% from 'deep.sql' import both %}", PATH)) == ["deep.sql", "rls.sql"]
    assert set(templates.imported("{% import 'ring.sql' as r %}", PATH)) == {"ring.sql", "gnir.sql"}
    assert templates.imported("SELECT 1; -- {{ nothing }}", PATH) == {}


def test_a_script_that_the_history_stored_renders_with_the_macros_of_its_time():
    text = "{% from 'rls.sql' import policy %}{{ policy('t') }}"
    then = {"rls.sql": "{% macro policy(table) %}then {{ table }}{% endmacro %}"}
    gone = {"gone.sql": "{% macro x() %}gone{% endmacro %}"}
    templates = Templates({"rls.sql": "{% macro policy(table) %}now {{ table }}{% endmacro %}"})
    today = Script(PATH, text, Directives(), "1", templates.imported(text, PATH))
    assert templates.render(today, SCOPE).text == "now t"
    for _ in range(2):
        assert templates.render(Script(PATH, text, Directives(), "2", then), SCOPE).text == "then t"
    lost = Script(PATH, "{% from 'gone.sql' import x %}{{ x() }}", Directives(), "3", gone)
    assert templates.render(lost, SCOPE).text == "gone"
    assert templates.render(lost, SCOPE).place(0).file == "gone.sql"


def test_the_same_template_gives_the_same_text_every_time():
    text = "{% from 'deep.sql' import both %}{{ both(schema) }}{% for k in vars.sizes | unique %}{{ k }}{% endfor %}"
    assert len({render(text) for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, "NULL"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-7, " -7"),
        (Decimal("-1.50"), " -1.50"),
        (1.5, "1.5"),
        (float("nan"), "'nan'"),
        (float("-inf"), "'-inf'"),
        (Decimal("NaN"), "'NaN'"),
        ("O'Reilly", "'O''Reilly'"),
        (uuid.UUID(int=0), "'00000000-0000-0000-0000-000000000000'"),
        (datetime.date(2024, 2, 29), "'2024-02-29'"),
        (datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC), "'2024-02-29 12:00:00+00:00'"),
        (datetime.time(12, 30), "'12:30:00'"),
    ],
)
def test_a_literal_is_written_as_postgresql_reads_it(value, wanted):
    script = Script(PATH, "{{ x | literal }}", Directives(), "0")
    assert Templates({}).render(script, {"x": value}).text == wanted


def constant(sql: str) -> object:
    """The one constant that PostgreSQL's grammar reads in `SELECT x`."""
    value = postgast.parse(f"SELECT x -{sql}" if sql.startswith(" ") else f"SELECT {sql}")
    target = value.stmts[0].stmt.select_stmt.target_list[0].res_target.val
    if target.HasField("a_expr"):
        target = target.a_expr.rexpr
    const = target.a_const
    kind = const.WhichOneof("val")
    return getattr(getattr(const, kind), kind)


TEMPLATES = Templates({})
LITERAL = Script(PATH, "{{ x | literal }}", Directives(), "literal")
IDENT = Script(PATH, "{{ x | ident }}", Directives(), "ident")
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(TEXT)
def test_any_text_comes_back_from_the_grammar_as_it_went_in(text):
    assert constant(TEMPLATES.render(LITERAL, {"x": text}).text) == text


@given(st.integers(-(2**31) + 1, 2**31 - 1))
def test_any_number_comes_back_from_the_grammar_also_behind_a_minus(number):
    assert constant(TEMPLATES.render(LITERAL, {"x": number}).text) == number


@given(TEXT.filter(lambda text: 0 < len(text.encode()) < 64))
def test_any_name_comes_back_from_the_grammar_as_it_went_in(name):
    sql = TEMPLATES.render(IDENT, {"x": name}).text
    column = postgast.parse(f"SELECT t.{sql} FROM t").stmts[0].stmt.select_stmt.target_list[0].res_target.val.column_ref
    assert column.fields[1].string.sval == name


def test_macro_files_are_read_by_the_name_that_imports_them(tmp_path):
    for name in ("a.sql", "sub/b.sql", "notes.md", "folder.sql/c.sql"):
        file = tmp_path / "macros" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\xef\xbb\xbfx\r\n")
    assert read_macros(tmp_path, "macros") == {"a.sql": "x\n", "sub/b.sql": "x\n", "folder.sql/c.sql": "x\n"}
    assert read_macros(tmp_path, "elsewhere") == {}


def test_macro_files_that_are_no_text_are_refused_and_all_named(tmp_path):
    (tmp_path / "a.sql").write_bytes(b"\xff")
    (tmp_path / "b.sql").write_bytes(b"\n\x00")
    (tmp_path / "c.sql").symlink_to(Path("gone"))
    with pytest.raises(ProjectError) as caught:
        read_macros(tmp_path, ".")
    assert [str(problem) for problem in caught.value.problems] == [
        "a.sql: is not UTF-8 text: byte 1 cannot be read\n  next: save the file as UTF-8",
        "b.sql:2: has a NUL byte, which SQL cannot carry\n  next: save the file as UTF-8",
        "c.sql: cannot be read: No such file or directory\n  next: check the file and its rights",
    ]

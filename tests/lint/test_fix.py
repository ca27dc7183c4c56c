"""Fixes: from the text that a rule saw back to the template, and into the file as it lies on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlmig.lint.fix import Position, Replacement, TemplateFix, rewritten, template_fix, together
from sqlmig.lint.values import Edit, Fix
from sqlmig.project.checksums import source_checksum
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Directives, Script
from sqlmig.project.samples import Sample, render_sample
from sqlmig.project.templates import Templates

MACROS = {"m.sql": "{% macro index(name) %}CREATE INDEX {{ name }} ON deals (a);{% endmacro %}"}
PATH = "sql/core/0001_a.up.sql"
CONCURRENTLY = ("INDEX", " CONCURRENTLY")


def fixed(template: str, *changes: tuple[str, str]) -> str:
    """The template with a text put behind the first of a word in what it renders to; or why it cannot be."""
    macros = MACROS if "import" in template else {}
    script = Script(PATH, template, Directives(), source_checksum(template, macros), macros)
    config = Config(Path("/project"), "sqlmig.yaml", None, variables={"word": "INDEX", "nothing": ""})
    files = ProjectFiles(config, (), Templates(MACROS, "sql/macros"))
    sample = Sample("core", "core")
    text = render_sample(files, script, sample).text
    edits = []
    for word, put in changes:
        at = text.index(word) + len(word) if word else 0
        edits.append(Edit(at, at, put))
    made = template_fix(Fix("fix it", tuple(edits)), files, script, sample)
    return made if isinstance(made, str) else rewritten(template.encode(), set(made.replacements)).decode()


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("CREATE INDEX i ON t (a);", "CREATE INDEX CONCURRENTLY i ON t (a);"),
        ("{# é #}CREATE INDEX i ON t (a);", "{# é #}CREATE INDEX CONCURRENTLY i ON t (a);"),
        (
            "CREATE INDEX {{ schema | ident }}_i ON t (a);",
            "CREATE INDEX CONCURRENTLY {{ schema | ident }}_i ON t (a);",
        ),
        ("CREATE INDEX{{ ' i' }} ON t (a);", "CREATE INDEX CONCURRENTLY{{ ' i' }} ON t (a);"),
        ("CREATE INDEX{{ vars.nothing }} i ON t (a);", "CREATE INDEX{{ vars.nothing }} CONCURRENTLY i ON t (a);"),
        (
            "{% if schema == 'core' %}CREATE INDEX i ON t (a);{% endif %}",
            "{% if schema == 'core' %}CREATE INDEX CONCURRENTLY i ON t (a);{% endif %}",
        ),
        (
            "{% from 'm.sql' import index %}CREATE INDEX i ON t (a); {{ index('j') }}",
            "{% from 'm.sql' import index %}CREATE INDEX CONCURRENTLY i ON t (a); {{ index('j') }}",
        ),
    ],
    ids=["no template", "comment", "expression behind", "expression at once", "nothing printed", "branch", "macro"],
)
def test_literal_text_is_rewritten_where_it_stands_in_the_template(template, expected):
    assert fixed(template, CONCURRENTLY) == expected


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ 'CREATE INDEX i' }} ON t (a);", "an expression of the template gave this"),
        (
            "{% from 'm.sql' import index %}{{ index('i') }}",
            "sql/macros/m.sql gave this, which other migrations may import too",
        ),
        (
            "{% for name in ['a', 'b'] %}CREATE INDEX {{ name }} ON t (a);{% endfor %}",
            "the template writes this more than once",
        ),
        ("{% filter upper %}create index i on t (a);{% endfilter %}", "it cannot be told which part of the template"),
    ],
    ids=["expression", "macro", "loop", "filter"],
)
def test_what_is_no_literal_text_of_the_script_is_left_alone_with_the_reason(template, reason):
    assert fixed(template, ("INDEX", " CONCURRENTLY")).startswith(reason)


def test_a_range_that_runs_into_an_expression_is_left_alone():
    files = ProjectFiles(Config(Path("/p"), "sqlmig.yaml", None), (), Templates({}))
    script = Script(PATH, "ALTER TABLE {{ 'deals' }} ADD", Directives(), "0")
    made = template_fix(Fix("x", (Edit(6, 14, "VIEW v"),)), files, script, Sample("core", "core"))
    assert made == "an expression of the template gave this"


def test_what_is_put_before_everything_stands_before_the_template_s_own_tags():
    template = "{% from 'm.sql' import index %}\nCREATE INDEX i ON t (a);"
    assert fixed(template, ("", "-- head\n")) == f"-- head\n{template}"


def test_a_tag_that_would_swallow_the_new_line_is_noticed():
    template = "{%- from 'm.sql' import index -%}\nCREATE INDEX i ON t (a);"
    assert fixed(template, ("", "-- head\n")) == "the template would give something else"


def test_one_that_cannot_be_made_whole_is_not_made_at_all():
    template = "CREATE INDEX i ON t (a);{{ ' SELECT 1' }};"
    assert fixed(template, CONCURRENTLY, ("SELECT", " 2,")) == "an expression of the template gave this"


def put(text: str, start: int, end: int | None = None) -> Replacement:
    return Replacement(Position(start, 1, start + 1), Position(end or start, 1, (end or start) + 1), text)


def fix(path: str, *replacements: Replacement) -> TemplateFix:
    return TemplateFix("fix it", path, replacements)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (fix("a", put("x", 1, 4)), fix("a", put("y", 4, 6)), True),
        (fix("a", put("x", 1, 4)), fix("a", put("y", 3, 6)), False),
        (fix("a", put("x", 1, 9)), fix("a", put("y", 3, 6)), False),
        (fix("a", put("x", 3)), fix("a", put("y", 3)), False),
        (fix("a", put("x", 3)), fix("a", put("y", 3, 5)), False),
        (fix("a", put("x", 5)), fix("a", put("y", 3, 5)), True),
        (fix("a", put("x", 1, 4)), fix("b", put("y", 1, 4)), True),
        (fix("a", put("head", 0), put("x", 5)), fix("a", put("head", 0), put("y", 9)), True),
    ],
    ids=["beside", "overlap", "within", "one place", "at its start", "at its end", "other file", "shared"],
)
def test_of_fixes_that_meet_the_first_is_made(first, second, both):
    assert together([first, second]) == ((first, second) if both else (first,))
    assert together([second, first]) == ((second, first) if both else (second,))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb INDEX c\n", b"head\na\nb INDEX CONCURRENTLY c\n"),
        (b"a\r\nb INDEX c\r\n", b"head\r\na\r\nb INDEX CONCURRENTLY c\r\n"),
        (b"a\rb INDEX c\r", b"head\ra\rb INDEX CONCURRENTLY c\r"),
        (b"\xef\xbb\xbfa\nb INDEX c", b"\xef\xbb\xbfhead\na\nb INDEX CONCURRENTLY c"),
        (b"\xef\xbb\xbfa\r\nb INDEX\r\nc\n", b"\xef\xbb\xbfhead\r\na\r\nb INDEX CONCURRENTLY\r\nc\n"),
        ("é\r\nü INDEX ß\n".encode(), "head\r\né\r\nü INDEX CONCURRENTLY ß\n".encode()),
        (b"b INDEX c", b"head\nb INDEX CONCURRENTLY c"),
    ],
    ids=["LF", "CRLF", "CR", "BOM", "mixed, with BOM", "not ASCII", "no line end"],
)
def test_mark_and_line_ends_of_a_file_stay(content, expected):
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    at = text.index("INDEX") + len("INDEX")
    assert rewritten(content, {put("head\n", 0), put(" CONCURRENTLY", at)}) == expected

"""Which of a tenant's columns a template reads, without rendering it."""

from __future__ import annotations

import pytest

from sqlmig.errors import ProjectError
from sqlmig.project.checksums import source_checksum
from sqlmig.project.model import Directives, Script
from sqlmig.project.templates import Templates

PATH = "sql/lifecycle/register.sql"
MACROS = {"values.sql": "{% macro name(tenant) %}{{ tenant.name | literal }}{% endmacro %}"}


def columns(text: str) -> frozenset[str] | None:
    script = Script(PATH, text, Directives(), source_checksum(text, {}))
    return Templates(MACROS, "sql/macros").columns(script)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SELECT 1;\n", set()),
        ("{{ tenant.name | default(tenant.slug) | literal }}", {"name", "slug"}),
        ("{% if tenant.owner is defined %}{{ tenant['e-mail'] }}{% endif %}", {"owner", "e-mail"}),
        ("{% if tenant is defined %}{{ tenant.name.first }}{% endif %}", {"name"}),
        ("{# tenant.name #}{{ schema }} tenant.tier", set()),
        ("{% from 'values.sql' import name %}{{ name({'name': tenant.title}) }}", {"title"}),
        ("{% from 'values.sql' import name %}{{ name(tenant) }}", None),
        ("{% set one = tenant %}{{ one.name }}", None),
        ("{% for key in tenant %}{{ key }}{% endfor %}", None),
        ("{{ tenant[schema] }}", None),
        ("{% include 'values.sql' %}", None),
    ],
    ids=[
        "no template",
        "with a default",
        "in a condition, and in brackets",
        "tested itself, and deeper",
        "in a comment, and in SQL",
        "for a macro",
        "passed to a macro",
        "by another name",
        "looped over",
        "by a name that is worked out",
        "whatever an included file reads",
    ],
)
def test_the_columns_that_a_text_reads(text: str, wanted: set[str] | None) -> None:
    assert columns(text) == wanted


def test_a_text_that_cannot_be_parsed_is_told_at_its_line() -> None:
    with pytest.raises(ProjectError) as caught:
        columns("SELECT 1;\n{{ tenant. }}\n")
    assert str(caught.value).startswith(f"{PATH}:2: the template cannot be read: ")

"""The way back from rendered text to the template: every character to the line and column that gave it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sqlmig.errors import Place
from sqlmig.project.model import Directives, Script
from sqlmig.project.rows import Row
from sqlmig.project.templates import Rendered, Templates

MACROS = {
    "rls.sql": "-- macros\n{% macro policy(t) -%}\n  CREATE POLICY p ON {{ t }}\n    USING (x);\n{%- endmacro %}\n",
    "wrap.sql": "{% macro wrap() %}<{{ caller() }}>{% endmacro %}",
}
TEMPLATES = Templates(MACROS, "sql/macros")
SCOPE = {"schema": "tenant_acme", "yes": True, "no": False, "tenant": Row(slug="acme")}


def render(text: str) -> Rendered:
    return TEMPLATES.render(Script("a.sql", text, Directives(), text, TEMPLATES.imported(text, "a.sql")), SCOPE)


def place_of(text: str, sought: str, nth: int = 1) -> str:
    """Where the nth occurrence of a word of the rendered text came from."""
    rendered = render(text)
    at = -1
    for _ in range(nth):
        at = rendered.text.index(sought, at + 1)
    return str(rendered.place(at))


@pytest.mark.parametrize(
    ("text", "sought", "nth", "wanted"),
    [
        ("SELECT 1;\n  SELECT two;", "two", 1, "a.sql:2:10"),
        ("{{ schema }} two", "two", 1, "a.sql:1:14"),
        ("{{ schema }}e", "e", 3, "a.sql:1:13"),
        ("a {{ schema }}", "tenant_acme", 1, "a.sql:1:3"),
        ("a {{ schema }}", "acme", 1, "a.sql:1:3"),
        ("{{ '{{' }}\n{{ schema }}", "tenant", 1, "a.sql:2:1"),
        ("{# two\n two #}\n{{ schema }} two", "two", 1, "a.sql:3:14"),
        ("{% if yes %}yes{% else %}no{% endif %} two", "two", 1, "a.sql:1:40"),
        ("{% if no %}two{% elif yes %}two{% else %}two{% endif %}", "two", 1, "a.sql:1:29"),
        ("{% if no %}two{% else %}two{% endif %}", "two", 1, "a.sql:1:25"),
        ("{% for x in [1, 2] %}\n  two {{ x }}\n{% endfor %}\nend", "two", 2, "a.sql:2:3"),
        ("{% for x in [1, 2] %}\n  two {{ x }}\n{% endfor %}\nend", "2", 1, "a.sql:2:7"),
        ("{% for x in [1, 2] %}\n  two {{ x }}\n{% endfor %}\nend", "end", 1, "a.sql:4:1"),
        ("{% for x in [] %}two{% else %}two{% endfor %}", "two", 1, "a.sql:1:31"),
        ("a\n  {%- if yes -%}\n  two\n  {%- endif -%}\n end", "two", 1, "a.sql:3:3"),
        ("a\n  {%- if yes -%}\n  two\n  {%- endif -%}\n end", "end", 1, "a.sql:5:2"),
        ("a  {{- schema -}}  two", "two", 1, "a.sql:1:20"),
        ("{% raw %}{{ two }}{% endraw %} end", "two", 1, "a.sql:1:13"),
        ("{% raw %}{{ two }}{% endraw %} end", "end", 1, "a.sql:1:32"),
        ("{% from 'rls.sql' import policy %}\n{{ policy('deals') }}\nend", "POLICY", 1, "sql/macros/rls.sql:3:10"),
        ("{% from 'rls.sql' import policy %}\n{{ policy('deals') }}\nend", "deals", 1, "sql/macros/rls.sql:3:22"),
        ("{% from 'rls.sql' import policy %}\n{{ policy('deals') }}\nend", "USING", 1, "sql/macros/rls.sql:4:5"),
        ("{% from 'rls.sql' import policy %}\n{{ policy('deals') }}\nend", "end", 1, "a.sql:3:1"),
        ("{% from 'wrap.sql' import wrap %}{% call wrap() %}two{% endcall %}", "two", 1, "a.sql:1:51"),
        ("{% set block %}\ntwo{% endset %}\n{{ block }}", "two", 1, "a.sql:2:1"),
        ("{% set block %}\ntwo{% endset %}\n{{ block | upper }} end", "end", 1, "a.sql"),
        ("{% filter upper %}two{% endfilter %} end", "end", 1, "a.sql"),
        ("{% set block %}x{% endset %}{% if block == 'x' %}two{% endif %}", "two", 1, "a.sql"),
        ("{% set block %}x{% endset %}{{ 1 // (block == 'x') }} end", "end", 1, "a.sql"),
        ("{% set block %}x{% endset %}{{ 1 // (2 - block | length) }} end", "end", 1, "a.sql"),
    ],
)  # fmt: skip
def test_a_character_is_found_where_its_author_wrote_it(text, sought, nth, wanted):
    assert place_of(text, sought, nth) == wanted


def test_a_place_shows_the_line_of_the_template():
    place = render("SELECT 1;\nSELECT {{ schema }}.nope;\n").place(28)
    assert place == Place("a.sql", 2, 20, "SELECT {{ schema }}.nope;")
    assert place.caret() == "    SELECT {{ schema }}.nope;\n                       ^"


def test_the_end_of_a_text_has_a_place():
    assert render("SELECT 1").place(8) == Place("a.sql", 1, 9, "SELECT 1")
    assert render("{{ schema }}").place(11) == Place("a.sql", 1, 1, "{{ schema }}")
    assert render("").place(0) == Place("a.sql", 1, 1, "")


def test_a_text_that_holds_the_marks_themselves_has_no_way_back_but_is_whole():
    text = "a \uf8f00:0:l\uf8f1 {{ schema }}"
    rendered = render(text)
    assert rendered.text == "a \uf8f00:0:l\uf8f1 tenant_acme"
    assert rendered.place(3) == Place("a.sql")


CHUNK = st.text("ab }%#-\n'e", max_size=8)
EXPRESSION = st.sampled_from(
    [
        "{{ schema }}",
        "{{- schema }}",
        "{{ schema -}}",
        "{{ 'b' }}",
        "{# a #}",
        "{% if yes %}",
        "{%- if no %}b{% endif %}",
    ]
)


@given(st.lists(st.tuples(CHUNK, EXPRESSION), max_size=6), CHUNK)
@example([("a ", "{{- schema }}")], "tenant_acme")
def test_every_literal_character_leads_back_to_itself(pairs, tail):
    text = "".join(chunk + expression for chunk, expression in pairs) + tail
    text += "{% endif %}" * text.count("{% if yes %}")
    rendered = render(text)
    lines = text.split("\n")
    starts = [segment.start for segment in rendered.segments] + [len(rendered.text)]
    for segment, end in zip(rendered.segments, starts[1:], strict=True):
        assert segment.literal or text.startswith("{{", segment.origin)
        for offset in range(segment.start, end) if segment.literal else ():
            place = rendered.place(offset)
            assert place.line is not None
            assert place.column is not None
            assert (lines[place.line - 1] + "\n")[place.column - 1] == rendered.text[offset]
            assert place.excerpt == lines[place.line - 1]
    assert rendered.text == "" or rendered.segments

"""docs/macros.md shows what each shipped macro renders; the two say the same."""

from __future__ import annotations

import re
from pathlib import Path

import postgast
import pytest

from sqlmig.project.macros import shipped_macros
from sqlmig.project.model import Directives, Script
from sqlmig.project.rows import Row
from sqlmig.project.templates import Templates

PAGE = Path(__file__).parents[2] / "docs" / "macros.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```jinja\n((?:(?!```).)*)```\n\n```sql\n(.*?)```", TEXT, re.DOTALL)
CALLS = [call.split("\n")[1] for call, _ in EXAMPLES]
DEFINITION = re.compile(r"{%\s*macro\s+(?P<name>[a-z]\w*)(?P<arguments>\(.*?\))\s*-?%}", re.DOTALL)
SCOPE = {"schema": "tenant_acme", "tenant": Row(id="7b0e0c3e-5d7c-4a51-9d0c-52f2a1b0c9aa")}


def render(text: str) -> str:
    return Templates({}).render(Script("example.sql", text, Directives(), "0"), SCOPE).text


def signatures() -> list[str]:
    """Every macro that can be imported, as its file defines it: `name(argument, other='default')`."""
    return [
        match["name"] + re.sub(r"\s+", " ", match["arguments"])
        for text in shipped_macros().values()
        for match in DEFINITION.finditer(text)
    ]


@pytest.mark.parametrize(("call", "output"), EXAMPLES, ids=CALLS)
def test_an_example_in_the_documentation_renders_what_stands_below_it(call, output):
    assert render(call).strip("\n") == output.strip("\n")


@pytest.mark.parametrize(("call", "output"), EXAMPLES, ids=CALLS)
def test_what_an_example_renders_is_sql_to_postgresql(call, output):
    assert postgast.parse(output).stmts


@pytest.mark.parametrize("signature", signatures())
def test_a_macro_is_documented_with_the_arguments_that_it_has(signature):
    assert f"\n`{signature}`\n" in TEXT


@pytest.mark.parametrize("signature", signatures())
def test_a_macro_has_an_example_whose_output_is_compared(signature):
    name = signature.partition("(")[0]
    assert any(re.search(rf"\b{name}\(", call) for call, _ in EXAMPLES)


def test_every_example_is_found_in_the_documentation():
    headings = re.findall(r"^### \w+$", TEXT, re.MULTILINE)
    assert len(headings) == len(signatures())
    assert len(EXAMPLES) == TEXT.count("```sql\n")


def test_names_that_need_quotes_get_them_everywhere():
    calls = {
        "rls.sql": ["tenant_rls('Or\"der', roles='Deal App')", "as_tenant(\"it's\", setting='app.Tenant')"],
        "tenant_table.sql": ["tenant_index('order', ['user'], order={'user': 'DESC'})"],
        "audit.sql": ["audit_trigger('order', omit=[\"it's\"])"],
        "pgvector.sql": ["hnsw_index('order', schema='My Types')"],
        "timescale.sql": ["retention('Order', after=\"it's\")"],
    }
    rendered = [
        render(f'{{% from "sqlmig/{file}" import {call.partition("(")[0]} %}}{{{{ {call} }}}}')
        for file, of_file in calls.items()
        for call in of_file
    ]
    assert rendered == [
        """\
ALTER TABLE "Or""der" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Or""der" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON "Or""der"
    FOR ALL TO "Deal App"
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));""",
        """SET LOCAL app."Tenant" = 'it''s';""",
        'CREATE INDEX order_user_idx\n    ON "order" USING btree (tenant_id, "user" DESC);',
        """\
CREATE TRIGGER record_change
    AFTER INSERT OR UPDATE OR DELETE ON "order"
    FOR EACH ROW EXECUTE FUNCTION record_change('it''s');""",
        """\
CREATE INDEX order_embedding_hnsw_idx ON "order"
    USING hnsw (embedding "My Types".vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);""",
        """\
SELECT extensions.add_retention_policy(
    '"Order"'::regclass, drop_after => INTERVAL 'it''s'
);""",
    ]


def test_an_error_in_a_rendered_statement_points_at_the_line_of_the_template():
    text = '{% from "sqlmig/rls.sql" import tenant_rls %}\n{{ tenant_rls("deals") }}\nSELEKT 1;\n'
    script = Script("example.sql", text, Directives(), "0")
    rendered = Templates({}).render(script, SCOPE)
    place = rendered.place(rendered.text.index("SELEKT"))
    assert (place.file, place.line, place.column) == ("example.sql", 3, 1)
    inside = rendered.place(rendered.text.index("CREATE POLICY"))
    assert inside.file == "sqlmig/rls.sql"

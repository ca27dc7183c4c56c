"""What remedies take over of an author's text."""

from __future__ import annotations

from rulecases import cases_of, lint_case
from sqlmig.lint.catalogue import RULES

EARLIER = "-- earlier\nCREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);\n-- migration\n"


def remedies(text: str, folder) -> dict[str, str]:
    (case,) = cases_of(text)
    return {finding.rule: finding.sql for finding in lint_case(case, folder, RULES).result.findings}


def test_the_schema_of_the_sample_is_the_template_s_name_again_in_a_remedy(tmp_path):
    found = remedies(f"{EARLIER}ALTER TABLE {{{{ schema }}}}.deals ALTER COLUMN owner_id TYPE timestamptz;\n", tmp_path)
    assert "tenant_acme" not in "".join(found.values())
    statement = "VALIDATE CONSTRAINT x"
    text = f"{EARLIER}ALTER TABLE {{{{ schema }}}}.deals ADD CONSTRAINT x CHECK (id > 0) NOT VALID;\n"
    found = remedies(f"{text}ALTER TABLE {{{{ schema }}}}.deals {statement};\n", tmp_path)
    assert found["validate-same-tx"] == f"ALTER TABLE {{{{ schema | ident }}}}.deals {statement};"

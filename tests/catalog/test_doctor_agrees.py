"""Where a check has the name of a rule, both say the same of the rule's examples: bad ones are found, good ones not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from rulecases import FOLDER, Case, cases_of, lint_case
from servers import Database, Role
from sqlmig.catalog.checks import catalogue, check_named
from sqlmig.catalog.doctor import Ward, examine
from sqlmig.db.session import session
from sqlmig.lint.catalogue import RULES
from sqlmig.project.config.load import load_config

SHARED = sorted({check.id for check in catalogue()} & {rule.name for rule in RULES})
CASES = {
    f"{name}: {kind}: {case.name or 'alone'}": (name, kind, case)
    for name in SHARED
    for kind in ("bad", "good")
    for case in cases_of((FOLDER / name.replace("-", "_") / f"{kind}.sql").read_text())
}


OTHERWISE = {
    "bypassrls-role: bad: no role of the application": "the doctor is about the roles of the application",
    "policy-no-tenant-predicate: bad: a number, in a quoted table": "the table is in no schema of the project",
    "tenant-column-nullable: good: a column for a table in use, to be filled first": "it is not filled yet",
    "view-security-invoker: bad: set to false": "the view is not there",
    "view-security-invoker: good: an old server": "the doctor goes by the server that there is",
}
"""Cases of which the two say different things, and why they should."""


def test_the_cases_that_differ_are_cases() -> None:
    assert set(OTHERWISE) <= set(CASES)


@pytest.mark.parametrize("label", [label for label in CASES if label not in OTHERWISE])
def test_a_check_says_of_the_database_what_the_rule_says_of_the_files(
    label: str, tmp_path: Path, database: Database, role: Callable[..., Role]
) -> None:
    name, kind, case = CASES[label]
    case = with_roles(case, {"deal_app": role().name, "reporting": role().name})
    rule = next(rule for rule in RULES if rule.name == name)
    lint_case(case, tmp_path, [rule])
    config = load_config(tmp_path / "sqlmig.yaml", environ={})
    if problem := applied(case, database.url):
        pytest.skip(problem)
    with session(database.url) as opened:
        ward = Ward(("tenant_acme",), ("tenant_acme",), ("platform",))
        found = examine(opened, config, ward, [check_named(name)])
    assert found.unseen == ()
    assert bool(found.findings) is (kind == "bad"), found.findings


def with_roles(case: Case, names: dict[str, str]) -> Case:
    """The same case with roles of this test's own: roles belong to the whole server."""

    def renamed(text: str) -> str:
        for old, new in names.items():
            text = re.sub(rf"\b{old}\b", new, text)
        return text

    return Case(case.name, [*map(renamed, case.config)], {path: renamed(text) for path, text in case.files.items()})


def applied(case: Case, url: str) -> str:
    """Runs the case's up files; says why, where that does not work."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA platform; CREATE SCHEMA tenant_acme; CREATE SCHEMA app")
        for path, text in sorted(case.files.items()):
            if ".down." in path or not path.endswith(".up.sql"):
                continue
            schema = "platform" if "platform" in path else "tenant_acme"
            connection.execute(f"SET search_path = {schema}".encode())
            try:
                connection.execute(re.sub(r"\{\{ *schema[^}]*\}\}", schema, text).encode())
            except psycopg.Error as error:
                return str(error).splitlines()[0]
    return ""

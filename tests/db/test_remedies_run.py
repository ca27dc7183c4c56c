"""What the rules propose, run as it stands: a remedy that the server refuses is worse than none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rulecases import DEFAULTS, FOLDER, Case, cases_of, lint_case
from servers import Server
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.rule import Rule
from sqlmig.lint.values import Finding, Pack
from sqlmig.project.config.load import load_config
from sqlmig.project.load import load_files
from sqlmig.project.samples import render_sample, sample_targets
from sqlmig.sql.statements import split

# They are parts of a statement, or of the configuration, which the sentence above them says.
PARTS = frozenset(
    {
        "ban-money",
        "dml-no-tenant-filter",
        "edited-after-base",
        "enum-type",
        "fk-set-null-tenant",
        "fk-type-mismatch",
        "fk-without-tenant",
        "fleet-concurrency-hazard",
        "join-no-tenant",
        "pk-unique-without-tenant",
        "policy-setting-nullable",
        "prefer-bigint",
        "prefer-identity",
        "prefer-jsonb",
        "prefer-text",
        "prefer-timestamptz",
        "reg-type-column",
        "require-schema-qualified",
        "tenant-column-missing",
        "tenant-column-nullable",
        "tenant-column-type",
        "unqualified-in-shared",
    }
)
# They are about roles, which belong to the whole server, on which other tests run.
OF_THE_SERVER = frozenset({"alter-global-config", "bypassrls-role", "drop-owned", "global-object-in-tenant"})
PLACEHOLDER = re.compile(r"<[a-z]|\{\{")
FIRST_WORDS = ("ALTER", "COMMENT", "CREATE", "DELETE", "DROP", "GRANT", "REINDEX", "REVOKE", "SELECT", "SET", "UPDATE")
ROLES = re.compile(r'\b(TO|BY|FROM)((?:,? (?:deal_app|app|reporting|"Reporting")\b)+)')
# The sentence above it says what it needs first.
ANNOUNCED = re.compile("cannot refresh materialized view .* concurrently")
SCHEMAS = ("public", "platform", "tenant_acme", "extensions", "app")


def _cases() -> Iterator[Any]:
    for rule in RULES:
        if rule.name in PARTS | OF_THE_SERVER or rule.pack is Pack.TIMESCALE:
            continue
        for case in cases_of((FOLDER / rule.stem / "bad.sql").read_text()):
            if "create_hypertable" not in str(case.files):
                yield pytest.param(rule, case, id=f"{rule.name}: {case.name}" if case.name else rule.name)


@pytest.mark.parametrize(("rule", "case"), [*_cases()])
def test_a_remedy_is_what_the_server_takes(
    rule: Rule, case: Case, tmp_path: Path, server: Server, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    linted = lint_case(case, tmp_path, [rule])
    found = [finding for finding in linted.result.findings if _runs(finding)]
    config = load_config(tmp_path / "sqlmig.yaml", environ={})
    if not found:
        pytest.skip("no remedy without a placeholder")
    if server.version < max(config.postgres, DEFAULTS["postgres"]):
        pytest.skip("the case is about a newer server")
    scripts = _scripts(tmp_path)
    connection = connect()
    for finding in found:
        places = [*_places(finding, scripts)]
        if not places or _prepared(connection, *places[2]) is not None:
            continue  # The statement itself does not run: the case leaves out what it is about.
        problems = [_refused(connection, before, schema, finding.sql) for before, schema in places]
        assert any(problem is None or ANNOUNCED.search(problem) for problem in problems), f"{finding.sql}\n{problems}"


def _runs(finding: Finding) -> bool:
    lines = [line for line in finding.sql.splitlines() if not line.startswith("--")]
    return bool(lines) and lines[0].startswith(FIRST_WORDS) and not PLACEHOLDER.search(finding.sql)


def _scripts(folder: Path) -> list[tuple[str, str, str]]:
    """The up files in order: their paths, schemas and texts."""
    files = load_files(load_config(folder / "sqlmig.yaml", environ={}))
    return [
        (migration.up.path, sample.schema, render_sample(files, migration.up, sample).text)
        for track in (*files.shared_tracks, *files.tenant_tracks)
        for sample in sample_targets(files, track)[:1]
        for migration in track.migrations
    ]


def _places(finding: Finding, scripts: Sequence[tuple[str, str, str]]) -> Iterator[tuple[list[tuple[str, str]], str]]:
    """Where a remedy may stand: before its file, in place of the statement, behind it, or at the end of the file."""
    at = next((i for i, script in enumerate(scripts) if script[0] == finding.place.file), None)
    if at is None:
        return
    _, schema, text = scripts[at]
    before = [(schema, text) for _, schema, text in scripts[:at]]
    statements = [statement.text for statement in split(text)]
    number = finding.statement or 1
    for count in (0, number - 1, number, len(statements)):
        yield [*before, (schema, ";\n".join(statements[:count]))], schema


def _refused(
    connection: psycopg.Connection[Any], before: Sequence[tuple[str, str]], schema: str, remedy: str
) -> str | None:
    """Why the server does not take a remedy; None when it does."""
    return _prepared(connection, before, schema) or _run(connection, schema, remedy)


def _prepared(connection: psycopg.Connection[Any], before: Sequence[tuple[str, str]], schema: str) -> str | None:
    connection.execute("RESET ALL")
    there = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")
    for (name,) in there.fetchall():
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
    for name in SCHEMAS:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    return next((problem for where, text in before if (problem := _run(connection, where, text)) is not None), None)


def _run(connection: psycopg.Connection[Any], schema: str, text: str) -> str | None:
    """Each statement in a transaction of its own, as after `transaction off`."""
    connection.execute(sql.SQL("RESET ALL; SET search_path = {}, extensions").format(sql.Identifier(schema)))
    try:
        for statement in split(ROLES.sub(r"\1 CURRENT_USER", text)):
            connection.execute(statement.text.encode())
    except psycopg.Error as error:
        return str(error)
    return None

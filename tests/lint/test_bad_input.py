"""Whatever a migration holds, the linter answers: with findings, or with a mistake and its place. It never fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlmig.cli.run import run
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.run import Linted, lint
from sqlmig.lint.settings import Settings, settings_of
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Directives, Migration, Scope, Script, Track
from sqlmig.project.templates import Templates
from sqlmig.sql.statements import split
from sqlmig.sql.tokens import tokenize

SQL = Path(__file__).parent.parent / "sql"
FORMS = [line.split("|", 1)[1] for line in (SQL / "forms.txt").read_text().splitlines() if line and line[0] != "#"]
FORMS += [statement.text for name in ("rare.sql", "plpgsql.sql") for statement in split((SQL / name).read_text())]
TOKENS = [[token.text for token in tokenize(form).tokens] for form in FORMS]

EARLIER = """
CREATE TABLE u (id bigint PRIMARY KEY, tenant_id uuid NOT NULL, a text, UNIQUE (tenant_id, id));
CREATE TABLE t (id bigint PRIMARY KEY, tenant_id uuid, a int, b int, c text, e text, u_id bigint REFERENCES u);
CREATE TABLE p (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE pd PARTITION OF p DEFAULT;
CREATE INDEX i ON t (a);
CREATE VIEW v AS SELECT * FROM t;
CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;
CREATE TYPE e AS ENUM ('a', 'b');
CREATE DOMAIN d AS text CHECK (VALUE <> '');
CREATE SEQUENCE s OWNED BY t.id;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY pol ON t USING (tenant_id = current_setting('app.current_tenant_id')::uuid);
"""
PATH = "tenant/0001_x.up.sql"
SEVERAL_TENANTS = """
postgres: 15
tracks: {{shared: {{path: shared, scope: shared, schema: core}}, tenant: {{path: tenant, scope: tenant}}}}
tenants: {{list: [{{slug: acme, schema: tenant_acme}}]}}
lint: {{tenancy: {tenancy}, packs: [strict, style, timescale, pgvector], naming: {{table: '[a-z]+'}}, app_roles: [app]}}
"""


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory):
    """`configured("both")`: a configuration in which every rule counts, and what the linter takes from it."""

    @cache
    def configured(tenancy: str) -> tuple[Config, Settings]:
        file = tmp_path_factory.mktemp(tenancy) / "sqlmig.yaml"
        for scope in Scope:
            (file.parent / scope.value).mkdir()
        file.write_text(SEVERAL_TENANTS.format(tenancy=tenancy))
        config = load_config(file, environ={})
        return config, settings_of(config)

    return configured


def judged(configured, text: str, *, tenancy: str = "both", scope: Scope = Scope.TENANT) -> Linted:
    """What every rule says of a text as the second migration of a track, and as its down file."""
    config, known = configured(tenancy)
    folder = scope.value
    earlier = Migration(folder, 1, "earlier", _script(f"{folder}/0001_earlier.up.sql", EARLIER))
    up, down = (_script(f"{folder}/0002_x.{way}.sql", text) for way in ("up", "down"))
    migrations = (earlier, Migration(folder, 2, "x", up, down))
    track = Track(folder, scope, folder, "core" if scope is Scope.SHARED else None, migrations)
    linted = lint(ProjectFiles(config, (track,), Templates({})), known, rules=RULES)
    assert not {problem.place.file for problem in linted.problems if problem.place} - {up.path, down.path}
    for finding in (*linted.result.findings, *linted.result.accepted):
        assert finding.message
        assert finding.place.line is not None
    return linted


def _script(path: str, text: str) -> Script:
    return Script(path, text.replace("{", "(").replace("}", ")"), Directives(), checksum="00" * 32)


def mutations(tokens: list[str]) -> st.SearchStrategy[list[str]]:
    """Statements with a token gone, doubled, swapped with another, or taken from another statement."""
    at = st.integers(0, len(tokens) - 1)
    foreign = st.sampled_from(TOKENS).flatmap(st.sampled_from)
    return st.one_of(
        st.just(tokens),
        at.map(lambda one: tokens[:one] + tokens[one + 1 :]),
        at.map(lambda one: tokens[:one] or tokens),
        at.map(lambda one: tokens[: one + 1] + tokens[one:]),
        st.tuples(at, at).map(lambda pair: swapped(tokens, *pair)),
        st.tuples(at, foreign).map(lambda pair: [*tokens[: pair[0]], pair[1], *tokens[pair[0] + 1 :]]),
        st.tuples(at, st.sampled_from(TOKENS)).map(lambda pair: tokens[: pair[0]] + pair[1][-pair[0] :]),
    )


def swapped(tokens: list[str], one: int, other: int) -> list[str]:
    tokens = list(tokens)
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return tokens


MUTATED = st.sampled_from(TOKENS).flatmap(mutations).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(
    statements=st.lists(MUTATED, min_size=1, max_size=4),
    tenancy=st.sampled_from(["schema", "shared", "both"]),
    scope=st.sampled_from(Scope),
)
def test_no_rule_fails_on_statements_that_went_wrong(configured, statements: list[str], tenancy: str, scope: Scope):
    judged(configured, ";\n".join(statements), tenancy=tenancy, scope=scope)


@pytest.mark.parametrize("tenancy", ["schema", "both"])
def test_no_rule_fails_on_any_statement_that_is_right(configured, tenancy: str):
    for start in range(0, len(FORMS), 20):
        linted = judged(configured, ";\n".join(FORMS[start : start + 20]), tenancy=tenancy)
        assert not linted.problems


# --- through the command ---


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`command(b"...")`: what `sqlmig lint` answers of these bytes as a migration."""
    (tmp_path / "sqlmig.yaml").write_text(SEVERAL_TENANTS.format(tenancy="both"))
    for scope in Scope:
        (tmp_path / scope.value).mkdir()
    monkeypatch.chdir(tmp_path)

    def command(content: bytes | str) -> Answer:
        (tmp_path / PATH).write_bytes(content.encode() if isinstance(content, str) else content)
        capsys.readouterr()
        status = run(["lint"])
        said = capsys.readouterr()
        assert "failed in a way" not in said.err
        assert "Traceback" not in said.out + said.err
        return Answer(status, said.out, said.err)

    return command


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("SELECT 1;\nSELECT 'open;\n", ":2:8: "),
        ('SELECT 1;\nSELECT "open;\n', ":2:8: "),
        ("DO $body$ BEGIN END $other$;\n", ":1:4: "),
        ("SELECT 1; /* /* */\n", ":1:11: "),
        ("SELECT {{ nothing }};\n", ":1: "),
        ("\n{% if true %}\nSELECT 1;\n", ""),
        (b"\xff\xfe\x00", ": "),
        (b"SELECT 1;\n\x00", ":2: "),
        (bytes(range(256)), ": "),
    ],
    ids=["quote", "name", "dollar", "comment", "undefined", "no endif", "binary", "NUL", "all bytes"],
)
def test_what_cannot_be_read_is_told_with_its_place(command, content, place):
    answer = command(content)
    assert answer.status == 2
    assert f"{PATH}{place}" in answer.out + answer.err


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "\ufeff",
        "-- only a comment\n",
        "/* only\n one */",
        ";;;",
        "{# nothing #}",
        "{% if false %}SELECT{% endif %}",
    ],
    ids=["empty", "line", "BOM", "comment", "block comment", "semicolons", "Jinja comment", "rendered to nothing"],
)
def test_a_file_with_nothing_to_run_has_no_statements(command, content):
    answer = command(content)
    assert answer.status in (0, 1)
    assert answer.out.splitlines()[-1].startswith("1 file, 0 statements (0 of them understood): ")


@pytest.mark.parametrize(
    "content",
    [
        "ALTER TABLE t FROBNICATE COLUMN a;\n",
        "CREATE FROB f ON t;\n",
        "DO $$ BEGIN ALTER TABLE t FROBNICATE; END $$;\n",
        "SELECT 1 2 3 4 ) (;\n",
    ],
    ids=["action", "statement", "in a body", "nonsense"],
)
def test_what_only_a_newer_server_knows_is_a_finding_with_its_place(command, content):
    answer = command(content)
    assert f"{PATH}:1:" in answer.out
    assert "unparsed-statement" in answer.out


NESTED = {
    "parentheses": ("SELECT ", "(", "1", ")", ""),
    "subqueries": ("", "SELECT (", "SELECT 1", ")", ""),
    "conditions": ("ALTER TABLE t ADD CHECK ", "(NOT ", "(a)", ")", ""),
    "policies": ("CREATE POLICY p ON t USING (", "(", "a", ")", ")"),
    "cases": ("UPDATE t SET a = ", "CASE WHEN a THEN ", "1", " END", ""),
    "joins": ("DELETE FROM t USING ", "(u JOIN ", "v", " ON true)", ""),
    "blocks": ("DO $$ ", "BEGIN ", "DELETE FROM t;", " END;", " $$"),
    "generated": ("CREATE TABLE n (a int, b int GENERATED ALWAYS AS (", "f(", "a", ")", ") STORED)"),
    "comments": ("SELECT 1 ", "/* ", "", " */", ""),
}


@pytest.mark.parametrize("levels", [100, 2000])
@pytest.mark.parametrize("name", NESTED)
def test_depth_is_answered(command, name, levels):
    start, opening, middle, closing, end = NESTED[name]
    answer = command(f"{start}{opening * levels}{middle}{closing * levels}{end};\n")
    assert answer.out.splitlines()[-1].startswith("1 file, ")
    assert " statement" in answer.out.splitlines()[-1]


@pytest.mark.parametrize(
    "part",
    ["ALTER TABLE t ADD COLUMN a{} int;\n", "INSERT INTO t VALUES ({}, 'x');\n", "CREATE INDEX i{} ON t (a);\n"],
    ids=["columns", "rows", "indexes"],
)
def test_two_thousand_statements_are_judged_in_time(command, part):
    started = time.process_time()
    answer = command("".join(map(part.format, range(2_000))))
    assert answer.out.splitlines()[-1].startswith("1 file, 2,000 statements (2,000 of them understood): ")
    assert time.process_time() - started < 20


@pytest.mark.slow
def test_a_file_of_five_megabytes_is_judged_within_two_minutes(command):
    started = time.process_time()
    answer = command("INSERT INTO t VALUES (1)" + ", (1, 'text', now())" * 250_000 + ";\n")
    assert answer.out.splitlines()[-1].startswith("1 file, 1 statement (1 of them understood): ")
    assert time.process_time() - started < 120

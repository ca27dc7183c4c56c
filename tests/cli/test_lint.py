"""`sqlmig lint`: what it looks at, what it prints where, what it exits with. No server is needed."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from onerule import CLEAN, INDEX, UP, config, files

FILES = files(f"-- For the list of an owner's deals.\n{INDEX}")
ERROR = f"{UP}:2:1: error: index-not-concurrent\n    {INDEX}    ^\n"
BROKEN = "SELECT {{ nothing }};\n"
TRACKS = "tracks: {core: {path: sql/platform, scope: shared, schema: core}}\n"


@pytest.fixture
def lint(offline, project) -> Callable:
    """`lint("--format", "json")` in a project whose second tenant migration has one error."""
    project(FILES)
    return lambda *words, before=(): offline(*before, "lint", *map(str, words))


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes | str], None]:
    def give(content: bytes | str) -> None:
        data = content.encode() if isinstance(content, str) else content
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)


@pytest.fixture
def committed(lint, tmp_path):
    """The same, all of it in the first commit of a repository."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "all")
    return lint


def judged(answer) -> int:
    """How many files were judged, from the counting line."""
    return int(re.match(r"(\d+) files?, ", answer.out.splitlines()[-1])[1])


def rules(answer) -> set[str]:
    return {finding["rule"] for finding in json.loads(answer.out)["findings"]}


# --- what it exits with ---


def test_an_error_is_shown_with_its_place_and_the_status_is_1(lint):
    answer = lint()
    assert (answer.status, answer.err) == (1, "")
    assert ERROR in answer.out
    assert answer.out.endswith("\n\n6 files, 6 statements (6 of them understood): 1 error\n")


def test_without_findings_the_status_is_0(lint):
    answer = lint("sql/platform")
    assert (answer.status, answer.out) == (0, "2 files, 2 statements (2 of them understood): nothing found\n")


@pytest.mark.parametrize(
    ("lines", "words", "status"),
    [
        ({}, "--fail-on never", 0),
        ({"fail_on": "never"}, "", 0),
        ({"fail_on": "never"}, "--fail-on error", 1),
        ({"rule": "warning"}, "", 0),
        ({"rule": "warning"}, "--fail-on warning", 1),
        ({"rule": "info"}, "--fail-on warning", 0),
    ],
)
def test_everything_is_shown_whatever_fails(lint, tmp_path, lines, words, status):
    (tmp_path / "sqlmig.yaml").write_text(config(**lines))
    answer = lint(UP, *words.split())
    assert answer.status == status
    assert ": index-not-concurrent\n" in answer.out


def test_what_cannot_be_read_is_status_2_and_findings_are_shown_all_the_same(lint, tmp_path):
    (tmp_path / "sql/tenant/0003_broken.up.sql").write_text(BROKEN)
    answer = lint()
    assert answer.status == 2
    assert ERROR in answer.out
    assert "error: sql/tenant/0003_broken.up.sql:1: 'nothing' is not defined; in scope are " in answer.out
    assert answer.out.splitlines()[-1].endswith(", 1 not read")
    assert lint("--fail-on", "never").status == 2


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("sql/tenant/0003_x.up.sql", b"\xff\xfe", "sql/tenant/0003_x.up.sql: is not UTF-8 text: byte 1 cannot be read"),
        ("sql/tenant/0003_x.up.sql", b"SELECT 'a;\n", "sql/tenant/0003_x.up.sql:1:8: "),
        ("sql/tenant/nonsense.sql", b"SELECT 1;", "sql/tenant/nonsense.sql: is no migration's name"),
        ("sql/tenant/0003_x.up.sql", b"-- sqlmig: trnsaction off\n", "unknown directive 'trnsaction'; did you mean"),
        ("sql/macros/m.sql", b"\xff", "sql/macros/m.sql: is not UTF-8 text"),
    ],
    ids=["binary", "quote", "name", "directive", "macros"],
)
def test_broken_files_are_told_with_their_place(lint, project, file, content, said):
    project({file: content})
    answer = lint()
    assert answer.status == 2
    assert f"error: {said}" in answer.out or said in answer.out
    assert answer.out.splitlines()[-1].endswith(" not read")
    assert lint("--format", "json", file).json["problems"][0]["message"] in answer.out


def test_a_broken_file_that_is_named_is_no_stranger(lint, project):
    project({"sql/tenant/0003_x.up.sql": b"\xff"})
    assert lint("sql/tenant/0003_x.up.sql").err == ""


def test_a_rule_that_there_is_not_is_refused_at_its_place_before_anything_else(lint, tmp_path):
    (tmp_path / "sqlmig.yaml").write_text(f"{TRACKS}lint:\n  rules: {{index-not-concurent: off}}\n")
    answer = lint()
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        "sqlmig: error: sqlmig.yaml:3:11: lint.rules.index-not-concurent: there is no rule 'index-not-concurent';"
        " did you mean 'index-not-concurrent'?\n"
        "      rules: {index-not-concurent: off}\n"
        "              ^\n"
        "  next: see `sqlmig lint --list-rules`\n"
    )


def test_a_rule_that_there_is_not_is_refused_for_a_path_too(lint, tmp_path):
    (tmp_path / "sqlmig.yaml").write_text(f"{TRACKS}lint:\n  paths:\n    sql/core/0*:\n      nonsense: off\n")
    answer = lint()
    assert answer.status == 2
    assert answer.err.startswith("sqlmig: error: sqlmig.yaml:5:7: lint.paths.sql/core/0*.nonsense: there is no rule")
    assert "did you mean" not in answer.err


@pytest.mark.parametrize("form", ["sarif", "github", "gitlab", "junit", "text"])
def test_an_error_before_linting_leaves_stdout_empty(lint, tmp_path, form):
    (tmp_path / "sqlmig.yaml").write_text("tracks: 3\n")
    answer = lint("--format", form)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("sqlmig: error: sqlmig.yaml:1:9: ")


def test_an_error_before_linting_is_a_document_for_a_program(lint, tmp_path):
    (tmp_path / "sqlmig.yaml").write_text("tracks: 3\n")
    answer = lint("--format", "json")
    assert (answer.status, answer.err) == (2, "")
    assert (answer.json["format"], answer.json["kind"]) == ("sqlmig.error/1", "config")


def test_a_database_url_that_is_not_set_here_is_not_asked_for(lint, tmp_path, monkeypatch):
    monkeypatch.delenv("NOT_SET_HERE", raising=False)
    with (tmp_path / "sqlmig.yaml").open("a") as file:
        file.write("environments: {production: {database_url: '${NOT_SET_HERE}', lint: {fail_on: never}}}\n")
    assert lint("--env", "production").status == 0


def test_a_crash_is_never_a_success(lint, monkeypatch):
    def broken(*_words: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sqlmig.lint.judge.Judge.file", broken)
    answer = lint("--fail-on", "never")
    assert (answer.status, answer.out) == (2, "")
    assert "failed in a way that it should not: ZeroDivisionError" in answer.err


# --- what it looks at ---


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        ([UP], 1),
        ([f"./{UP}", UP], 1),
        (["sql/tenant"], 4),
        (["sql/tenant", "sql/platform/0001_a.up.sql"], 5),
        (["."], 6),
        (["sqlmig.yaml"], 6),
    ],
    ids=["file", "twice", "folder", "both", "root", "configuration"],
)
def test_only_the_files_that_are_meant_are_judged(lint, paths, files):
    assert judged(lint(*paths)) == files


def test_paths_start_from_the_current_folder_and_so_do_those_that_are_shown(lint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "sql/tenant")
    answer = lint("0002_index.up.sql", "../platform")
    assert answer.out.startswith("0002_index.up.sql:2:1: error: index-not-concurrent\n")
    assert judged(answer) == 3


def test_a_project_elsewhere_is_shown_with_paths_that_can_be_opened_here(offline, project, tmp_path):
    project({f"shop/{name}": content for name, content in FILES.items()})
    assert f"shop/{ERROR}" in offline("--config", "shop", "lint").out
    assert f"shop/{ERROR}" in offline("--config", "shop/sqlmig.yaml", "lint", f"shop/{UP}").out


def test_the_schema_comes_from_all_earlier_files_whatever_is_judged(lint, tmp_path):
    assert ERROR in lint(UP).out
    (tmp_path / "sql/tenant/0001_deals.up.sql").unlink()
    (tmp_path / "sql/tenant/0001_deals.down.sql").unlink()
    (tmp_path / UP).write_text(f"CREATE TABLE deals (owner text);\n{INDEX}")
    assert "index-not-concurrent" not in lint(UP).out


def test_a_macro_file_stands_for_the_migrations_that_import_it(lint, project):
    project(
        {
            "sql/macros/m.sql": "{% macro index(name) %}CREATE INDEX {{ name }} ON deals (owner);{% endmacro %}",
            "sql/macros/idle.sql": "{% macro x() %}{% endmacro %}",
            "sql/tenant/0003_m.up.sql": "{% from 'm.sql' import index %}\n{{ index('i') }}\n",
            "sql/tenant/0003_m.down.sql": CLEAN,
        }
    )
    answer = lint("sql/macros/m.sql")
    assert judged(answer) == 1
    assert "sql/macros/m.sql:1:24: error: index-not-concurrent\n" in answer.out
    assert "\n  in sql/tenant/0003_m.up.sql\n" in answer.out
    assert lint("sql/macros/idle.sql").err == "not judged: sql/macros/idle.sql is no migration of this project\n"


def test_strangers_are_named_and_fail_nothing(lint, project):
    project({"README.sql": "not SQL", "docs/example.sql": "DROP TABLE x;", "sql/lifecycle/seed.sql": CLEAN})
    answer = lint("README.sql", "docs", "sql/lifecycle/seed.sql", "sql/platform")
    assert answer.status == 0
    assert answer.err.splitlines() == [
        f"not judged: {path} is no migration of this project"
        for path in ("README.sql", "docs", "sql/lifecycle/seed.sql")
    ]
    assert judged(answer) == 2
    assert lint("README.sql", "--format", "json").json["ignored"] == ["README.sql"]


def test_a_path_that_is_not_there_is_refused(lint):
    answer = lint("sql/tenant/0009_x.up.sql")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        "sqlmig: error: there is no file or folder sql/tenant/0009_x.up.sql\n"
        "  next: name files of the project, or none for all\n"
    )


def test_a_link_to_a_folder_of_migrations_is_followed(lint, tmp_path):
    (tmp_path / "linked").symlink_to("sql/tenant")
    assert judged(lint("linked")) == 4
    assert judged(lint("linked/0002_index.up.sql")) == 1


def test_what_an_adopting_project_has_already_is_not_judged(lint, tmp_path):
    (tmp_path / "sqlmig.yaml").write_text(config(since=3))
    answer = lint()
    assert (answer.status, judged(answer)) == (0, 0)


# --- since ---


def test_since_judges_what_changed_on_the_schema_of_everything(committed, project):
    assert judged(committed("--since", "main")) == 0
    project({"sql/tenant/0003_more.up.sql": INDEX.replace("_owner", "_2"), "sql/tenant/0003_more.down.sql": CLEAN})
    answer = committed("--since", "main")
    assert judged(answer) == 2
    assert "sql/tenant/0003_more.up.sql:1:1: error: index-not-concurrent\n" in answer.out
    assert UP not in answer.out
    assert judged(committed("--since", "main", "sql/tenant/0003_more.down.sql", UP)) == 1


def test_since_judges_the_migrations_whose_macros_changed(committed, project, tmp_path):
    macro = "{% macro x() %}SELECT 1;{% endmacro %}"
    project({"sql/macros/m.sql": macro, UP: "{% from 'm.sql' import x %}{{ x() }}"})
    git(tmp_path, "commit", "--quiet", "--all", "--message", "x")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "macro")
    assert judged(committed("--since", "main")) == 0
    project({"sql/macros/m.sql": macro.replace("1", "2")})
    answer = committed("--since", "main", "--format", "json")
    assert answer.json["counts"]["files"] == 1


def test_since_counts_stdin_as_changed(committed, stdin):
    stdin(INDEX)
    assert judged(committed("--since", "main", "-", "--stdin-filename", UP)) == 1


def test_since_a_ref_that_there_is_not_is_refused(committed):
    answer = committed("--since", "mian")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("sqlmig: error: git knows no 'mian'\n  next: ")


def test_since_outside_of_a_repository_is_refused(lint):
    answer = lint("--since", "main")
    assert answer.status == 2
    assert answer.err.startswith("sqlmig: error: git: not a git repository")


# --- stdin ---


def test_stdin_stands_in_place_of_a_file(lint, stdin):
    stdin(CLEAN)
    assert lint("-", "--stdin-filename", UP).status == 0
    stdin(f"\n\n{INDEX}")
    answer = lint("-", "--stdin-filename", "sql/tenant/0001_deals.down.sql")
    assert answer.out.startswith("sql/tenant/0001_deals.down.sql:3:1: error: index-not-concurrent\n")
    assert judged(answer) == 1


def test_stdin_may_be_a_file_that_is_not_there_yet(lint, stdin, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "sql/tenant")
    stdin(b"\xef\xbb\xbf-- head\r\n" + INDEX.encode())
    answer = lint("-", "--stdin-filename", "0007_new.up.sql")
    assert answer.out.startswith("0007_new.up.sql:2:1: error: index-not-concurrent\n")
    assert judged(answer) == 1
    assert not Path("0007_new.up.sql").exists()


def test_stdin_mends_what_is_broken_on_disk(lint, stdin, project):
    project({"sql/tenant/0003_x.up.sql": b"\xff", "sql/tenant/0003_x.down.sql": CLEAN})
    stdin(CLEAN)
    assert lint("-", "--stdin-filename", "sql/tenant/0003_x.up.sql").status == 0


def test_stdin_is_a_template_like_any_other(lint, stdin):
    stdin(BROKEN)
    answer = lint("-", "--stdin-filename", UP)
    assert answer.status == 2
    assert f"error: {UP}:1: 'nothing' is not defined" in answer.out


def test_stdin_may_come_with_files(lint, stdin):
    stdin(CLEAN)
    assert judged(lint("-", "sql/platform", "--stdin-filename", UP)) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", f"{UP}: is not UTF-8 text: byte 1 cannot be read"),
        (b"SELECT 1;\n\x00", f"{UP}:2: has a NUL byte, which SQL cannot carry"),
    ],
    ids=["binary", "NUL"],
)
def test_stdin_that_is_no_text_is_refused(lint, stdin, content, said):
    stdin(content)
    answer = lint("-", "--stdin-filename", UP)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == f"sqlmig: error: {said}\n  next: save the file as UTF-8\n"


@pytest.mark.parametrize(
    "path", ["0001_x.up.sql", "sql/0001_x.up.sql", "sql/tenant/x.txt", "sql/tenant/deep/0001_x.up.sql"]
)
def test_stdin_must_be_where_a_migration_can_be(lint, stdin, path):
    stdin(CLEAN)
    answer = lint("-", "--stdin-filename", path)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        f"sqlmig: error: {path} is no place for a migration\n  next: name a .sql file in sql/platform or sql/tenant\n"
    )


# --- where it is written ---


def test_several_reports_come_from_one_run(lint, tmp_path):
    answer = lint("--output", "sarif=lint.sarif", "--output", "junit=x.xml", "--output=text=lint.txt")
    assert ERROR in answer.out
    assert json.loads((tmp_path / "lint.sarif").read_text())["version"] == "2.1.0"
    assert len(list(ET.parse(tmp_path / "x.xml").iter("failure"))) == 1
    assert (tmp_path / "lint.txt").read_text() == answer.out


@pytest.mark.parametrize(
    ("words", "message", "advice"),
    [
        (
            "--output lint.sarif",
            "--output: 'lint.sarif' is not FORMAT=FILE, such as sarif=lint.sarif",
            "`sqlmig lint --help` shows what it takes",
        ),
        (
            "--output sarf=lint.sarif",
            "--output: there is no 'sarf'; did you mean 'sarif'?",
            "`sqlmig lint --help` shows what it takes",
        ),
        ("--output json=x --output sarif=x", "--output names x twice", "give each report a file of its own"),
        ("--output json=no/x.json", "no/x.json cannot be written: No such file or directory", "name another file"),
        ("--format checkstyle", "--format: there is no 'checkstyle'; known: ", None),
        (
            "--fail-on eror",
            "--fail-on: there is no 'eror'; did you mean 'error'?",
            "`sqlmig lint --help` shows what it takes",
        ),
        (
            "-",
            "the path - needs --stdin-filename",
            "say which file it stands in place of: --stdin-filename FILE",
        ),
        (f"--stdin-filename {UP}", "--stdin-filename needs the path -", "add -, or leave the option out"),
        (f"- - --stdin-filename {UP}", "the path - stands here twice", "give it once"),
        (f"--fix - --stdin-filename {UP}", "--fix writes files, and stdin is none", "leave one of them out"),
        ("--yes", "--yes needs --fix", "add --fix, or leave --yes out"),
        ("--list-rules --format sarif", "--list-rules answers as text or json, not as sarif", "leave --format out"),
        (
            "--explain rls-mising",
            "there is no rule 'rls-mising'; did you mean 'rls-missing'?",
            "`sqlmig lint --list-rules` shows all of them",
        ),
    ],
)
def test_a_call_that_makes_no_sense_says_what_to_write_instead(lint, words, message, advice):
    answer = lint(*words.split())
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"sqlmig: error: {message}")
    assert advice is None or answer.err == f"sqlmig: error: {message}\n  next: {advice}\n"


def test_accepted_findings_are_counted_and_listed_with_v(lint, tmp_path):
    (tmp_path / UP).write_text(f"-- sqlmig: allow index-not-concurrent: 40 rows, ever\n{INDEX}")
    answer = lint(UP)
    assert (answer.status, answer.out.splitlines()[-1][-10:]) == (0, "1 accepted")
    assert "index-not-concurrent" not in answer.out
    assert "accepted: index-not-concurrent\n" in lint(UP, "-v").out
    assert "  reason: 40 rows, ever\n" in lint(UP, "-v").out
    [finding] = lint(UP, "--format", "json").json["findings"]
    assert finding["accepted"] == "40 rows, ever"


def test_json_is_alone_on_stdout(lint, project):
    project({"README.sql": ""})
    answer = lint("--format", "json", "README.sql", UP)
    assert answer.status == 1
    assert answer.json["format"] == "sqlmig.lint/1"
    assert answer.json["root"] == str(Path.cwd())
    assert [finding["place"]["file"] for finding in answer.json["findings"]] == [UP]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("github", f"::error file=shop/{UP},line=2,col=1,title=index-not-concurrent::"),
        ("gitlab", f'"path": "shop/{UP}"'),
        ("sarif", f'"uri": "shop/{UP}"'),
        ("junit", f'name="shop/{UP}"'),
    ],
)
def test_reports_for_ci_have_paths_from_the_top_of_the_repository(offline, project, tmp_path, monkeypatch, form, shown):
    project({f"shop/{name}": content for name, content in FILES.items()})
    git(tmp_path, "init", "--quiet")
    monkeypatch.chdir(tmp_path / "shop/sql")
    answer = offline("lint", "--format", form)
    assert answer.status == 1
    assert shown in answer.out


def test_without_a_repository_reports_for_ci_have_paths_from_the_project(offline, project, tmp_path, monkeypatch):
    project({f"shop/{name}": content for name, content in FILES.items()})
    monkeypatch.chdir(tmp_path / "shop/sql")
    assert offline("lint", "--format", "github").out.startswith(f"::error file={UP},")


def test_what_stands_in_a_macro_that_comes_with_sqlmig_is_said_of_the_migration(lint, project):
    project({UP: "{% from 'sqlmig/pgvector.sql' import hnsw_index %}\n{{ hnsw_index('deals', column='owner') }};\n"})
    found = lint(UP, "--format", "json").json["findings"]
    assert ("index-not-concurrent", "sqlmig/pgvector.sql", UP) in {
        (finding["rule"], finding["place"]["file"], finding["script"]) for finding in found
    }
    shown = lint(UP, "--format", "github").out
    assert f"::error file={UP},title=index-not-concurrent::sqlmig/pgvector.sql:" in shown
    assert "file=sqlmig/pgvector.sql" not in shown


def test_a_failure_that_reaches_the_gate_is_a_failure_of_junit_too(lint):
    report = ET.fromstring(lint("--format", "junit", "--fail-on", "never").out)
    assert report.get("failures") == "0"
    assert ET.fromstring(lint("--format", "junit").out).get("failures") == "1"


# --- rules ---


def test_the_rules_are_listed_without_a_project(offline):
    answer = offline("lint", "--list-rules")
    assert answer.status == 0
    assert re.search(r"^index-not-concurrent +core +error +CREATE INDEX without CONCURRENTLY", answer.out, re.MULTILINE)
    document = offline("lint", "--list-rules", "--format", "json").json
    assert document["format"] == "sqlmig.rules/1"
    assert "index-not-concurrent" in {rule["name"] for rule in document["rules"]}


def test_a_rule_is_explained_by_its_page(offline):
    answer = offline("lint", "--explain", "index-not-concurrent")
    assert answer.status == 0
    assert answer.out.startswith("# index-not-concurrent\n\nCREATE INDEX without CONCURRENTLY")
    document = offline("lint", "--explain", "index-not-concurrent", "--format", "json").json
    assert document["page"] == answer.out


# --- how it starts ---


def test_it_starts_without_what_it_does_not_need(lint, tmp_path):
    command = [sys.executable, "-X", "importtime", "-m", "sqlmig", "lint"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 1, answer.stderr
    imported = {line.rpartition("|")[2].strip() for line in answer.stderr.splitlines()}
    assert "sqlmig.lint.run" in imported
    heavy = {"psycopg", "rich", "tarfile", "asyncio", "subprocess", "xml.etree.ElementTree"}
    assert not heavy & imported
    assert not {"sqlmig.api", "sqlmig.engine", "sqlmig.project.git", "sqlmig.report.lint_sarif"} & imported

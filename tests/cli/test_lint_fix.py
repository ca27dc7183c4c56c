"""`sqlmig lint --fix`: shown first, written when somebody says yes, and nothing else in the file is touched."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

from onerule import CLEAN, INDEX, UP, config, files

FIXED = "CREATE INDEX CONCURRENTLY deals_owner ON deals (owner);\n"
OFF = "-- sqlmig: transaction off\n"
FILES = files(f"-- Why.\n{INDEX}")
DIFF = f"""\
--- a/{UP}
+++ b/{UP}
@@ -1,2 +1,3 @@
+{OFF} -- Why.
-{INDEX}+{FIXED}"""


@pytest.fixture
def lint(offline, project) -> Callable:
    project(FILES)
    return lambda *words: offline("lint", *words)


@pytest.fixture
def text(tmp_path) -> Callable[..., str]:
    """The migration as it lies on disk."""
    return lambda name=UP: (tmp_path / name).read_bytes().decode()


def test_without_anybody_to_ask_it_only_shows_what_it_would_do(lint, text):
    answer = lint("--fix")
    assert answer.status == 1
    assert answer.out.startswith(DIFF)
    assert answer.err == "nothing was written; to write it: --fix --yes\n"
    assert text() == FILES[UP]
    assert ": error: index-not-concurrent\n" in answer.out


def test_what_it_would_do_is_status_1_even_where_the_finding_fails_nothing(lint):
    assert lint("--fix", "--fail-on", "never").status == 1


def test_with_yes_it_writes_and_says_what_is_left(lint, text):
    answer = lint("--fix", "--yes")
    assert answer.status == 0
    assert text() == f"{OFF}-- Why.\n{FIXED}"
    assert answer.out == f"{DIFF}\n6 files, 6 statements (6 of them understood): nothing found\n"
    again = lint("--fix", "--yes")
    assert (again.status, again.err) == (0, "there is nothing to fix\n")


@pytest.mark.parametrize(("answered", "status"), [("y", 0), ("n", 1)])
def test_on_a_terminal_it_asks(lint, text, tmp_path, answered, status):
    controller, terminal = pty.openpty()
    os.write(controller, f"{answered}\n".encode())
    command = [sys.executable, "-m", "sqlmig", "lint", "--fix"]
    answer = subprocess.run(command, cwd=tmp_path, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, check=False)
    os.close(terminal)
    os.close(controller)
    assert answer.returncode == status
    assert answer.stdout.decode().startswith(DIFF)
    assert (text() != FILES[UP]) == (answered == "y")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"-- é\r\n{INDEX[:-1]}\r\n", f"{OFF[:-1]}\r\n-- é\r\n{FIXED[:-1]}\r\n"),
        (f"\ufeff{INDEX}", f"\ufeff{OFF}{FIXED}"),
        (INDEX[:-1], f"{OFF}{FIXED[:-1]}"),
    ],
    ids=["CRLF", "byte order mark", "no line end"],
)
def test_line_ends_and_byte_order_mark_stay(lint, project, text, before, after):
    project({UP: before.encode()})
    assert lint("--fix", "--yes").status == 0
    assert text() == after


def test_rights_of_a_file_stay_and_nothing_is_left_beside_it(lint, tmp_path):
    (tmp_path / UP).chmod(0o640)
    lint("--fix", "--yes")
    assert (tmp_path / UP).stat().st_mode & 0o777 == 0o640
    assert {path.name for path in (tmp_path / UP).parent.iterdir()} == {
        name.rpartition("/")[2] for name in FILES if name.startswith("sql/tenant/")
    }


def test_a_link_stays_a_link(lint, tmp_path, text):
    (tmp_path / UP).rename(tmp_path / "elsewhere.sql")
    (tmp_path / UP).symlink_to("../../elsewhere.sql")
    assert lint("--fix", "--yes").status == 0
    assert (tmp_path / UP).is_symlink()
    assert text("elsewhere.sql") == f"{OFF}-- Why.\n{FIXED}"


def test_a_template_keeps_its_expressions(lint, project, text):
    template = "{# Why. #}\nCREATE INDEX {{ (schema ~ '_owner') | ident }} ON deals (owner);\n"
    project({UP: template})
    assert lint("--fix", "--yes").status == 0
    assert text() == f"{OFF}{template.replace('INDEX', 'INDEX CONCURRENTLY')}"


def test_each_tenant_that_templates_are_rendered_for_gets_its_own_text(lint, project, text, tmp_path):
    samples = [{"slug": "a"}, {"slug": "longer", "tier": "pro"}]
    index = "{% if tenant.tier is defined %}CREATE INDEX {{ tenant.slug }} ON deals (owner);{% endif %}"
    template = f"-- For {{{{ tenant.slug }}}}.\n{index}\n"
    project({"sqlmig.yaml": config(samples=samples), UP: template})
    assert lint("--fix", "--yes").status == 0
    assert text() == f"{OFF}{template.replace('INDEX', 'INDEX CONCURRENTLY')}"


def test_what_a_macro_gave_is_left_alone_and_said(lint, project, text):
    macro = "{% macro index(name) %}CREATE INDEX {{ name }} ON deals (owner);{% endmacro %}\n"
    template = "{% from 'm.sql' import index %}\n{{ index('i') }}\n"
    project({"sql/macros/m.sql": macro, UP: template})
    answer = lint("--fix", "--yes")
    assert answer.status == 1
    assert answer.err == (
        "not fixed: sql/macros/m.sql:1:24: index-not-concurrent: sql/macros/m.sql gave this,"
        " which other migrations may import too\n"
        "there is nothing to fix\n"
    )
    assert (text(), text("sql/macros/m.sql")) == (template, macro)


@pytest.mark.parametrize(
    "content",
    [f"{INDEX}SELECT 1;\n", f"DO $$ BEGIN {INDEX} END $$;\n", f"-- sqlmig: allow index-not-concurrent: few\n{INDEX}"],
    ids=["another statement", "in a block", "accepted"],
)
def test_what_is_not_certain_is_not_offered(lint, project, text, content):
    project({UP: content})
    answer = lint("--fix", "--yes", UP)
    assert (answer.err, text()) == ("there is nothing to fix\n", content)


def test_only_files_that_are_judged_are_touched(lint, project, text):
    other = "sql/tenant/0003_more.up.sql"
    project({other: INDEX.replace("_owner", "_2"), "sql/tenant/0003_more.down.sql": CLEAN})
    lint("--fix", "--yes", other)
    assert text() == FILES[UP]
    assert text(other).startswith(OFF)


def test_the_diff_does_not_disturb_a_document_on_stdout(lint, text):
    answer = lint("--fix", "--format", "json")
    assert answer.status == 1
    assert answer.err == f"{DIFF}nothing was written; to write it: --fix --yes\n"
    assert answer.json["findings"][0]["fix"] == {
        "title": "add CONCURRENTLY, outside of a transaction",
        "file": UP,
        "edits": [
            {"start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 1}, "text": OFF},
            {"start": {"line": 2, "column": 13}, "end": {"line": 2, "column": 13}, "text": " CONCURRENTLY"},
        ],
    }
    written = lint("--fix", "--yes", "--format", "json")
    assert (written.status, written.json["findings"]) == (0, [])


def test_sarif_carries_the_fix(lint):
    [result] = lint("--format", "sarif").json["runs"][0]["results"]
    [fix] = result["fixes"]
    assert fix["description"]["text"] == "add CONCURRENTLY, outside of a transaction"
    assert len(fix["artifactChanges"][0]["replacements"]) == 2


def test_a_file_that_cannot_be_written_is_left_as_it_was(lint, text, tmp_path):
    name = f".{UP.rpartition('/')[2]}.{os.getpid()}.new"
    (tmp_path / UP).with_name(name).write_text("taken")
    answer = lint("--fix", "--yes")
    assert answer.status == 2
    assert answer.err == (
        f"sqlmig: error: {UP} cannot be written: File exists\n"
        "  state: 0 of 1 files were written before it; it is as it was\n"
        "  next: check the file and its rights\n"
    )
    assert text() == FILES[UP]

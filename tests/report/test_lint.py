"""The linter's findings as people read them."""

import pytest

from findings import INDEX, at, finding
from sqlmig.errors import Place, Problem
from sqlmig.lint.values import LintResult, Severity
from sqlmig.report.lint import finding_text, lint_text, summary
from sqlmig.report.table import Style


def test_a_finding_says_what_happens_where_what_to_write_and_how_to_accept_it():
    assert finding_text(INDEX) == (
        "sql/tenant/0007_owner.up.sql:3:8: error: index-not-concurrent\n"
        "    CREATE INDEX i ON deals (owner);\n"
        "           ^\n"
        "  Building this index blocks every INSERT on deals.\n"
        "  Build it outside of a transaction:\n"
        "      CREATE INDEX CONCURRENTLY i ON deals (owner);\n"
        "  To accept it, write above the statement: -- sqlmig: allow index-not-concurrent: <the reason>"
    )


def test_a_finding_in_a_macro_names_the_migration_that_uses_it():
    text = finding_text(finding(place=at("sql/macros/m.sql", 1, 1, "x"), script="sql/tenant/0007_owner.up.sql"))
    assert text.splitlines()[:4] == [
        "sql/macros/m.sql:1:1: error: index-not-concurrent",
        "    x",
        "    ^",
        "  in sql/tenant/0007_owner.up.sql",
    ]


def test_what_stands_above_no_statement_cannot_be_accepted_and_is_not_said_to_be():
    assert "To accept it" not in finding_text(finding(statement=None))


def test_the_last_line_counts_also_when_nothing_was_found():
    assert lint_text(LintResult((), files=1, statements=1, understood=1)) == (
        "1 file, 1 statement (1 of them understood): nothing found\n"
    )


def test_what_could_not_be_read_is_told_and_counted():
    problem = Problem("the template failed: x", Place("sql/tenant/0001_a.up.sql", 2), "correct the template")
    text = lint_text(LintResult((INDEX,), files=2, statements=5, understood=4), [problem])
    assert text.endswith(
        "\n\nerror: sql/tenant/0001_a.up.sql:2: the template failed: x\n  next: correct the template\n\n"
        "2 files, 5 statements (4 of them understood): 1 error, 1 not read\n"
    )


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        (["error"], "1 error"),
        (["error", "error", "warning"], "2 errors, 1 warning"),
        (["warning", "warning", "info", "info"], "2 warnings, 2 info"),
    ],
    ids=["one", "by severity", "info has no plural"],
)
def test_the_last_line_counts_by_severity(severities, said):
    result = LintResult(tuple(finding(severity=Severity(name)) for name in severities))
    assert summary(result) == f"0 files, 0 statements (0 of them understood): {said}"


def test_accepted_findings_are_counted_and_listed_when_asked_for():
    result = LintResult((), (finding(accepted="40 rows, ever"),), files=1, statements=1, understood=1)
    assert lint_text(result) == "1 file, 1 statement (1 of them understood): nothing found, 1 accepted\n"
    assert lint_text(result, accepted=True).startswith(
        "sql/tenant/0007_owner.up.sql:3:8: accepted: index-not-concurrent\n"
        "  Building this index blocks every INSERT on deals.\n"
        "  reason: 40 rows, ever\n\n"
    )


def test_severity_and_rule_are_painted_and_nothing_else():
    text = finding_text(INDEX, style=Style(lambda text, tone: f"<{tone.value}>{text}</>"))
    assert text.splitlines()[0] == "sql/tenant/0007_owner.up.sql:3:8: <bad>error</>: <head>index-not-concurrent</>"
    assert text.count("</>") == 2

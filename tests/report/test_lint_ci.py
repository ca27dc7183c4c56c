"""The linter's findings as GitHub, GitLab and readers of JUnit reports take them."""

import xml.etree.ElementTree as ET

import pytest

from findings import INDEX, at, finding, report
from sqlmig.errors import Place, Problem
from sqlmig.lint.values import Severity
from sqlmig.report.lint_github import lint_github
from sqlmig.report.lint_gitlab import lint_gitlab
from sqlmig.report.lint_junit import lint_junit

UNREADABLE = Problem("the template failed: 100 %, of it", Place("sql/tenant/0009_x.up.sql", 2, 1, "{{ x }}"), "mend it")


# --- GitHub ---


def test_github_gets_a_line_for_each_finding_and_the_counting_line():
    assert lint_github(report(INDEX)) == (
        "::error file=sql/tenant/0007_owner.up.sql,line=3,col=8,title=index-not-concurrent"
        "::Building this index blocks every INSERT on deals.%0ABuild it outside of a transaction:"
        "%0ACREATE INDEX CONCURRENTLY i ON deals (owner);\n"
        "1 file, 4 statements (3 of them understood): 1 error\n"
    )


@pytest.mark.parametrize(("severity", "command"), [("error", "error"), ("warning", "warning"), ("info", "notice")])
def test_github_has_a_command_for_each_severity(severity, command):
    assert lint_github(report(finding(severity=Severity(severity)))).startswith(f"::{command} file=")


def test_github_s_own_marks_are_escaped_so_that_no_text_ends_a_command_or_begins_one():
    odd = finding(place=at("sql/a,b:c%d.sql", 1, 1), message="100 %\r\n::error::mine", instead="", sql="")
    first, _ = lint_github(report(odd)).splitlines()
    assert first == (
        "::error file=sql/a%2Cb%3Ac%25d.sql,line=1,col=1,title=index-not-concurrent::100 %25%0D%0A::error::mine"
    )


def test_github_gets_no_line_number_where_there_is_none():
    assert lint_github(report(finding(place=Place("a.sql")))).startswith("::error file=a.sql,title=index-")


def test_github_is_told_what_could_not_be_read():
    first, last = lint_github(report(problems=(UNREADABLE,))).splitlines()
    assert first == (
        "::error file=sql/tenant/0009_x.up.sql,line=2,col=1,title=sqlmig lint could not read this"
        "::the template failed: 100 %25, of it%0Amend it"
    )
    assert last.endswith("1 not read")


def test_github_gets_no_accepted_finding():
    text = lint_github(report(finding(accepted="40 rows, ever")))
    assert text == "1 file, 4 statements (3 of them understood): nothing found, 1 accepted\n"


# --- GitLab ---


def test_gitlab_gets_an_issue_for_each_finding():
    [issue] = lint_gitlab(report(INDEX))
    assert len(issue.pop("fingerprint")) == 32
    assert issue == {
        "description": "Building this index blocks every INSERT on deals. Build it outside of a transaction:",
        "check_name": "index-not-concurrent",
        "severity": "major",
        "location": {"path": "sql/tenant/0007_owner.up.sql", "lines": {"begin": 3}},
    }


def test_gitlab_s_severities():
    found = [finding(severity=severity) for severity in Severity]
    assert [issue["severity"] for issue in lint_gitlab(report(*found))] == ["info", "minor", "major"]


def test_gitlab_is_told_what_could_not_be_read():
    [one, other] = lint_gitlab(report(problems=(UNREADABLE, Problem("nothing is there"))))
    assert (one["severity"], one["check_name"]) == ("blocker", "could-not-read")
    assert one["description"] == "the template failed: 100 %, of it; mend it"
    assert other["location"] == {"path": "sqlmig.yaml", "lines": {"begin": 1}}


def marks(*findings):
    return [issue["fingerprint"] for issue in lint_gitlab(report(*findings))]


def test_a_finding_keeps_its_mark_when_it_moves_and_when_it_is_said_in_other_words():
    line = "CREATE INDEX i ON deals (owner);"
    moved = finding(place=at(INDEX.script, 30, 12, f"    {line}"), message="Other words.", severity=Severity.INFO)
    assert marks(moved) == marks(INDEX)


@pytest.mark.parametrize(
    "other",
    [
        finding(rule="index-duplicate"),
        finding(place=at("sql/tenant/0008_x.up.sql", 3, 8, INDEX.place.excerpt)),
        finding(place=at(INDEX.script, 3, 8, "CREATE INDEX j ON deals (owner);")),
    ],
    ids=["rule", "file", "text of the line"],
)
def test_another_finding_has_another_mark(other):
    assert marks(other) != marks(INDEX)


def test_marks_are_unique_for_findings_that_are_alike():
    alike = [finding(place=at(INDEX.script, line, 8, INDEX.place.excerpt)) for line in (3, 4, 5)]
    alike_problems = [Problem(UNREADABLE.message, at("a.sql", line, 1, "x")) for line in (1, 2)]
    issues = lint_gitlab(report(*alike, problems=tuple(alike_problems)))
    assert len({issue["fingerprint"] for issue in issues}) == 5


def test_accepting_one_of_two_alike_leaves_the_mark_of_the_other():
    first, second = (finding(place=at(INDEX.script, line, 8, INDEX.place.excerpt)) for line in (3, 4))
    accepted = finding(place=first.place, accepted="ever")
    assert marks(accepted, second) == marks(first, second)[1:]


# --- JUnit ---


def junit(*arguments, fail_on="error", **values):
    return ET.fromstring(lint_junit(report(*arguments, **values), fail_on=fail_on))


def test_junit_has_a_case_for_each_file_and_its_findings_in_one_failure():
    other = finding(rule="rls-missing", place=at(INDEX.script, 9, 1))
    suites = junit(INDEX, other, files=(INDEX.script, "sql/tenant/0001_a.up.sql"))
    assert [(case.get("name"), len(case)) for case in suites.iter("testcase")] == [
        ("sql/tenant/0001_a.up.sql", 0),
        ("sql/tenant/0007_owner.up.sql", 1),
    ]
    [failure] = suites.iter("failure")
    assert failure.get("message") == "index-not-concurrent, rls-missing"
    assert failure.text.startswith("sql/tenant/0007_owner.up.sql:3:8: error: index-not-concurrent\n")
    assert "\n\nsql/tenant/0007_owner.up.sql:9:1: error: rls-missing\n" in failure.text
    assert {suite.get("tests") for suite in (suites, suites[0])} == {"2"}
    assert {suite.get("failures") for suite in (suites, suites[0])} == {"1"}


@pytest.mark.parametrize(
    ("severity", "fail_on", "failures"),
    [("error", "error", 1), ("warning", "error", 0), ("warning", "warning", 1), ("error", "never", 0)],
)
def test_junit_fails_where_the_command_does_and_shows_the_rest(severity, fail_on, failures):
    suites = junit(finding(severity=Severity(severity)), fail_on=fail_on)
    assert len(list(suites.iter("failure"))) == failures
    assert INDEX.message in "".join(suites.itertext())


def test_junit_has_an_error_for_what_could_not_be_read():
    suites = junit(problems=(UNREADABLE,), files=("sql/tenant/0001_a.up.sql",))
    [error] = suites.iter("error")
    assert suites.find("testsuite/testcase[@name='sql/tenant/0009_x.up.sql']/error") is error
    assert error.text.startswith("sql/tenant/0009_x.up.sql:2:1: the template failed: 100 %, of it\n    {{ x }}\n")
    assert (suites.get("tests"), suites.get("errors")) == ("2", "1")


def test_junit_is_xml_whatever_stands_in_the_files():
    odd = "a]]>b <&\"' \x00\x01\x1b[31m \ufffe \udc80 é 🐘"
    suites = junit(finding(place=at(f"sql/{odd}.sql", 1, 1, odd), message=odd))
    assert "a]]>b <&\"' [31m   é 🐘" in next(suites.iter("failure")).text
    assert next(suites.iter("testcase")).get("name") == "sql/a]]>b <&\"' [31m   é 🐘.sql"


def test_junit_puts_the_findings_of_a_macro_into_the_case_of_the_script():
    suites = junit(finding(place=at("sql/macros/m.sql", 1), script="sql/tenant/0001_a.up.sql"))
    assert [case.get("name") for case in suites.iter("testcase")] == ["sql/tenant/0001_a.up.sql"]

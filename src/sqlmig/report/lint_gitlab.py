"""The linter's findings as a report of GitLab's code quality: an array of Code Climate issues."""

from __future__ import annotations

from sqlmig.errors import Place, Problem
from sqlmig.lint.values import Finding, Severity
from sqlmig.report.lint_identity import identities, problem_identities
from sqlmig.report.lint_report import LintReport

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def lint_gitlab(report: LintReport) -> list[dict[str, object]]:
    """An issue for each finding, and one, of the worst severity there is, for each thing that could not be read."""
    marks = identities(report.all_findings)
    unread = zip(report.problems, problem_identities(report.problems), strict=True)
    return [
        *(_finding(finding, marks[finding]) for finding in report.result.findings),
        *(_problem(problem, mark) for problem, mark in unread),
    ]


def _finding(finding: Finding, mark: str) -> dict[str, object]:
    said = f"{finding.message} {finding.instead}".strip()
    return _issue(finding.rule, said, _SEVERITIES[finding.severity], finding.place, mark)


def _problem(problem: Problem, mark: str) -> dict[str, object]:
    said = f"{problem.message}; {problem.next}" if problem.next else problem.message
    # An issue needs a place; the configuration is to blame for what has none.
    return _issue("could-not-read", said, "blocker", problem.place or Place("sqlmig.yaml"), mark)


def _issue(check: str, description: str, severity: str, place: Place, mark: str) -> dict[str, object]:
    lines = {"begin": place.line or 1}
    return {
        "description": description,
        "check_name": check,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": place.file, "lines": lines},
    }

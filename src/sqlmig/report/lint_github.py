"""The linter's findings as annotations of GitHub: workflow commands, one line each."""

from __future__ import annotations

from sqlmig.errors import Place, Problem
from sqlmig.lint.values import Finding, Severity
from sqlmig.report.lint import summary
from sqlmig.report.lint_report import LintReport

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def lint_github(report: LintReport) -> str:
    """A command for each finding and each problem, and the counting line, which is no command."""
    lines = [_finding(finding) for finding in report.result.findings]
    lines += [_problem(problem) for problem in report.problems]
    return "\n".join([*lines, summary(report.result, len(report.problems))]) + "\n"


def _finding(finding: Finding) -> str:
    message = "\n".join(part for part in (finding.message, finding.instead, finding.sql) if part)
    return _command(_COMMANDS[finding.severity], finding.place, finding.rule, message)


def _problem(problem: Problem) -> str:
    message = f"{problem.message}\n{problem.next}" if problem.next else problem.message
    return _command("error", problem.place, "sqlmig lint could not read this", message)


def _command(name: str, place: Place | None, title: str, message: str) -> str:
    properties: dict[str, object] = {}
    if place is not None:
        properties = {"file": place.file, "line": place.line, "col": place.column}
    properties["title"] = title
    said = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{name} {said}::{_message(message)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")

"""The linter's findings for programs: sqlmig's own document."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.lint.fix import Position, TemplateFix
from sqlmig.lint.values import Finding, Severity
from sqlmig.report.errors import problem_json
from sqlmig.report.lint_report import LintReport
from sqlmig.report.words import place_json

FORMAT = "sqlmig.lint/1"


def lint_json(report: LintReport, *, root: str, ignored: Sequence[str] = ()) -> dict[str, object]:
    """All findings, the accepted ones with their reason; what could not be read; and the numbers.

    Args:
        report: what was found.
        root: the folder that the paths start from.
        ignored: paths that were named and are no SQL of the project.
    """
    return {
        "format": FORMAT,
        "root": root,
        "findings": [_finding(finding, report.fixes.get(finding)) for finding in report.all_findings],
        "problems": [problem_json(problem) for problem in report.problems],
        "ignored": list(ignored),
        "counts": _counts(report),
    }


def _finding(finding: Finding, fix: TemplateFix | None) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "instead": finding.instead,
        "sql": finding.sql,
        "place": place_json(finding.place),
        "script": finding.script,
        "migration": finding.migration,
        "statement": finding.statement,
        "accepted": finding.accepted,
        "fix": _fix(fix) if fix is not None else None,
    }


def _fix(fix: TemplateFix) -> dict[str, object]:
    edits = [{"start": _at(one.start), "end": _at(one.end), "text": one.text} for one in fix.replacements]
    return {"title": fix.title, "file": fix.path, "edits": edits}


def _at(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _counts(report: LintReport) -> dict[str, int]:
    result = report.result
    return {
        "files": result.files,
        "statements": result.statements,
        "understood": result.understood,
        **{severity.value: sum(f.severity is severity for f in result.findings) for severity in reversed(Severity)},
        "accepted": len(result.accepted),
        "problems": len(report.problems),
    }

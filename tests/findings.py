"""Findings of the linter as values, for the tests of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlmig.errors import Place, Problem
from sqlmig.lint.fix import Position, Replacement, TemplateFix
from sqlmig.lint.values import Finding, LintResult, Severity
from sqlmig.report.lint_report import LintReport

INDEX = Finding(
    rule="index-not-concurrent",
    severity=Severity.ERROR,
    message="Building this index blocks every INSERT on deals.",
    instead="Build it outside of a transaction:",
    sql="CREATE INDEX CONCURRENTLY i ON deals (owner);",
    place=Place("sql/tenant/0007_owner.up.sql", 3, 8, "CREATE INDEX i ON deals (owner);"),
    migration="tenant 0007_owner",
    statement=2,
    script="sql/tenant/0007_owner.up.sql",
)


def finding(**changes: Any) -> Finding:
    """The one above, with other values; a script follows the place."""
    found = replace(INDEX, **changes)
    return found if "script" in changes or "place" not in changes else replace(found, script=found.place.file)


def at(file: str, line: int | None = None, column: int | None = None, excerpt: str | None = None) -> Place:
    return Place(file, line, column, excerpt)


def report(*findings: Finding, problems: tuple[Problem, ...] = (), **values: Any) -> LintReport:
    """A run that found these, the accepted ones told by their reason."""
    counted = tuple(one for one in findings if one.accepted is None)
    accepted = tuple(one for one in findings if one.accepted is not None)
    files = values.get("files") or tuple(dict.fromkeys(one.script for one in findings))
    result = LintResult(counted, accepted, files=len(files), statements=4, understood=3)
    return LintReport(result, problems, files, values.get("fixes", {}))


FIX = TemplateFix(
    "add CONCURRENTLY", INDEX.script, (Replacement(Position(40, 3, 13), Position(40, 3, 13), " CONCURRENTLY"),)
)

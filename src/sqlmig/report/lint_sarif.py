"""The linter's findings as SARIF 2.1.0, for GitHub's code scanning and for editors."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from sqlmig import __version__
from sqlmig.errors import Place, Problem
from sqlmig.lint.fix import Position, TemplateFix
from sqlmig.lint.rule import Rule
from sqlmig.lint.values import Finding, Severity
from sqlmig.report.lint_identity import identities
from sqlmig.report.lint_report import LintReport

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
"""Stands for the folder that the paths start from."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def lint_sarif(
    report: LintReport, rules: Sequence[Rule], *, root: Path, documentation: str | None = None
) -> dict[str, object]:
    """All findings, the accepted ones as suppressed in the source.

    Args:
        report: what was found.
        rules: all that there are; those with findings are described.
        root: the folder that the paths start from.
        documentation: where the pages of the rules are on the web, ending in a slash.
    """
    findings = report.all_findings
    found = {finding.rule for finding in findings}
    described = [rule for rule in rules if rule.name in found]
    index = {rule.name: number for number, rule in enumerate(described)}
    marks = identities(findings)
    driver: dict[str, object] = {"name": "sqlmig", "version": __version__, "semanticVersion": __version__}
    if documentation is not None:
        driver["informationUri"] = documentation
    driver["rules"] = [_rule(rule, documentation) for rule in described]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": f"{root.as_uri()}/"}},
        "invocations": [
            {
                "executionSuccessful": not report.problems,
                "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
            }
        ],
        "results": [_result(one, report.fixes.get(one), index, marks[one]) for one in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, documentation: str | None) -> dict[str, object]:
    text = rule.text
    parts = (("Effect", text.effect), ("Instead", text.instead), ("Unless", text.unless), ("Since", text.since))
    said = [(name, words) for name, words in parts if words]
    accept = f"-- sqlmig: allow {rule.name}: <the reason>"
    plain = [text.flags, *(f"{name}: {words}" for name, words in said), f"To accept it for one statement: {accept}"]
    marked = [text.flags, *(f"**{name}:** {words}" for name, words in said)]
    marked.append(f"To accept it for one statement: `{accept}`")
    described: dict[str, object] = {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": text.flags},
        "fullDescription": {"text": text.effect or text.flags},
        "help": {"text": "\n\n".join(plain), "markdown": "\n\n".join(marked)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["postgresql", "migrations", rule.pack.value]},
    }
    if documentation is not None:
        described["helpUri"] = f"{documentation}{rule.stem}.md"
    return described


def _result(finding: Finding, fix: TemplateFix | None, index: Mapping[str, int], mark: str) -> dict[str, object]:
    message = "\n".join(part for part in (finding.message, finding.instead, finding.sql) if part)
    result: dict[str, object] = {"ruleId": finding.rule}
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    result |= {
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"sqlmigFinding/v1": mark},
        "suppressions": _suppressions(finding),
        "properties": {"migration": finding.migration, "statement": finding.statement},
    }
    if fix is not None:
        result["fixes"] = [_fix(fix)]
    return result


def _suppressions(finding: Finding) -> list[dict[str, object]]:
    """Empty for what counts: where one result has the property, all must."""
    if finding.accepted is None:
        return []
    return [{"kind": "inSource", "status": "accepted", "justification": finding.accepted}]


def _notification(problem: Problem) -> dict[str, object]:
    said = f"{problem.message}; {problem.next}" if problem.next else problem.message
    notification: dict[str, object] = {"level": "error", "message": {"text": said}}
    if problem.place is not None:
        notification["locations"] = [_location(problem.place)]
    return notification


def _location(place: Place) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": _artifact(place.file)}
    if place.line is not None:
        # Without an end it reaches to the end of its line, and so does the text that is shown of it.
        region: dict[str, object] = {"startLine": place.line, "startColumn": place.column or 1}
        if place.excerpt is not None:
            region["snippet"] = {"text": place.excerpt[(place.column or 1) - 1 :]}
        physical["region"] = region
    return {"physicalLocation": physical}


def _fix(fix: TemplateFix) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(one.start, one.end), "insertedContent": {"text": one.text}}
        for one in fix.replacements
    ]
    change = {"artifactLocation": _artifact(fix.path), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _artifact(path: str) -> dict[str, object]:
    return {"uri": quote(os.fsencode(path)), "uriBaseId": ROOT}

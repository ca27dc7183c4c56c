"""The linter's findings, as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.errors import Problem
from sqlmig.lint.values import Finding, LintResult, Severity
from sqlmig.report.table import PLAIN, Style, Tone
from sqlmig.report.words import counted, indented

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.PLAIN}


def lint_text(
    result: LintResult, problems: Sequence[Problem] = (), *, style: Style = PLAIN, accepted: bool = False
) -> str:
    """Every finding, what could not be read, and always a last line that counts.

    Args:
        result: what was found.
        problems: what could not be read.
        style: how it is painted.
        accepted: whether the accepted findings are listed too.
    """
    parts = [finding_text(finding, style=style) for finding in result.findings]
    if accepted:
        parts += [accepted_text(finding, style=style) for finding in result.accepted]
    parts += [f"{style.paint('error', Tone.BAD)}: {problem}" for problem in problems]
    return "\n\n".join([*parts, summary(result, len(problems))]) + "\n"


def finding_text(finding: Finding, *, style: Style = PLAIN) -> str:
    """What happens, where, what to write instead, and how to accept it."""
    severity = style.paint(finding.severity.value, _TONES[finding.severity])
    lines = [f"{finding.place}: {severity}: {style.paint(finding.rule, Tone.HEAD)}"]
    if caret := finding.place.caret():
        lines.append(caret)
    if finding.script not in ("", finding.place.file):
        lines.append(f"  in {finding.script}")
    lines.append(indented(finding.message, "  "))
    if finding.instead:
        lines.append(indented(finding.instead, "  "))
    if finding.sql:
        lines.append(indented(finding.sql, "      "))
    if finding.statement is not None:
        lines.append(f"  To accept it, write above the statement: -- sqlmig: allow {finding.rule}: <the reason>")
    return "\n".join(lines)


def accepted_text(finding: Finding, *, style: Style = PLAIN) -> str:
    """What was accepted, and why."""
    lines = [f"{finding.place}: accepted: {style.paint(finding.rule, Tone.HEAD)}", indented(finding.message, "  ")]
    return "\n".join([*lines, f"  reason: {finding.accepted}"])


def summary(result: LintResult, unread: int = 0) -> str:
    """`3 files, 14 statements (14 understood): 1 error, 2 warnings, 1 accepted`."""
    found = [
        counted(number, severity.value) if severity is not Severity.INFO else f"{number:,} info"
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        if (number := sum(finding.severity is severity for finding in result.findings))
    ]
    if unread:
        found.append(f"{unread:,} not read")
    said = ", ".join(found) or "nothing found"
    if result.accepted:
        said += f", {len(result.accepted):,} accepted"
    read = f"{counted(result.files, 'file')}, {counted(result.statements, 'statement')}"
    return f"{read} ({result.understood:,} of them understood): {said}"

"""What the doctor found, and what it looks for: as text, for programs, and as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlmig.plan.doctor import WHOLE_DATABASE, Applies, Check, Diagnosis, Finding, Severity
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import EXAMPLES, counted, some

FORMAT = "sqlmig.doctor/1"
FORMAT_CHECKS = "sqlmig.doctor-checks/1"

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.NOTE: Tone.HEAD}
_APPLIES = {
    Applies.ALWAYS: "every project",
    Applies.ROWS: "`lint.tenancy` shared or both",
    Applies.SCHEMAS: "`lint.tenancy` schema or both",
}


# --- a diagnosis ---


def diagnosis_text(diagnosis: Diagnosis, style: Style = PLAIN) -> str:
    """Each check that found something, with the objects below it; then what is accepted or was not seen; the sum."""
    titles = {check.id: check.title for check in diagnosis.checks}
    parts = []
    for (severity, check), same in groupby(diagnosis.findings, key=lambda one: (one.severity, one.check)):
        head = f"{style.paint(severity.value, _TONES[severity])}  {check}: {titles.get(check, '')}".rstrip(": ")
        parts.append("\n".join([head, *(f"  {_object(one)}{_where(one, diagnosis)}" for one in same)]))
    if diagnosis.accepted:
        lines = [
            f"  {one.check}: {_object(one)}{_where(one, diagnosis)}: {one_line(one.accepted or '')}"
            for one in diagnosis.accepted
        ]
        parts.append("\n".join(["accepted by doctor.ignore", *lines]))
    if diagnosis.unseen:
        lines = [f"  {one.what}: {one_line(one.reason)}" for one in diagnosis.unseen]
        parts.append("\n".join(["not looked at", *lines]))
    parts.append(_sum(diagnosis))
    return "\n\n".join(parts) + "\n"


def diagnosis_json(diagnosis: Diagnosis, threshold: Severity) -> dict[str, object]:
    """The same for programs, with the statement for every schema."""
    return {
        "format": FORMAT,
        "failed": diagnosis.fails(threshold),
        "fail_on": threshold.value,
        "findings": [_finding_json(finding) for finding in diagnosis.findings],
        "accepted": [{**_finding_json(one), "reason": one.accepted} for one in diagnosis.accepted],
        "unseen": [{"what": one.what, "reason": one.reason} for one in diagnosis.unseen],
        "checks": [check.id for check in diagnosis.checks],
        "tenants": len(diagnosis.tenants),
        "shared_schemas": list(diagnosis.shared),
        "extensions": dict(diagnosis.extensions),
    }


def differences_text(extensions: Mapping[str, Mapping[str, str]]) -> str:
    """Extensions of which databases have different versions, a line each.

    Args:
        extensions: by extension, the version in each database.
    """
    return "\n".join(
        f"extension {name} is not the same everywhere: {', '.join(f'{found[db]} in {db}' for db in found)}"
        for name, found in extensions.items()
    )


def one_line(text: str) -> str:
    """A text without line ends: names and conditions of a database may have any."""
    return " ".join(text.split())


def where(finding: Finding, diagnosis: Diagnosis) -> str:
    """`in 9,998 of 10,000 tenants, not in tenant_a, tenant_b`; empty for what is in no schema."""
    total = len(diagnosis.tenants)
    known = frozenset(diagnosis.tenants)
    there = [schema for schema in finding.schemas if schema in known]
    others = [schema for schema in finding.schemas if schema not in known and schema != WHOLE_DATABASE]
    parts = [_in_tenants(there, diagnosis.tenants, total)] if there else []
    parts += [f"in {some(others)}"] if others else []
    return " and ".join(parts)


def _in_tenants(there: Sequence[str], tenants: Sequence[str], total: int) -> str:
    if len(there) == total:
        return f"in {there[0]}" if total == 1 else f"in all {total:,} tenants"
    if len(there) == 1:
        return f"in {there[0]} only"
    found = frozenset(there)
    lacking = [schema for schema in tenants if schema not in found]
    if len(lacking) <= EXAMPLES < len(there):
        return f"in {len(there):,} of {total:,} tenants, not in {', '.join(lacking)}"
    return f"in {len(there):,} of {total:,} tenants: {some(there)}"


def _object(finding: Finding) -> str:
    return f"{one_line(finding.object)}: {one_line(finding.detail)}"


def _where(finding: Finding, diagnosis: Diagnosis) -> str:
    found = where(finding, diagnosis)
    return f", {found}" if found else ""


def _sum(diagnosis: Diagnosis) -> str:
    counts = dict.fromkeys(Severity, 0)
    for finding in diagnosis.findings:
        counts[finding.severity] += 1
    found = ", ".join(counted(number, severity.value) for severity, number in counts.items() if number) or "no finding"
    shared = f" and {', '.join(diagnosis.shared)}" if diagnosis.shared else ""
    looked = f"{counted(len(diagnosis.checks), 'check')} on {counted(len(diagnosis.tenants), 'tenant')}{shared}"
    fixable = sum(any(finding.fixes.values()) for finding in diagnosis.findings)
    advice = f"; --fix-script prints the statements that mend {fixable:,} of them" if fixable else ""
    return f"{found}; {looked}{advice}"


def _finding_json(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "object": finding.object,
        "detail": finding.detail,
        "schemas": [schema for schema in finding.schemas if schema != WHOLE_DATABASE],
        "fixes": [{"schema": schema or None, "sql": fix} for schema, fix in finding.fixes.items() if fix is not None],
    }


# --- the catalogue ---


def checks_text(checks: Sequence[Check], style: Style = PLAIN) -> str:
    """One line a check: its id, how bad what it finds is, what that is."""
    rows = [
        [Cell(one.id, Tone.HEAD), Cell(one.severity.value, _TONES[one.severity]), Cell(one.title)] for one in checks
    ]
    return table(["check", "severity", "finds"], rows, style) + "\n"


def checks_json(checks: Sequence[Check]) -> dict[str, object]:
    """The same for programs, whole."""
    return {
        "format": FORMAT_CHECKS,
        "checks": [
            {
                "id": one.id,
                "severity": one.severity.value,
                "title": one.title,
                "reason": one.reason,
                "decide": one.decide,
                "applies": one.applies.value,
                "sql": one.statement,
            }
            for one in checks
        ],
    }


def check_text(check: Check) -> str:
    """What `--explain` shows: the check's page with its query."""
    return f"# {check.id}\n\n{_body(check)}\n\n```sql\n{check.statement};\n```\n"


def checks_page(checks: Sequence[Check], variables: Mapping[str, str]) -> str:
    """The catalogue as a page, in Markdown.

    Args:
        checks: all of them.
        variables: what the queries leave open, and what to put there.
    """
    rows = [f"| [{one.id}](#{one.id}) | {one.severity.value} | {one.title} |" for one in checks]
    named = [f"| `{name}` | {said} |" for name, said in variables.items()]
    return (
        "\n\n".join(
            [
                "# The checks of `sqlmig doctor`",
                "Made from the heads of the files in `src/sqlmig/db/queries/doctor/` by `make docs`.",
                "\n".join(["| check | severity | finds |", "|---|---|---|", *rows]),
                "Each file is one query, and psql runs it alone, with these variables (`-v NAME=VALUE`):",
                "\n".join(["| variable | value |", "|---|---|", *named]),
                *(f"## {one.id}\n\n{_body(one)}" for one in checks),
            ]
        )
        + "\n"
    )


def _body(check: Check) -> str:
    parts = [f"{check.title}", f"*{check.severity.value.capitalize()}; for {_APPLIES[check.applies]}.*", check.reason]
    parts += [f"**To decide, where no statement is given:** {check.decide}"] if check.decide else []
    parts += [f"**By hand:** {check.read}"] if check.read else []
    return "\n\n".join(parts)

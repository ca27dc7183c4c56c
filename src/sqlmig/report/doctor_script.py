"""The statements that mend what the doctor found, as a script for psql."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlmig.plan.doctor import WHOLE_DATABASE, Diagnosis, Finding
from sqlmig.report.doctor import one_line, where
from sqlmig.report.words import counted

LOCK_TIMEOUT = "3s"
"""For each transaction of the script: whoever waits for a table keeps everybody behind him waiting."""

_LONG = "-- Reads every row"
"""So begin the fixes that keep their lock for that long."""
_ALONE = re.compile(r"^(VACUUM|\w+ INDEX CONCURRENTLY)\b", re.MULTILINE)


def fix_script(diagnosis: Diagnosis) -> str:
    """A transaction for each schema; then what takes long, and what cannot run in one; above what a person decides."""
    decide = {check.id: check.decide for check in diagnosis.checks}
    by_schema: dict[str, list[str]] = {}
    long: list[str] = []
    alone: list[str] = []
    undecided: list[str] = []
    for finding in diagnosis.findings:
        head = f"-- {finding.check}: {one_line(finding.object)}: {one_line(finding.detail)}"
        for schema, fix in finding.fixes.items():
            if fix is None:
                continue
            placed = f"{head}{f', in {one_line(schema)}' if schema else ''}"
            if _ALONE.search(fix):
                alone.append(f"{placed}\n{fix}")
            elif fix.startswith(_LONG):
                long.append(f"{placed}\n{_transaction(fix)}")
            else:
                by_schema.setdefault(schema, []).append(f"{head}\n{fix}")
        if None in finding.fixes.values():
            undecided.append(_to_decide(finding, head, diagnosis, decide.get(finding.check, "")))
    if not by_schema and not long and not alone and not undecided:
        return "-- sqlmig doctor found nothing to mend.\n"
    count = sum(map(len, by_schema.values())) + len(long) + len(alone)
    parts = [_HEAD.format(count=counted(count, "statement"))]
    parts += ["-- A person has to decide, and no statement is given:\n" + "\n".join(undecided)] if undecided else []
    parts += _transactions(by_schema)
    parts += [_EACH, *long] if long else []
    parts += ["-- These run outside of a transaction, one by one.", *alone] if alone else []
    return "\n\n".join(parts) + "\n"


_HEAD = """\
-- sqlmig doctor: {count}. Read it, then: psql -v ON_ERROR_STOP=1 -f THIS_FILE
-- Each schema is one transaction: when one fails, those before it stay; a new script then has what is left.
-- What every tenant lacks belongs into a migration instead: otherwise the next new tenant lacks it, too.
\\set ON_ERROR_STOP on"""


_EACH = "-- These take as long as reading a table: each is a transaction, so that it keeps no other lock."


def _transactions(by_schema: dict[str, list[str]]) -> Iterator[str]:
    for schema, fixes in by_schema.items():
        name = "the whole database" if schema == WHOLE_DATABASE else one_line(schema)
        yield f"-- {name}\n{_transaction(*fixes)}"


def _transaction(*fixes: str) -> str:
    return "\n".join(["BEGIN;", f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';", *fixes, "COMMIT;"])


def _to_decide(finding: Finding, head: str, diagnosis: Diagnosis, decide: str) -> str:
    open_ones = {schema: None for schema, fix in finding.fixes.items() if fix is None}
    place = where(Finding(finding.check, finding.severity, finding.object, finding.detail, open_ones), diagnosis)
    return head + (f", {place}" if place else "") + (f"\n--   {one_line(decide)}" if decide else "")

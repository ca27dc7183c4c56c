"""The rights that sqlmig and the application need, as a script for an administrator and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from sqlmig.plan.grants import Given, Grants

FORMAT = "sqlmig.grants/1"
WIDTH = 120


def grants_text(grants: Grants) -> str:
    """A script for psql or any other client; whoever reads it sees why each statement is there."""
    parts = [_comment(_HEAD)]
    parts += map(_statement, grants.statements)
    if grants.by_files:
        who = grants.application_role
        lead = f"Whatever else {who} may do, the files say when they run:" if who else "The files give when they run:"
        parts.append("\n".join(_listed(lead, (f"{one.place}: {one.words}" for one in grants.by_files))))
    if grants.notes:
        parts.append("\n".join(_listed("What this script cannot do:", grants.notes)))
    return "\n\n".join(parts) + "\n"


def grants_json(grants: Grants) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": FORMAT,
        "migration_role": grants.migration_role,
        "application_role": grants.application_role,
        "statements": [{"why": one.why, "sql": one.sql} for one in grants.statements],
        "by_files": [{"grant": one.words, "file": one.place.file, "line": one.place.line} for one in grants.by_files],
        "notes": list(grants.notes),
    }


_HEAD = (
    "What sqlmig and the application may do, and no more: written by `sqlmig grants` from the project's files. Run it"
    " in the project's database, as the database's owner with CREATEROLE, or as a superuser. It may be run again."
)


def _statement(one: Given) -> str:
    return f"{_comment(one.why)}\n{one.sql}" if one.why else one.sql


def _listed(lead: str, lines: Iterable[str]) -> Iterator[str]:
    yield _comment(lead)
    for line in lines:
        yield textwrap.fill(line, WIDTH, initial_indent="--   ", subsequent_indent="--     ", break_on_hyphens=False)


def _comment(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="-- ", subsequent_indent="-- ", break_on_hyphens=False)

"""What a command came to on several databases: each one's own words, and the sum of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmig.errors import Interrupted, LockNotObtained, MigrationFailed, Refused, SqlmigError
from sqlmig.report.errors import error_json, error_text, unexpected_json, unexpected_text
from sqlmig.report.words import counted


@dataclass(frozen=True, slots=True)
class Section:
    """What one database came to."""

    database: str
    exit_status: int
    text: str
    """As it would be said if there were no others; empty when there is nothing to say."""


def sections_text(sections: Sequence[Section]) -> str:
    """Each database's words under its name, and how many came to what."""
    told = [_under(section.database, section.text) for section in sections if section.text]
    return _apart([*told, totals(sections)])


def told_text(told: Mapping[str, str]) -> str:
    """What people are told of each database, under its name; what several have in common is told once."""
    alike: dict[str, list[str]] = {}
    for database, text in told.items():
        if text:
            alike.setdefault(text, []).append(database)
    return _apart([_under(", ".join(databases), text) for text, databases in alike.items()])


def why(error: Exception) -> str:
    """Why a database could not answer, for people."""
    return error_text(error) if isinstance(error, SqlmigError) else unexpected_text(error)


def error_document(error: Exception) -> dict[str, object]:
    """Why a database could not answer, for programs: in place of its document."""
    return error_json(error) if isinstance(error, SqlmigError) else unexpected_json(error)


def totals(sections: Sequence[Section]) -> str:
    """The last line: `3 databases: 2 done, 1 failed (eu-2)`."""
    by_status: dict[int, list[str]] = {}
    for section in sections:
        by_status.setdefault(section.exit_status, []).append(section.database)
    parts = [f"{len(by_status[0])} done"] if 0 in by_status else []
    parts += [
        f"{len(by_status[status])} {words} ({', '.join(by_status[status])})"
        for status, words in _WORDS.items()
        if status in by_status
    ]
    return f"{counted(len(sections), 'database')}: {', '.join(parts)}"


def databases_json(command: str, exit_status: int, documents: Mapping[str, object]) -> dict[str, object]:
    """For programs: the document of each database, by its name.

    Args:
        command: names the format.
        exit_status: of the whole command.
        documents: what each database alone gives, errors included.
    """
    return {
        "format": f"sqlmig.{command}-databases/1",
        "exit_status": exit_status,
        "databases": dict(documents),
    }


_WORDS = {
    Refused.exit_status: "said no",
    SqlmigError.exit_status: "could not be used",
    MigrationFailed.exit_status: "failed",
    LockNotObtained.exit_status: "blocked by a lock",
    Interrupted.exit_status: "stopped",
}
"""By exit status."""


def _under(heading: str, text: str) -> str:
    """A single line stands behind its heading, more of them below it."""
    text = text.strip("\n")
    return f"{heading}:\n{text}" if "\n" in text else f"{heading}: {text}"


def _apart(parts: Sequence[str]) -> str:
    """One below the other, with an empty line between them where one takes several."""
    return ("\n\n" if any("\n" in part for part in parts) else "\n").join(parts)

"""Everything sqlmig raises on purpose, as one tree; each class owns the exit status of the command line.

SqlmigError                      2   anything below
├── UsageError                   2   the call itself cannot be carried out
├── ConfigError                  2   sqlmig.yaml, an environment variable, an option
├── ProjectError                 2   migration files: names, directives, templates, SQL that cannot be split
├── ConnectionFailed             2   no server, wrong password, read-only, a right is missing
├── ServerRefused                2   the server refused what is no migration's statement (in sqlmig.db.errors)
├── Refused                      1   the answer is no; nothing was changed
├── MigrationFailed              3   a step failed; what it did was rolled back or is recorded
├── BackupFailed                 3   a backup could not be made, read or restored; the tenant is as it was
├── LockNotObtained              4   another run, or another session, did not let go in time
└── Interrupted                  5   Ctrl-C or SIGTERM; safe to run again

The errors of `sqlmig.tenancy` are a branch of their own below SqlmigError (`sqlmig.tenancy.failures`).

An error's text answers four questions: what happened, where, what state everything is in now, and what to run
next. Their wording is the product: each has a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file that the reader can open; lines and columns count from 1, columns in characters."""

    file: str
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    """The source line at `line`, without its line end; a caret is drawn under `column`."""

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)

    def caret(self) -> str:
        """The excerpt with a caret under the column, on two lines; empty when there is no excerpt."""
        if self.excerpt is None:
            return ""
        if self.column is None:
            return f"    {self.excerpt}"
        lead = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
        return f"    {self.excerpt}\n    {lead}^"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input: what, where, and what to do about it."""

    message: str
    place: Place | None = None
    next: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.message}" if self.place else self.message]
        if self.place and (caret := self.place.caret()):
            lines.append(caret)
        if self.next:
            lines.append(f"  next: {self.next}")
        return "\n".join(lines)


class SqlmigError(Exception):
    """Base of all errors that sqlmig raises on purpose.

    Args:
        message: what happened, one sentence.
        place: where, when a file is to blame.
        state: what is true of the database now, one sentence.
        next: what to run or change next, one sentence.
    """

    exit_status: ClassVar[int] = 2

    def __init__(
        self, message: str, *, place: Place | None = None, state: str | None = None, next: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.state = state
        self.next = next

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.message}" if self.place else self.message]
        if self.place and (caret := self.place.caret()):
            lines.append(caret)
        if self.state:
            lines.append(f"  state: {self.state}")
        if self.next:
            lines.append(f"  next: {self.next}")
        return "\n".join(lines)


class UsageError(SqlmigError):
    """The call cannot be carried out as it was made."""


class ProblemsError(SqlmigError):
    """Several problems found in one reading; all of them are told, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, place=first.place, next=first.next)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ConfigError(ProblemsError):
    """The configuration is not usable."""


class ProjectError(ProblemsError):
    """The project's SQL files are not usable."""


class ConnectionFailed(SqlmigError):
    """The server cannot be used: unreachable, refused, read-only, or a right is missing."""


class Refused(SqlmigError):
    """sqlmig decided not to; nothing was changed."""

    exit_status = 1


class MigrationFailed(SqlmigError):
    """A step failed on the server."""

    exit_status = 3


class BackupFailed(SqlmigError):
    """A backup could not be made, read or restored; the tenant is as it was."""

    exit_status = 3


class LockNotObtained(SqlmigError):
    """A lock was not obtained in the time allowed."""

    exit_status = 4


class Interrupted(SqlmigError):
    """The run was asked to stop, and stopped where it is safe."""

    exit_status = 5

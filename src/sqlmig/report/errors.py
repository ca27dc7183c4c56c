"""Errors: for people on stderr, for programs as one JSON document."""

from __future__ import annotations

from sqlmig.errors import (
    BackupFailed,
    ConfigError,
    ConnectionFailed,
    Interrupted,
    LockNotObtained,
    MigrationFailed,
    Problem,
    ProblemsError,
    ProjectError,
    Refused,
    SqlmigError,
    UsageError,
)
from sqlmig.report.words import place_json

FORMAT = "sqlmig.error/1"

_KINDS: dict[type[SqlmigError], str] = {
    UsageError: "usage",
    ConfigError: "config",
    ProjectError: "project",
    ConnectionFailed: "connection",
    Refused: "refused",
    MigrationFailed: "migration-failed",
    BackupFailed: "backup-failed",
    LockNotObtained: "lock-not-obtained",
    Interrupted: "interrupted",
}


def error_text(error: SqlmigError) -> str:
    """What happened, where, what state everything is in, and what to do; each problem on its own."""
    if isinstance(error, ProblemsError):
        return "\n".join(f"sqlmig: error: {problem}" for problem in error.problems)
    return f"sqlmig: error: {error}"


def error_json(error: SqlmigError) -> dict[str, object]:
    """The same for programs."""
    found = error.problems if isinstance(error, ProblemsError) else (Problem(error.message, error.place, error.next),)
    return {
        "format": FORMAT,
        "kind": kind_of(error),
        "exit_status": error.exit_status,
        "state": error.state,
        "problems": [problem_json(problem) for problem in found],
    }


def problem_json(problem: Problem) -> dict[str, object]:
    """One problem for programs."""
    return {"message": problem.message, "next": problem.next, "place": place_json(problem.place)}


def kind_of(error: SqlmigError) -> str:
    """The public name of an error's class; a subclass goes by the class that it refines."""
    return next((_KINDS[cls] for cls in type(error).__mro__ if cls in _KINDS), "error")


def unexpected_json(error: BaseException) -> dict[str, object]:
    """A fault of sqlmig itself, for programs."""
    message = f"sqlmig failed in a way that it should not: {type(error).__name__}"
    problem = Problem(message, next="run it again with -v and report what it prints")
    return {
        "format": FORMAT,
        "kind": "internal",
        "exit_status": 2,
        "state": None,
        "problems": [problem_json(problem)],
    }


def unexpected_text(error: BaseException) -> str:
    """A fault of sqlmig itself, for people; what the exception says may hold a secret and is left to -v."""
    return (
        f"sqlmig: error: sqlmig failed in a way that it should not: {type(error).__name__}\n"
        "  state: what was committed is in the history; `sqlmig status` tells where everything stands\n"
        "  next: run it again with -v and report what it prints"
    )

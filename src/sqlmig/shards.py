"""Several databases: which of them are meant, one call on each of them at once, and what it comes to for all.

    project = sqlmig.Project.load("path/to/project")
    for result in each(project, select(project.config, ["eu-*"]), lambda _name, shard: shard.status()):
        print(result.database, result.answer)

Each database has a registry and a history of its own. Nothing connects them: a run on one knows of no other.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Generic, TypeVar

from sqlmig.api import Project
from sqlmig.db.context import Stop
from sqlmig.errors import (
    ConfigError,
    Interrupted,
    LockNotObtained,
    MigrationFailed,
    Problem,
    Refused,
    SqlmigError,
    UsageError,
)
from sqlmig.project.config.origin import Origin
from sqlmig.project.config.values import Config, DatabaseConfig
from sqlmig.project.nearest import did_you_mean
from sqlmig.secret import mask_url

PARALLEL: Final = 16
"""How many databases are worked on at once."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShardResult(Generic[T]):
    """What a call gave on one database: its value, or the error that it ended with."""

    database: str
    answer: T | Exception


def select(config: Config, patterns: Sequence[str] = ()) -> tuple[str, ...]:
    """The databases that are meant, in the order of the configuration.

    Args:
        config: lists the databases.
        patterns: names, patterns such as `eu-*`, or `LABEL=PATTERN`; without any, every database is meant.

    Raises:
        UsageError: a pattern finds none, or the configuration lists none.
    """
    if patterns and not config.databases:
        raise _lists_none(config, "--database")
    for pattern in patterns:
        if not any(_matches(database, pattern) for database in config.databases):
            raise _finds_none(config, pattern)
    return tuple(
        database.name
        for database in config.databases
        if not patterns or any(_matches(database, pattern) for pattern in patterns)
    )


def at_index(config: Config, index: int, count: int) -> str:
    """The database at a place of the configuration's list: which one a job of many is to work on.

    Args:
        config: lists the databases.
        index: from 0.
        count: how many databases whoever counts knows of. When the list has another length, one would be left out.

    Raises:
        UsageError: the list has another length, or no such place.
    """
    if not config.databases:
        raise _lists_none(config, "--database-index")
    names = [database.name for database in config.databases]
    if len(names) != count:
        raise UsageError(
            f"--database-index counts {count} databases, and the configuration lists {len(names)}: {', '.join(names)}",
            state="nothing was changed",
            next="count them anew: no database may be left out",
        )
    if not 0 <= index < count:
        raise UsageError(f"--database-index is {index}, and the last of {count} databases is {count - 1}")
    return names[index]


def each(
    project: Project,
    names: Sequence[str],
    call: Callable[[str, Project], T],
    *,
    parallel: int = PARALLEL,
    stop: Stop | None = None,
) -> tuple[ShardResult[T], ...]:
    """Makes a call on each of some databases, several at once; an error of one stops none of the others.

    Args:
        project: lists the databases.
        names: on which of them.
        call: gets the name and the project on that database, in a thread of its own.
        parallel: how many databases at once.
        stop: when it is requested, databases that were not begun are left alone. A call that changes something has
            to be given the same one.

    Raises:
        UsageError, ConfigError: one of the databases is not known, or its URL cannot be had; nothing was begun.
    """
    todo = deque((name, shard) for name, shard in _projects(project, names).items())
    answers: dict[str, T | Exception] = {}

    def work() -> None:
        while True:
            try:
                name, shard = todo.popleft()
            except IndexError:
                return
            answers[name] = _answer(name, shard, call, stop)

    # Ctrl-C without a `stop` must end the process, whatever a server does: so no thread may keep it alive.
    threads = [
        threading.Thread(target=work, name=f"sqlmig-database-{number}", daemon=True)
        for number in range(min(parallel, len(todo)))
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        todo.clear()
    return tuple(ShardResult(name, answers[name]) for name in dict.fromkeys(names))


def worst(statuses: Iterable[int]) -> int:
    """The exit status that speaks for all databases.

    A run that was stopped tells nothing of what it did not reach. Then comes what somebody has to look at: a migration
    failed. Then what another try may settle: a lock. Then a database of which nothing is known, because it cannot be
    used; and last one that answered, and said no.
    """
    return min(statuses, key=_WORST_FIRST.index, default=0)


_WORST_FIRST: Final = (
    Interrupted.exit_status,
    MigrationFailed.exit_status,
    LockNotObtained.exit_status,
    SqlmigError.exit_status,
    Refused.exit_status,
    0,
)


def _matches(database: DatabaseConfig, pattern: str) -> bool:
    label, equals, value = pattern.partition("=")
    if equals:
        return label in database.labels and fnmatchcase(database.labels[label], value)
    return fnmatchcase(database.name, pattern)


def _finds_none(config: Config, pattern: str) -> UsageError:
    names = [database.name for database in config.databases]
    # A URL with a password may have been given in place of a name.
    shown = mask_url(pattern)
    known = f"the configuration lists {', '.join(names)}"
    label, equals, _ = pattern.partition("=")
    if equals:
        labels = {name for database in config.databases for name in database.labels}
        advice = f"no database has the label '{label}'; {did_you_mean(label, labels)}"
        return UsageError(f"no database has a label that matches '{shown}'", next=known if label in labels else advice)
    if any(character in pattern for character in "*?["):
        return UsageError(f"no database matches '{shown}'", next=known)
    return UsageError(f"there is no database '{shown}'; {did_you_mean(pattern, names)}")


def _lists_none(config: Config, option: str) -> UsageError:
    source = config.sources.get("database_url")
    if source is not None and source.origin in (Origin.OPTION, Origin.PROCESS_VARIABLE):
        return UsageError(
            f"{option} and {source.name} exclude each other: the one chooses among the configured databases, the other"
            " replaces them all",
            next="give one of them",
        )
    return UsageError(
        f"{option} chooses among several databases, and the configuration lists none",
        next=f"leave {option} out, or list them under `databases:` in {config.file}",
    )


def _projects(project: Project, names: Sequence[str]) -> dict[str, Project]:
    """The project on each database; what the configuration lacks for any of them is told at once."""
    projects: dict[str, Project] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            projects[name] = project.on(name)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return projects


def _answer(name: str, shard: Project, call: Callable[[str, Project], T], stop: Stop | None) -> T | Exception:
    if stop is not None and stop.requested:
        return Interrupted(
            "stopped on request before it was begun",
            state="nothing was changed in this database",
            next="run the command again",
        )
    try:
        return call(name, shard)
    except Exception as error:  # noqa: BLE001  what became of the other databases must be told too
        return error

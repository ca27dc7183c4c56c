"""For applications: a start that waits for its database to be current, and a probe that asks whether it is."""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path

from sqlmig import engine
from sqlmig.api import Project
from sqlmig.db.context import Stop
from sqlmig.errors import Interrupted, Refused
from sqlmig.plan.status import Check


class WhenBehind(Enum):
    """What `ensure_current` does when the database is behind the files."""

    APPLY = "apply"
    """Apply under the lock; of several processes that start at once, one does, the others wait."""
    WAIT = "wait"
    """Wait until somebody else has."""
    RAISE = "raise"


class NotCurrent(Refused):
    """The database is behind the files; `check` says which schemas."""

    def __init__(self, found: Check) -> None:
        named = ", ".join(found.behind[:3]) + (", ..." if len(found.behind) > 3 else "")
        super().__init__(
            f"{len(found.behind)} of {found.targets} schemas are behind: {named}",
            state="nothing was changed",
            next="run `sqlmig apply`",
        )
        self.check = found


def ensure_current(
    path: str | Path = ".",
    *,
    environment: str | None = None,
    database_url: str | None = None,
    when_behind: WhenBehind = WhenBehind.APPLY,
    timeout: float = 300.0,
    stop: Stop | None = None,
) -> Check:
    """For an application's start: returns once the database has all that these files need.

    A database that is ahead of the files is fine: a newer release was here, and this one is being started again.

    Args:
        path: the project's folder.
        environment: its name.
        database_url: goes before every other source.
        when_behind: apply, wait for another process, or raise.
        timeout: seconds to wait for another process.
        stop: asks it to stop, from another thread or a signal's handler.

    Raises:
        NotCurrent: the database is behind, and stays so.
        ConnectionFailed: the server cannot be used; `Project.wait` waits for one that is still starting.
        MigrationFailed, LockNotObtained, PlanRefused: applying did not succeed.
        Interrupted: it was asked to stop.
    """
    project = Project.load(path, environment=environment, database_url=database_url)
    stop = stop or Stop()
    deadline = time.monotonic() + timeout
    found = project.check()
    while not found.current:
        if stop.requested:
            raise Interrupted("asked to stop before the database was current", next="start again")
        if when_behind is WhenBehind.RAISE or (when_behind is WhenBehind.WAIT and time.monotonic() >= deadline):
            raise NotCurrent(found)
        if when_behind is WhenBehind.APPLY:
            lock_wait = f"{max(int(timeout), 1)}s"
            engine.raise_unless_done(project.apply(lock_wait=lock_wait, command="ensure_current", stop=stop))
            return project.check()
        stop.sleep(0.5)
        found = project.check()
    return found


def check(path: str | Path = ".", *, environment: str | None = None, database_url: str | None = None) -> Check:
    """For a readiness probe: whether the database has all that these files need."""
    return Project.load(path, environment=environment, database_url=database_url).check()

"""The Python interface for asyncio: the same calls, handed to a thread. There is no second implementation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlmig import readiness
from sqlmig.api import Project
from sqlmig.db.context import Stop
from sqlmig.plan.results import RunResult
from sqlmig.plan.status import Check, Status

T = TypeVar("T")


async def in_thread(call: Callable[[Stop], T], *, stop: Stop | None = None) -> T:
    """Makes a call of the Python interface in a thread.

    A task that is cancelled asks the call to stop, waits until it has where that is safe, and is cancelled then.

    Args:
        call: gets what it shall be stopped by, and hands it on as `stop`.
        stop: in place of one of its own, for who wants to stop the call without cancelling the task.
    """
    stop = stop or Stop()
    running = asyncio.ensure_future(asyncio.to_thread(call, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.request()
        await asyncio.gather(running, return_exceptions=True)
        raise


async def ensure_current(
    path: str | Path = ".",
    *,
    environment: str | None = None,
    database_url: str | None = None,
    when_behind: readiness.WhenBehind = readiness.WhenBehind.APPLY,
    timeout: float = 300.0,
) -> Check:
    """See `sqlmig.ensure_current`; a task that is cancelled stops it as `in_thread` does."""
    return await in_thread(
        lambda stop: readiness.ensure_current(
            path,
            environment=environment,
            database_url=database_url,
            when_behind=when_behind,
            timeout=timeout,
            stop=stop,
        )
    )


async def check(path: str | Path = ".", *, environment: str | None = None, database_url: str | None = None) -> Check:
    """See `sqlmig.check`."""
    return await asyncio.to_thread(readiness.check, path, environment=environment, database_url=database_url)


async def status(project: Project) -> Status:
    """See `sqlmig.Project.status`."""
    return await asyncio.to_thread(project.status)


async def apply(project: Project) -> RunResult:
    """See `sqlmig.Project.apply`; a task that is cancelled stops it as `in_thread` does."""
    return await in_thread(lambda stop: project.apply(stop=stop))

"""The Python interface for asyncio: the same calls, handed to a thread. There is no second implementation."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlmig import readiness
from sqlmig.api import Project
from sqlmig.plan.results import RunResult
from sqlmig.plan.status import Check, Status


async def ensure_current(
    path: str | Path = ".",
    *,
    environment: str | None = None,
    database_url: str | None = None,
    when_behind: readiness.WhenBehind = readiness.WhenBehind.APPLY,
    timeout: float = 300.0,
) -> Check:
    """See `sqlmig.ensure_current`."""
    return await asyncio.to_thread(
        readiness.ensure_current,
        path,
        environment=environment,
        database_url=database_url,
        when_behind=when_behind,
        timeout=timeout,
    )


async def check(path: str | Path = ".", *, environment: str | None = None, database_url: str | None = None) -> Check:
    """See `sqlmig.check`."""
    return await asyncio.to_thread(readiness.check, path, environment=environment, database_url=database_url)


async def status(project: Project) -> Status:
    """See `sqlmig.Project.status`."""
    return await asyncio.to_thread(project.status)


async def apply(project: Project) -> RunResult:
    """See `sqlmig.Project.apply`."""
    return await asyncio.to_thread(project.apply)

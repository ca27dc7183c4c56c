"""What the tests of backups do again and again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from shop import Shop
from sqlmig.admin import backups
from sqlmig.api import Project
from sqlmig.backups.manifest import Manifest


def made(project: Project, slug: str) -> Manifest:
    """A new backup."""
    (one,) = backups.back_up_tenants(project, [slug])
    assert isinstance(one.made, Manifest), one.made
    return one.made


def until(there: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Waits until something is there; the process is still running then."""
    deadline = time.monotonic() + 60
    while not there():
        if process.poll() is not None:
            raise AssertionError(process.communicate())
        if time.monotonic() > deadline:
            process.kill()
            raise AssertionError("it did not come to that")
        time.sleep(0.02)


def waiting(shop: Shop, application: str) -> bool:
    """Whether a session of that name waits for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE %s"
    return shop.one(query, application) != 0

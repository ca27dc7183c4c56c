"""What the tests of backups do again and again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from shop import Shop
from sqlmig.admin import backups
from sqlmig.api import Project
from sqlmig.backups.manifest import Manifest

BACKUPS = Path(__file__).parent / "backups"


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


def fill_example(connection: psycopg.Connection[Any]) -> None:
    """Put rows of every type into the example's tenant acme."""
    connection.execute("SET search_path = tenant_acme, extensions")
    connection.execute((BACKUPS / "example_rows.sql").read_bytes())


def tables(connection: psycopg.Connection[Any], schema: str) -> dict[str, Any]:
    """Every row of every table of a schema, as text."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace ORDER BY 1", [schema]
    ).fetchall()
    return {
        name: connection.execute(f'SELECT t::text FROM "{schema}"."{name}" t ORDER BY 1').fetchall()
        for (name,) in names
    }

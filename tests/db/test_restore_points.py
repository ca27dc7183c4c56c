"""A restore point is named where the role may, and never keeps a run from beginning."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from servers import Role
from sqlmig import embedded
from sqlmig.db import history, restorepoints
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session, session
from sqlmig.plan.restorepoints import RestorePoint

RUN = "8f0a7d52-1c1c-4d7e-9f42-6f0f3c6f1b11"


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    with session(database_url) as one:
        yield one


@pytest.fixture(scope="module")
def archivable() -> Iterator[str]:
    """A server that writes enough WAL to recover from; the session's does not."""
    programs = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    source = embedded.installation_in(Path(programs)) if programs else embedded.installation()
    folder = Path(tempfile.mkdtemp(prefix="sqlmig-wal-"))
    try:
        yield embedded.start_from(source, folder / "data", settings={**embedded.THROW_AWAY, "wal_level": "replica"}).url
    finally:
        embedded.stop(folder / "data")
        shutil.rmtree(folder)


def test_a_restore_point_has_a_name_a_place_and_a_time(archivable: str) -> None:
    with session(archivable) as opened:
        before = opened.value("SELECT pg_current_wal_insert_lsn()")
        point = restorepoints.make_restore_point(opened, RUN)
        assert point is not None
        assert (point.name, point.timeline) == (f"sqlmig_{RUN}", 1)
        assert opened.value("SELECT %(lsn)s::pg_lsn > %(before)s::pg_lsn", {"lsn": point.lsn, "before": before})
        assert abs(datetime.fromisoformat(point.at) - datetime.now(UTC)) < timedelta(minutes=5)
        assert not opened.in_transaction


def test_the_right_to_the_function_is_enough(archivable: str) -> None:
    with session(archivable) as opened:
        opened.run(
            "CREATE ROLE allowed; CREATE ROLE barred; GRANT EXECUTE ON FUNCTION pg_create_restore_point TO allowed"
        )
        named = {}
        for role in ("allowed", "barred"):
            opened.run(f"SET ROLE {role}")
            point = restorepoints.make_restore_point(opened, RUN)
            named[role] = point.name if point else ""
        assert named == {"allowed": f"sqlmig_{RUN}", "barred": None}


def test_a_server_that_writes_too_little_for_it_gives_place_and_time(opened: Session) -> None:
    if opened.value("SELECT current_setting('wal_level')") != "minimal":
        pytest.skip("this server writes enough")
    point = restorepoints.make_restore_point(opened, RUN)
    assert point is not None
    assert (point.name, point.timeline) == (None, 1)
    assert point.lsn is not None


def test_a_role_that_may_not_make_one_gets_place_and_time(role: Callable[..., Role]) -> None:
    with session(role().url) as few_rights:
        point = restorepoints.make_restore_point(few_rights, RUN)
        assert few_rights.value("SELECT current_setting('sqlmig.restore_point', true)") == ""
    assert point is not None
    assert point.name is None
    assert point.lsn is not None
    assert point.timeline == 1


def test_a_server_that_says_nothing_keeps_no_run_from_beginning(opened: Session) -> None:
    opened.run("BEGIN")
    with pytest.raises(ServerRefused):
        opened.run("SELECT 1 / 0")
    assert restorepoints.make_restore_point(opened, RUN) is None
    opened.rollback()


def test_a_lost_connection_is_not_taken_for_a_server_that_says_nothing(
    opened: Session, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    connect().execute("SELECT pg_terminate_backend(%s)", [opened.value("SELECT pg_backend_pid()")])
    with pytest.raises(ServerRefused):
        restorepoints.make_restore_point(opened, RUN)


def test_what_is_recorded_is_read_back(opened: Session) -> None:
    history.prepare(opened, "sqlmig")
    opened.run(
        "INSERT INTO sqlmig.run (run_id, command, actor, host, tool, targets)"
        f" SELECT id::uuid, 'apply', 'a', 'h', 't', '[]' FROM (VALUES ('{RUN}'), ('{uuid.UUID(int=1)}')) AS run (id)"
    )
    for point in (
        RestorePoint("sqlmig_x", "0/16B3740", 1, "2026-11-21T15:00:00+00:00"),
        RestorePoint(None, None, None, "2026-11-21T15:00:00+00:00"),
    ):
        restorepoints.record(opened, "sqlmig", RUN, point)
        assert restorepoints.recorded(opened, "sqlmig", RUN) == point
    assert restorepoints.recorded(opened, "sqlmig", str(uuid.UUID(int=1))) is None

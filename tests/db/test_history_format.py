"""A history that an older sqlmig made is read as it is, and brought up to date before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sessions import until
from sqlmig.db import history, runlist
from sqlmig.db.locks import key_of
from sqlmig.db.session import Session, session
from sqlmig.errors import UsageError
from sqlmig.plan.rollout import ItemState, RunState

FORMAT_1 = Path(__file__).with_name("history_format_1.sql").read_text()
KILLED, ENDED = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    with session(database_url) as one:
        yield one


@pytest.fixture
def look(connect: Callable[..., psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    return connect()


@pytest.fixture
def older(look: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A history as format 1 had it, with a run that ended and one that was killed."""
    text = FORMAT_1.format(history="sqlmig", format="1", tool="'sqlmig 0.3'")
    look.execute(f"CREATE SCHEMA sqlmig; {text}".encode())
    look.execute(
        "INSERT INTO sqlmig.run (run_id, command, actor, host, tool, finished_at, outcome, targets) VALUES"
        " (%s, 'apply', 'ada', 'pod-1', 'sqlmig 0.3', NULL, NULL, %s),"
        " (%s, 'apply', 'ada', 'pod-1', 'sqlmig 0.3', now(), 'done', %s)",
        (KILLED, '[{"track": "tenant", "target": "1", "schema": "a"}]', ENDED, '[{"track": "t", "target": "1"}, {}]'),
    )
    look.execute("INSERT INTO sqlmig.target VALUES ('tenant', '1', 'a', '\\x00', 7)")
    return look


def upgraded(look: psycopg.Connection[Any]) -> list[Any]:
    """What the catalog says of the history's tables."""
    query = (
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " pg_get_expr(d.adbin, d.adrelid)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = 'sqlmig'::regnamespace AND a.attnum > 0 ORDER BY 1, 2"
    )
    return look.execute(query.encode()).fetchall()


def test_a_history_of_format_1_is_brought_up_to_date_and_keeps_what_is_in_it(
    older: psycopg.Connection[Any], opened: Session
) -> None:
    history.prepare(opened, "sqlmig")
    assert older.execute("SELECT version FROM sqlmig.format ORDER BY 1").fetchall() == [(1,), (history.FORMAT,)]
    assert older.execute("SELECT schema_name, head FROM sqlmig.target").fetchall() == [("a", 7)]
    states = {run.run_id: (run.state, run.counts) for run in runlist.list_runs(opened, "sqlmig", 5)}
    assert states == {KILLED: (RunState.RUNNING, {}), ENDED: (RunState.FINISHED, {ItemState.DONE: 2})}


def test_who_comes_second_does_not_lock_tables_that_a_run_writes_to(
    opened: Session, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    """It would wait for that run, and the run perhaps for it."""
    first, writer = connect(), connect()
    first.execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "history"),))
    tries = (
        "SELECT FROM pg_stat_activity WHERE query ~ 'pg_try_advisory|ROLLBACK' AND pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )
    with ThreadPoolExecutor() as pool:
        second = pool.submit(history.prepare, opened, "sqlmig")
        until(lambda: first.execute(tries).fetchall())
        first.execute(b"CREATE SCHEMA sqlmig; " + history.bootstrap("sqlmig").as_bytes(first))
        with writer.transaction():
            writer.execute("LOCK sqlmig.applied, sqlmig.target IN ROW EXCLUSIVE MODE")
            first.execute("SELECT pg_advisory_unlock_all()")
            second.result(timeout=30)
    assert first.execute("SELECT count(*) FROM sqlmig.format").fetchone() == (1,)


def test_a_history_that_was_brought_up_to_date_is_like_a_new_one(
    older: psycopg.Connection[Any], opened: Session
) -> None:
    history.prepare(opened, "sqlmig")
    found = upgraded(older)
    older.execute("DROP SCHEMA sqlmig CASCADE")
    history.prepare(opened, "sqlmig")
    assert upgraded(older) == found


def test_the_statements_may_find_their_work_done(older: psycopg.Connection[Any], opened: Session) -> None:
    history.prepare(opened, "sqlmig")
    found = upgraded(older)
    older.execute("SET client_min_messages = warning")
    older.execute(history.bootstrap("sqlmig").as_string().encode())
    assert upgraded(older) == found
    assert older.execute("SELECT count(*) FROM sqlmig.format").fetchall() == [(2,)]


def test_a_history_that_is_up_to_date_is_not_touched(opened: Session, look: psycopg.Connection[Any]) -> None:
    history.prepare(opened, "sqlmig")
    look.execute("BEGIN; LOCK TABLE sqlmig.run IN ACCESS SHARE MODE")
    opened.run("SET lock_timeout = '1s'")
    history.prepare(opened, "sqlmig")


def test_runs_of_format_1_are_listed_and_shown_before_anything_is_brought_up_to_date(
    older: psycopg.Connection[Any], opened: Session
) -> None:
    (first, second) = sorted(runlist.list_runs(opened, "sqlmig", 5), key=lambda run: run.run_id)
    assert (first.run_id, first.state, first.counts) == (KILLED, RunState.RUNNING, {})
    assert (second.run_id, second.state, second.counts) == (ENDED, RunState.FINISHED, {ItemState.DONE: 2})
    assert runlist.show(opened, "sqlmig", KILLED) == (first, ())
    assert [row[0] for row in history.read_unfinished(opened, "sqlmig")] == [KILLED]


def test_where_sqlmig_never_was_there_are_no_runs(opened: Session) -> None:
    assert runlist.list_runs(opened, "sqlmig", 5) == ()
    with pytest.raises(UsageError, match="there is no run 'abc'; there is none yet"):
        runlist.show(opened, "sqlmig", "abc")


def test_a_killed_run_of_format_1_is_settled_by_its_list_of_targets(
    older: psycopg.Connection[Any], opened: Session
) -> None:
    from sqlmig.db.records import settle_runs
    from sqlmig.plan.values import Target
    from sqlmig.project.model import Scope

    history.prepare(opened, "sqlmig")
    there = [Target("tenant", Scope.TENANT, key, key) for key in ("1", "2")]
    settle_runs(opened, "sqlmig", there[1:])
    assert [row[0] for row in history.read_unfinished(opened, "sqlmig")] == [KILLED]
    settle_runs(opened, "sqlmig", there)
    assert history.read_unfinished(opened, "sqlmig") == []

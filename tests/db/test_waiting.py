"""Who is in the way of which statement, when several threads run statements at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from sessions import until
from sqlmig.db.context import Waiting
from sqlmig.db.locks import blockers_of
from sqlmig.plan.results import Holder

Connect = Callable[..., psycopg.Connection[Any]]


def test_each_thread_is_told_who_is_in_its_own_way(connect: Connect, database_url: str) -> None:
    connect().execute("CREATE TABLE a (id int); CREATE TABLE b (id int)")
    blockers = {table: connect(autocommit=False) for table in "ab"}
    for table, blocker in blockers.items():
        blocker.execute(f"LOCK {table}".encode())
    waiting = Waiting(database_url, blockers_of, after=0.1)
    told: dict[str, list[int]] = {"a": [], "b": []}

    def wait_for(table: str) -> list[Holder]:
        with psycopg.connect(database_url, autocommit=True) as blocked:
            waiting.begin(blocked.info.backend_pid, lambda found: told[table].extend(one.pid for one in found))
            blocked.execute(f"SELECT count(*) FROM {table}".encode())
            return waiting.end()

    with ThreadPoolExecutor() as pool:
        runs = {table: pool.submit(wait_for, table) for table in blockers}
        until(lambda: told["a"] and told["b"])
        blockers["a"].rollback()
        seen = {"a": runs["a"].result()}
        blockers["b"].rollback()
        seen["b"] = runs["b"].result()
    waiting.close()
    for table, blocker in blockers.items():
        assert {one.pid for one in seen[table]} == set(told[table]) == {blocker.info.backend_pid}


def test_what_is_seen_of_one_statement_is_not_said_of_the_next(database_url: str) -> None:
    looked = threading.Event()
    holder = Holder(1, "u", "a", "c", "s", "q", None)

    def look(_session: object, _pid: int) -> list[Holder]:
        looked.set()
        return [holder]

    waiting = Waiting(database_url, look, after=0.02)
    told: list[Holder] = []
    waiting.begin(4711, told.extend)
    looked.wait(10)
    until(lambda: told)
    assert waiting.end() == [holder]
    assert waiting.end() == []
    waiting.begin(4711, told.extend)
    assert waiting.end() == []
    waiting.close()

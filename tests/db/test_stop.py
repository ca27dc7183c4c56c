"""A request to stop reaches the statement that it is meant for, whenever it comes, and no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sqlmig.db.context import Stop
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session, session


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    with session(database_url) as one:
        yield one


def test_a_request_made_before_the_statement_is_sent_still_ends_it(opened: Session) -> None:
    stop = Stop()
    stop.request()
    stop.cancellable(opened)
    began = time.monotonic()
    with pytest.raises(ServerRefused, match="canceling statement due to user request"):
        opened.run("SELECT pg_sleep(20)")
    stop.cancellable(None)
    assert time.monotonic() - began < 5


def test_a_request_while_the_session_is_idle_ends_the_statement_that_follows(opened: Session) -> None:
    stop = Stop()
    stop.cancellable(opened)
    stop.request()
    time.sleep(0.05)
    with pytest.raises(ServerRefused, match="canceling statement due to user request"):
        opened.run("SELECT pg_sleep(20)")
    stop.cancellable(None)


def test_what_may_not_be_cancelled_is_not_hit_by_a_request_that_is_on_its_way(opened: Session) -> None:
    for _ in range(20):
        stop = Stop()
        stop.cancellable(opened)
        stop.request()
        stop.cancellable(None)
        assert opened.value("SELECT 1 FROM pg_sleep(0.01)") == 1


def test_a_request_ends_the_statements_of_all_threads_and_of_those_that_come_later(database_url: str) -> None:
    stop = Stop()
    running = threading.Barrier(4)

    def sleep() -> str:
        with session(database_url) as one:
            stop.cancellable(one)
            running.wait()
            try:
                one.run("SELECT pg_sleep(20)")
            except ServerRefused as refused:
                return refused.said.sqlstate or ""
            finally:
                stop.cancellable(None)
            return "slept"

    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        sleepers = [pool.submit(sleep) for _ in range(3)]
        running.wait()
        stop.request()
        assert [sleeper.result() for sleeper in sleepers] == ["57014"] * 3
        running = threading.Barrier(1)
        assert pool.submit(sleep).result() == "57014"
    assert time.monotonic() - began < 5


def test_a_thread_whose_statement_has_ended_is_not_hit_by_the_request_that_ends_another_s(
    opened: Session, database_url: str
) -> None:
    for _ in range(10):
        stop = Stop()
        with session(database_url) as other, ThreadPoolExecutor() as pool:
            pool.submit(stop.cancellable, other).result()
            stop.cancellable(opened)
            stop.cancellable(None)
            stop.request()
            assert opened.value("SELECT 1 FROM pg_sleep(0.01)") == 1
            pool.submit(stop.cancellable, None).result()


def test_a_pause_ends_with_the_request() -> None:
    stop = Stop()
    threading.Timer(0.1, stop.request).start()
    began = time.monotonic()
    stop.sleep(20)
    assert time.monotonic() - began < 2
    stop.sleep(20)
    assert time.monotonic() - began < 2

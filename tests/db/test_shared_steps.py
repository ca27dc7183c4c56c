"""A step that changes what all targets share runs alone: in its process, and among processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from typing import Any

import psycopg

from lanes import Yard, around, step
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, until
from sqlmig.db.context import Stop
from sqlmig.db.lane import Trial
from sqlmig.db.locks import objects_key
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step

Connect = Callable[..., psycopg.Connection[Any]]
ONCE = Trial()


def shared(schema: str, version: int = 1) -> Step:
    return step(schema, version, AT_THE_GATE + f"CREATE TABLE t{version} (id int);\n", shared=("public.rates",))


def test_two_lanes_of_a_process_take_turns_and_others_go_on(yard: Yard, connect: Connect) -> None:
    yard.sql("CREATE SCHEMA tenant_c")
    with yard.lane() as one, yard.lane() as two, yard.lane() as other, ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(one.run, shared("tenant_a"), around(1), ONCE)
            until(lambda: len(at_the_gate(yard.connection)) == 1)
            second = pool.submit(two.run, shared("tenant_b"), around(1), ONCE)
            assert other.run(step("tenant_c", 1, "CREATE TABLE t (id int);\n"), around(1), ONCE).outcome is Outcome.DONE
            assert len(at_the_gate(yard.connection)) == 1
        assert (first.result().outcome, second.result().outcome) == (Outcome.DONE, Outcome.DONE)
    assert second.result().lock_wait > 0
    began = "SELECT max(at - duration) FILTER (WHERE target = %s) FROM sqlmig.log"
    ended = "SELECT max(at) FILTER (WHERE target = %s) FROM sqlmig.log"
    assert yard.one(began, "tenant_b") > yard.one(ended, "tenant_a")


def test_another_process_is_waited_for_in_place(yard: Yard, connect: Connect) -> None:
    """Its lanes know nothing of our lock in memory: the database's lock tells."""
    theirs = copy(yard)
    theirs.alone = threading.Lock()
    with yard.lane() as one, theirs.lane() as two, ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(one.run, shared("tenant_a"), around(1), ONCE)
            until(lambda: len(at_the_gate(yard.connection)) == 1)
            second = pool.submit(two.run, shared("tenant_b"), around(1), Trial(patience=30))
            until(theirs.alone.locked)
            assert len(at_the_gate(yard.connection)) == 1
        assert (first.result().outcome, second.result().outcome) == (Outcome.DONE, Outcome.DONE)
    assert second.result().lock_wait > 0


def test_a_lock_that_another_process_keeps_is_given_up_and_told(yard: Yard, connect: Connect) -> None:
    other = connect(application_name="sqlmig elsewhere")
    other.execute("SELECT pg_advisory_lock(%s)", (objects_key("sqlmig"),))
    with yard.lane() as lane:
        result = lane.run(shared("tenant_a"), around(1), ONCE)
        assert (result.outcome, result.remedy) == (Outcome.BLOCKED, Remedy.RETRY)
        assert result.lock_wait >= 2
        assert result.failure is not None
        assert result.failure.message.startswith(
            "0001_m1 in tenant_a locks what all targets share (public.rates), one target at a time, and another process"
            " is at it: waited 2 s. pid "
        )
        assert "sqlmig elsewhere" in result.failure.message
        assert not yard.alone.locked()
        # A step that shares nothing does not care.
        assert lane.run(step("tenant_a", 1, "CREATE TABLE t (id int);\n"), around(1), ONCE).outcome is Outcome.DONE
    assert advisory_locks(yard.connection) == ["ExclusiveLock"]


def test_a_step_that_runs_alone_is_neither_opened_ahead_nor_opens_ahead(yard: Yard) -> None:
    alone = step("tenant_b", 1, "CREATE TABLE t (id int);\n", shared=("public.rates",))
    with yard.lane() as lane:
        lane.run(step("tenant_a", 1, "CREATE TABLE t (id int);\n"), around(1), ONCE, alone)
        assert not lane.session.in_transaction
        lane.run(alone, around(1), ONCE, step("tenant_a", 2, "CREATE TABLE t2 (id int);\n"))
        assert not lane.session.in_transaction
    assert yard.versions("tenant_b") == [1]


def test_who_waits_for_its_turn_can_be_stopped(yard: Yard) -> None:
    stop = Stop()
    with ThreadPoolExecutor() as pool, yard.lane(stop=stop) as lane, yard.alone:
        run = pool.submit(lane.run, shared("tenant_a"), around(1), ONCE)
        stop.request()
        assert run.result(timeout=5).outcome is Outcome.INTERRUPTED
    assert yard.versions("tenant_a") == []

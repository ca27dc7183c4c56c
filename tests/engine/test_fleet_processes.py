"""Several processes at once: they share the work, do each step once, and lose nothing when one of them is killed."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from subprocess import Popen
from typing import Any

import psycopg
import pytest

from commandline import Cli
from fleetshop import configure, done_steps, fleet, last_run, only, outcomes, register, rollout, slugs, steps_of
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import Shop
from sqlmig.fleet import share
from sqlmig.plan.events import Event, RunBegan, TargetBegan, TargetRequeued
from sqlmig.plan.results import Outcome
from sqlmig.plan.waves import rules_from_options

Connect = Callable[..., psycopg.Connection[Any]]

SLOW = "CREATE TABLE who AS SELECT pg_backend_pid() AS pid; SELECT pg_sleep(0.03);\n"


def ended(process: Popen[str]) -> tuple[int, str]:
    out, said = process.communicate(timeout=40)
    return process.returncode, out + said


def only_done(shop: Shop) -> bool:
    return shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []


def test_three_processes_share_thirty_tenants_and_do_each_step_once(shop: Shop, cli: Cli) -> None:
    schemas = fleet(shop, 30, workers=2)
    shop.pair("tenant", "0002_slow", SLOW)
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(cli.start("apply")) for _ in range(3)]
        answers = [ended(process) for process in running]
    assert [status for status, _ in answers] == [0, 0, 0], answers
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    assert only_done(shop)
    assert shop.sql("SELECT state FROM sqlmig.run WHERE manifest IS NOT NULL AND state <> 'finished'") == []


def test_a_process_that_comes_later_helps(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 12, workers=2)
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t02' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    seen: list[Event] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(shop.apply)
            until(lambda: len(at_the_gate(shop.connection)) == 2)
            second = pool.submit(shop.project().apply, observer=seen.append)
            until(lambda: len(done_steps(shop)) == 22, what="the second one has done all the others")
        assert [first.result().exit_status, second.result().exit_status] == [0, 0]
    [began] = [event for event in seen if isinstance(event, RunBegan)]
    assert began.joined
    assert began.run_id == first.result().run_id == second.result().run_id
    assert {event.target.schema for event in seen if isinstance(event, TargetBegan)} >= set(schemas[2:])
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    elsewhere = {one.target.schema for one in second.result().results if one.elsewhere}
    assert elsewhere == {"tenant_t01", "tenant_t02"}
    assert only_done(shop)


def test_a_killed_process_s_tenants_are_done_by_the_others_long_before_its_lease_ends(
    shop: Shop, cli: Cli, connect: Connect
) -> None:
    schemas = fleet(shop, 14, workers=3)
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t03' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    with ThreadPoolExecutor() as pool, cli.start("apply") as killed:
        with gate_closed(connect()):
            until(lambda: len(at_the_gate(shop.connection)) == 3)
            began = time.monotonic()
            other = pool.submit(shop.apply)
            until(lambda: shop.one("SELECT count(*) FROM sqlmig.run_worker") == 2, what="the other has joined")
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            until(lambda: len(done_steps(shop)) == 25, what="all are done but those that the killed one had")
        result = other.result()
        assert time.monotonic() - began < share.LEASE / 2
    assert result.exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    assert last_run(shop)[1] == "finished"


def test_a_run_all_of_whose_processes_were_killed_is_taken_up(shop: Shop, cli: Cli, connect: Connect) -> None:
    schemas = fleet(shop, 8, workers=2)
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t02' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    with gate_closed(connect()), cli.start("apply") as killed:
        until(lambda: len(at_the_gate(shop.connection)) == 2)
        killed.send_signal(signal.SIGKILL)
    killed_run, state = last_run(shop)
    assert state == "running"
    result = shop.apply()
    assert result.exit_status == 0
    assert result.run_id == killed_run, "its lease holds yet, so it is joined"
    assert done_steps(shop) == steps_of(schemas, 1, 2)


def test_other_files_are_another_run(shop: Shop, connect: Connect) -> None:
    """And what the newer files add meanwhile is no fault of the older run."""
    schemas = fleet(shop, 2, workers=2)
    shop.pair("tenant", "0002_gate", AT_THE_GATE)
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(shop.apply)
            until(lambda: len(at_the_gate(shop.connection)) == 2)
            shop.pair("tenant", "0003_more", "SELECT 1;\n")
            second = pool.submit(shop.apply)
            until(lambda: shop.one("SELECT count(*) FROM sqlmig.run WHERE state = 'running'") == 2)
        assert [first.result().exit_status, second.result().exit_status] == [0, 0]
    assert first.result().run_id != second.result().run_id
    assert done_steps(shop) == steps_of(schemas, 1, 2, 3)


def test_what_a_live_process_is_at_work_on_is_not_taken_from_it(shop: Shop, connect: Connect) -> None:
    """The run would call a target blocked, or the wave over, while somebody is at work on it."""
    schemas = fleet(shop, 6, workers=3, lock_wait="20s")
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t03' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    seen: list[Event] = []
    project = shop.project()
    wanted = rollout(project, rules=rules_from_options("3", ()))
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(project.apply, rollout=wanted)
            until(lambda: len(at_the_gate(shop.connection)) == 3)
            owners = shop.sql("SELECT schema_name, worker FROM sqlmig.run_item WHERE wave = 0 ORDER BY 1")
            second = pool.submit(shop.project().apply, observer=seen.append, rollout=wanted)
            looks = looks_in_vain(shop)
            until(lambda: next(looks) >= 8, what="the second process has looked often enough to take them")
            assert shop.sql("SELECT schema_name, worker FROM sqlmig.run_item WHERE wave = 0 ORDER BY 1") == owners
            assert shop.sql("SELECT DISTINCT state FROM sqlmig.run_item WHERE wave = 1") == [("pending",)]
        assert [first.result().exit_status, second.result().exit_status] == [0, 0]
    assert [event for event in seen if isinstance(event, TargetRequeued)] == []
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    assert only_done(shop)


def looks_in_vain(shop: Shop) -> Iterator[int]:
    """How often the lease of the process that came last was renewed, as far as one sees."""
    seen: set[object] = set()
    while True:
        rows = shop.sql("SELECT max(seen_until) FROM sqlmig.run_worker")
        seen.add(rows[0][0])
        yield len(seen)


def test_who_waits_longer_than_it_wants_leaves_and_harms_nobody(shop: Shop, connect: Connect) -> None:
    """Several targets that a live process is long at would trip the breaker of the process that waits for it."""
    schemas = fleet(shop, 8, workers=4)
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t04' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    project = shop.project()
    wanted = rollout(project, rules=rules_from_options("4", ()))
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(project.apply, rollout=wanted)
            pids = until(lambda: len(at_the_gate(shop.connection)) == 4 and at_the_gate(shop.connection))
            second = shop.project().apply(rollout=wanted, lock_wait="300ms")
            assert second.exit_status == 4
            [blocked] = only(Outcome.BLOCKED, second)
            [failure] = [one.failure for one in second.results if one.failure is not None]
            assert failure.message.startswith(f"another run holds {blocked}: waited 0.3 s for its lock. pid ")
            assert any(f"pid {pid} (" in failure.message for pid in pids)
            assert sorted(at_the_gate(shop.connection)) == sorted(pids)
            assert last_run(shop)[1] == "running"
            assert shop.sql("SELECT DISTINCT state FROM sqlmig.run_item WHERE wave = 1") == [("pending",)]
            assert shop.sql("SELECT FROM sqlmig.run_item WHERE state = 'blocked'") == []
        assert first.result().exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2)


@pytest.mark.parametrize("failing", [True, False], ids=["fails", "succeeds"])
def test_what_was_taken_away_for_a_look_is_its_owner_s_again(shop: Shop, connect: Connect, failing: bool) -> None:
    fleet(shop, 2, workers=2)
    last = "SELECT 1 / 0;\n" if failing else "SELECT 1;\n"
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t01' %}" + AT_THE_GATE + last + "{% endif %}SELECT 1;\n")
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(shop.apply)
            until(lambda: at_the_gate(shop.connection))
            assert shop.project().apply(lock_wait="0").exit_status == 4
        result = first.result()
    assert result.exit_status == (3 if failing else 0)
    states = shop.sql("SELECT schema_name, state FROM sqlmig.run_item ORDER BY 1")
    assert states == [("tenant_t01", "failed" if failing else "done"), ("tenant_t02", "done")]
    assert last_run(shop)[1] == "finished"


def test_processes_that_begin_at_the_same_moment_on_an_empty_database(shop: Shop, cli: Cli) -> None:
    configure(shop, workers=2)
    tenants = slugs(12)
    made = "".join(
        f"CREATE SCHEMA tenant_{slug}; INSERT INTO tenants (slug, schema_name) VALUES ('{slug}', 'tenant_{slug}');\n"
        for slug in tenants
    )
    shop.pair("platform", "0002_tenants", made)
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(cli.start("apply")) for _ in range(3)]
        answers = [ended(process) for process in running]
    assert [status for status, _ in answers] == [0, 0, 0], answers
    assert done_steps(shop) == steps_of([f"tenant_{slug}" for slug in tenants], 1)
    assert only_done(shop)


def test_a_tenant_that_only_one_of_two_processes_knows_of_is_brought_up(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 4, workers=2)
    shop.pair("tenant", "0002_gate", "{% if schema <= 'tenant_t02' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(shop.apply)
            until(lambda: len(at_the_gate(shop.connection)) == 2)
            register(shop, ["young"])
            second = pool.submit(shop.apply)
            until(lambda: shop.one("SELECT count(*) FROM sqlmig.run_worker") == 2, what="the second has joined")
        both = [first.result(), second.result()]
    assert [result.exit_status for result in both] == [0, 0]
    assert [outcomes(result)["tenant_young"] for result in both] == [Outcome.DONE, Outcome.DONE]
    assert done_steps(shop) == steps_of([*schemas, "tenant_young"], 1, 2)
    assert only_done(shop)


def test_a_process_that_joins_where_everything_is_claimed_or_done_ends_well(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 3, workers=4)
    shop.pair("tenant", "0002_gate", AT_THE_GATE)
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(shop.apply)
            until(lambda: len(at_the_gate(shop.connection)) == 3)
            second = pool.submit(shop.apply)
            until(lambda: shop.one("SELECT count(*) FROM sqlmig.run_worker") == 2)
        both = [first.result(), second.result()]
    assert [result.exit_status for result in both] == [0, 0]
    assert done_steps(shop) == steps_of(schemas, 1, 2)

"""The Python interface as a service uses it: from a loop, from several threads at once, behind a fork."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

import sqlmig
from sessions import until
from shop import Shop
from sqlmig.admin import provisioning
from sqlmig.db.context import Stop
from sqlmig.errors import Interrupted
from sqlmig.plan.results import Outcome


def asleep(shop: Shop) -> bool:
    return (
        shop.one("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")
        == 1
    )


def test_a_cancelled_task_stops_its_run_and_leaves_nothing_half_done(shop: Shop) -> None:
    shop.pair("platform", "0002_long", "CREATE TABLE half (id int);\nSELECT pg_sleep(300);\n")

    async def start() -> None:
        applying = asyncio.create_task(sqlmig.aio.apply(shop.project()))
        await asyncio.to_thread(until, lambda: asleep(shop))
        applying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await applying
        # The run has ended before the task has.
        assert shop.one("SELECT outcome FROM sqlmig.run") == "interrupted"

    asyncio.run(start())
    assert shop.versions("core") == [1]
    assert "half" not in shop.tables("core")


def test_a_call_in_a_thread_may_be_stopped_without_cancelling_its_task(shop: Shop) -> None:
    shop.pair("platform", "0002_long", "SELECT pg_sleep(300);\n")
    project, stop = shop.project(), Stop()

    async def start() -> Outcome:
        applying = asyncio.create_task(sqlmig.aio.in_thread(lambda stop: project.apply(stop=stop), stop=stop))
        await asyncio.to_thread(until, lambda: asleep(shop))
        stop.request()
        return (await applying).outcome

    assert asyncio.run(start()) is Outcome.INTERRUPTED


def test_a_start_that_waits_for_another_process_can_be_stopped(shop: Shop) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(Interrupted) as raised:
        sqlmig.ensure_current(
            shop.folder, database_url=shop.database_url, when_behind=sqlmig.WhenBehind.WAIT, stop=stop
        )
    assert str(raised.value) == "asked to stop before the database was current\n  next: start again"


def test_tenants_are_made_in_requests_that_come_at_once(shop: Shop) -> None:
    project = shop.with_tenants().project()

    async def request(slug: str) -> str:
        made = await sqlmig.aio.in_thread(lambda stop: provisioning.create(project, slug, values={}, stop=stop))
        return made.tenant.schema

    async def serve() -> list[str]:
        return await asyncio.gather(*(request(f"t{number}") for number in range(8)))

    assert asyncio.run(serve()) == [f"tenant_t{number}" for number in range(8)]
    assert project.status().current


def test_a_project_is_shared_by_threads(shop: Shop) -> None:
    project = shop.with_tenants("acme", "globex").project()
    calls = [project.check, project.status, project.plan, project.verify, project.tenants, project.lint] * 4
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda call: call(), calls))
    assert all(check.current for check in found[::6])
    assert all(status.current for status in found[1::6])


def looked(project: sqlmig.Project) -> None:
    assert project.check().current


def test_a_project_survives_a_fork(shop: Shop) -> None:
    project = shop.with_tenants("acme").project()
    assert project.check().current
    child = multiprocessing.get_context("fork").Process(target=looked, args=[project])
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert project.check().current

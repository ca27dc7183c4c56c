"""What may happen while a block is open, to its tenant and to its code. The next block sees nothing of it."""

# ruff: noqa: PT012 -- what a block does when it is left is what these tests ask
from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from sqlmig.tenancy import AsyncTenantPool, ContextLost, TenantNotFound, TenantPool, TenantSuspended
from tenancy.conftest import LOOKUP, WHO, Town


@pytest.fixture(params=["direct", "pooler"])
def tenants(request: pytest.FixtureRequest, town: Town) -> Iterator[TenantPool]:
    """Two connections; behind each test both still serve whoever asks."""
    given: dict[str, Any] = {"lookup": LOOKUP, "search_path": ["extensions"], "role": town.role}
    with TenantPool(town.url(request.param), min_size=2, max_size=2, **given) as pool:
        yield pool
        with pool.connection("t8") as one, pool.connection("t9") as other:
            assert one.execute(WHO).fetchone() == town.context("t8")
            assert other.execute(WHO).fetchone() == town.context("t9")


@pytest.mark.parametrize("inner", ["t1", "t2"], ids=["of the same tenant", "of another tenant"])
def test_blocks_may_be_nested_and_each_has_a_transaction_of_its_own(
    town: Town, tenants: TenantPool, inner: str
) -> None:
    with tenants.connection("t1") as outside:
        outside.execute("INSERT INTO written VALUES ('outside')")
        with pytest.raises(KeyError), tenants.connection(inner) as inside:
            assert inside.execute(WHO).fetchone() == town.context(inner)
            inside.execute("INSERT INTO written VALUES ('inside')")
            raise KeyError
        assert outside.execute(WHO).fetchone() == town.context("t1")
    assert town.rows() == [("t1", "outside")]


# --- its tenant ---


def test_a_tenant_that_is_renamed_away_is_not_found_in_the_block(town: Town, tenants: TenantPool) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), tenants.connection("t1") as conn:
        conn.execute("INSERT INTO written VALUES ('kept')")
        town.admin.execute("ALTER SCHEMA tenant_t1 RENAME TO moved")
        conn.execute("INSERT INTO written VALUES ('lost')")
    town.admin.execute("ALTER SCHEMA moved RENAME TO tenant_t1")
    assert town.rows() == []


def test_a_suspended_tenants_block_goes_on_to_its_end_and_there_is_no_other(town: Town, tenants: TenantPool) -> None:
    with tenants.connection("t1") as conn:
        town.admin.execute("UPDATE core.tenants SET is_active = false WHERE slug = 't1'")
        conn.execute("INSERT INTO written VALUES ('kept')")
        with pytest.raises(TenantSuspended), tenants.connection("t1"):
            pass
    assert town.rows() == [("t1", "kept")]


def test_a_tenant_that_is_dropped_is_gone_for_the_block_and_for_the_next_one(town: Town, tenants: TenantPool) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), tenants.connection("t1") as conn:
        conn.execute("SELECT 1")
        town.admin.execute("DROP SCHEMA tenant_t1 CASCADE; DELETE FROM core.tenants WHERE slug = 't1'")
        conn.execute("INSERT INTO written VALUES ('lost')")
    with pytest.raises(TenantNotFound, match="there is no tenant t1"), tenants.connection("t1"):
        pass


# --- its code ---


def half_a_copy(conn: Any) -> Callable[[], object]:
    copying = conn.cursor().copy("COPY written FROM STDIN")
    copying.__enter__().write(b"lost\n")
    return lambda: copying.__exit__(None, None, None)


def half_a_pipeline(conn: Any) -> Callable[[], object]:
    pipeline = conn.pipeline()
    inside = pipeline.__enter__()
    conn.execute("INSERT INTO written VALUES ('lost')")
    inside.sync()
    return lambda: pipeline.__exit__(None, None, None)


def half_a_stream(conn: Any) -> Callable[[], object]:
    rows = conn.cursor().stream("SELECT generate_series(1, 100000)")
    next(rows)
    return lambda: list(rows)


HALVES: dict[str, Callable[[Any], Callable[[], object]]] = {
    "COPY": half_a_copy,
    "pipeline": half_a_pipeline,
    "stream": half_a_stream,
}


@pytest.mark.parametrize("begin", HALVES.values(), ids=HALVES)
def test_what_is_not_done_at_the_end_of_a_block_is_undone(
    town: Town, tenants: TenantPool, begin: Callable[[Any], Callable[[], object]]
) -> None:
    with pytest.raises(ContextLost, match="was still running a statement"), tenants.connection("t1") as conn:
        conn.execute("INSERT INTO written VALUES ('lost')")
        end = begin(conn)
    with tenants.connection("t2"), tenants.connection("t3"), pytest.raises((ContextLost, psycopg.Error)):
        end()
    assert town.rows() == []


def test_a_generator_that_nobody_reads_to_its_end_is_rolled_back(town: Town, tenants: TenantPool) -> None:
    def rows() -> Iterator[Any]:
        with tenants.connection("t1") as conn:
            conn.execute("INSERT INTO written VALUES ('lost')")
            yield from conn.execute("SELECT generate_series(1, 3)")

    reading = rows()
    assert next(reading) == (1,)
    reading.close()
    assert town.rows() == []


def test_ctrl_c_stops_the_statement_and_rolls_back(town: Town, tenants: TenantPool) -> None:
    def interrupt() -> None:
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        while town.admin.execute(asleep).fetchone() == (0,):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = threading.Thread(target=interrupt)
    # Whoever starts the tests in the background may have switched it off.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupting.start()
    try:
        with pytest.raises(KeyboardInterrupt), tenants.connection("t1") as conn:
            conn.execute("INSERT INTO written VALUES ('lost')")
            conn.execute("SELECT pg_sleep(60)")
    finally:
        interrupting.join()
        signal.signal(signal.SIGINT, before)
    assert town.rows() == []


def test_a_thread_that_goes_on_behind_the_block_gets_nowhere(town: Town, tenants: TenantPool) -> None:
    ended, errors = threading.Event(), []

    def go_on(conn: Any) -> None:
        cursor = conn.cursor()
        ended.wait(60)
        for sender in (conn, cursor, cursor.connection):
            try:
                sender.execute("INSERT INTO written VALUES ('in whose schema?')")
            except ContextLost as error:
                errors.append(error.message)

    with tenants.connection("t1") as conn:
        other = threading.Thread(target=go_on, args=[conn])
        other.start()
    with tenants.connection("t2"), tenants.connection("t3"):
        ended.set()
        other.join()
    assert errors == ["the block of tenant t1 is over; its connection serves somebody else now"] * 3
    assert town.rows() == []


# --- a task that is cancelled at any moment ---


@pytest.mark.parametrize("way", ["direct", "pooler"])
def test_a_task_may_be_cancelled_at_each_of_its_steps(town: Town, way: str) -> None:
    async def block(tenants: AsyncTenantPool, number: int) -> None:
        async with tenants.connection("t1") as conn, conn.transaction():
            await conn.execute("INSERT INTO written VALUES (%s)", [f"a{number}"])
            await conn.execute("INSERT INTO written VALUES (%s)", [f"b{number}"])

    async def main() -> tuple[int, int]:
        given: dict[str, Any] = {"lookup": LOOKUP, "search_path": ["extensions"], "role": town.role}
        cancelled = number = 0
        async with AsyncTenantPool(town.url(way), min_size=1, max_size=1, **given) as tenants:
            await tenants.pool.wait()
            steps = 0
            while True:
                task = asyncio.create_task(block(tenants, number := number + 1))
                for _ in range(steps):
                    await asyncio.sleep(0)
                    if task.done():
                        break
                done = task.done()
                task.cancel()
                await asyncio.wait([task])
                cancelled += task.cancelled()
                async with tenants.connection("t2") as conn:
                    assert await (await conn.execute(WHO)).fetchone() == town.context("t2")
                if done:
                    return cancelled, number
                steps += 1 if steps < 40 else steps // 4

    cancelled, number = asyncio.run(asyncio.wait_for(main(), 300))
    assert 0 < cancelled < number
    rows = {text for _, text in town.rows()}
    assert {row[1:] for row in rows if row[0] == "a"} == {row[1:] for row in rows if row[0] == "b"}
    assert f"a{number}" in rows

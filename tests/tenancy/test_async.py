"""The pool for asyncio keeps the same promises, also when a task is cancelled at any of its awaits."""

# ruff: noqa: PT012 -- what a block does when it is left is what these tests ask
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from servers import pgbouncer_version
from sqlmig.tenancy import AsyncTenantPool, ContextLost, Tenant, TenantNotFound, TenantSuspended
from tenancy.conftest import LOOKUP, WHO, Town

Asked = Callable[[AsyncTenantPool], Awaitable[None]]


@pytest.fixture(params=["direct", "pooler"])
def run(request: pytest.FixtureRequest, town: Town) -> Callable[[Asked], None]:
    """Runs a coroutine on a pool with one connection; the context stands in a block that follows."""

    def run(asked: Asked) -> None:
        async def main() -> None:
            async with made(town, request.param) as tenants:
                await asked(tenants)
                async with tenants.connection("t2") as conn:
                    assert await one(conn, WHO) == town.context("t2")

        asyncio.run(asyncio.wait_for(main(), 60))

    return run


@asynccontextmanager
async def made(town: Town, way: str, **options: Any) -> AsyncIterator[AsyncTenantPool]:
    given = {"lookup": LOOKUP, "search_path": ["extensions"], "role": town.role, "min_size": 1, "max_size": 1}
    async with AsyncTenantPool(town.url(way), **{**given, **options}) as tenants:
        yield tenants


async def one(conn: Any, query: str, *parameters: object) -> Any:
    return await (await conn.execute(query.encode(), parameters or None)).fetchone()


def test_a_block_is_its_tenants_transaction(town: Town, run: Callable[[Asked], None]) -> None:
    async def asked(tenants: AsyncTenantPool) -> None:
        async with tenants.connection("t1") as conn:
            assert await one(conn, WHO) == town.context("t1")
            async with conn.transaction(force_rollback=True):
                await conn.execute("INSERT INTO written VALUES ('lost')")
            await conn.execute("INSERT INTO written VALUES ('kept')")
        with pytest.raises(KeyError):
            async with tenants.connection("t2") as conn:
                await conn.execute("INSERT INTO written VALUES ('lost')")
                raise KeyError

    run(asked)
    assert town.rows() == [("t1", "kept")]


def test_a_commit_in_the_block_is_the_end_of_it(town: Town, run: Callable[[Asked], None]) -> None:
    async def asked(tenants: AsyncTenantPool) -> None:
        for call in ("commit", "rollback"):
            with pytest.raises(ContextLost, match=rf"{call}\(\) inside of the block"):
                async with tenants.connection("t1") as conn:
                    await getattr(conn.cursor().connection, call)()
        with pytest.raises(ContextLost, match="nothing more runs in it"):
            async with tenants.connection("t1") as conn:
                await conn.execute("COMMIT")
                await conn.execute("INSERT INTO tenant_t1.written VALUES ('without a tenant')")
        with pytest.raises(ContextLost, match="another transaction"):
            async with tenants.connection("t1") as conn:
                await conn.execute("COMMIT; BEGIN; INSERT INTO tenant_t1.written VALUES ('without a tenant')")

    run(asked)
    assert town.rows() == []


def test_a_connection_and_its_cursors_are_of_no_use_behind_the_block(run: Callable[[Asked], None]) -> None:
    async def asked(tenants: AsyncTenantPool) -> None:
        async with tenants.connection("t1") as conn:
            cursor, named = conn.cursor(), conn.cursor("named")
            await named.execute("SELECT 1")
        async with tenants.connection("t3"):
            for use in (conn.execute, cursor.execute, named.execute, cursor.connection.execute):
                with pytest.raises(ContextLost, match="the block of tenant t1 is over"):
                    await use("SELECT 1")
        await psycopg.AsyncCursor.close(named)

    run(asked)


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_a_task_that_is_cancelled_in_a_statement_leaves_nothing(
    request: pytest.FixtureRequest, town: Town, run: Callable[[Asked], None], twice: bool
) -> None:
    if twice and request.node.callspec.params["run"] == "pooler" and pgbouncer_version() < (1, 21):
        pytest.skip("PgBouncer before 1.21 exits or mixes answers up when a cancel request is broken off")

    async def asked(tenants: AsyncTenantPool) -> None:
        sleeping = asyncio.Event()

        async def block() -> None:
            async with tenants.connection("t1") as conn:
                await conn.execute("INSERT INTO written VALUES ('lost')")
                sleeping.set()
                await conn.execute("SELECT pg_sleep(60)")

        task = asyncio.create_task(block())
        await sleeping.wait()
        for _ in range(2 if twice else 1):
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(asked)
    assert town.rows() == []


def test_tasks_that_are_cancelled_while_they_wait_take_no_place_of_the_pool(run: Callable[[Asked], None]) -> None:
    async def asked(tenants: AsyncTenantPool) -> None:
        async def block() -> None:
            async with tenants.connection("t4") as conn:
                await conn.execute("SELECT 1")

        async with tenants.connection("t1"):
            tasks = [asyncio.create_task(block()) for _ in range(20)]
            await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(end) for end in ended] == [asyncio.CancelledError, type(None)] * 10

    run(asked)


def test_a_stream_that_was_not_read_to_its_end_blocks_nobody(run: Callable[[Asked], None]) -> None:
    async def asked(tenants: AsyncTenantPool) -> None:
        with pytest.raises(ContextLost, match="was still running a statement"):
            async with tenants.connection("t1") as conn:
                rows = conn.cursor().stream("SELECT generate_series(1, 100000)")
                await anext(rows)

    run(asked)


def test_connections_that_died_in_the_pool_are_replaced_unseen(town: Town, run: Callable[[Asked], None]) -> None:
    async def asked(tenants: AsyncTenantPool) -> None:
        await tenants.pool.wait()
        town.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    run(asked)


def test_who_is_served_is_asked_of_a_coroutine(town: Town) -> None:
    async def find(slug: str) -> Tenant | None:
        suspended, gone = Tenant("t3", "tenant_t3", "3", active=False), Tenant("gone", "tenant_gone", "9")
        return {"t1": Tenant("t1", "tenant_t1", "1"), "t3": suspended, "gone": gone}.get(slug)

    async def asked() -> None:
        async with made(town, "direct", lookup=find) as tenants:
            async with tenants.connection("t1") as conn:
                assert await one(conn, WHO) == town.context("t1")
            with pytest.raises(TenantNotFound, match="there is no tenant t2"):
                await tenants.find("t2")
            with pytest.raises(TenantSuspended, match="tenant t3 is suspended"):
                await tenants.find("t3")
            with pytest.raises(TenantNotFound, match="schema tenant_gone of tenant gone does not exist"):
                await tenants.connection("gone").__aenter__()

    asyncio.run(asked())

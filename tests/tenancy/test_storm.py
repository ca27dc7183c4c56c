"""200 tenants, 20 threads or tasks, and everything that can go wrong: no statement ever runs as another tenant."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from sqlmig.tenancy import AsyncTenantPool, ContextLost, TenantNotFound, TenantPool
from tenancy.conftest import LOOKUP, WHO, Town

BLOCKS = 1200
ACTORS = 20
CONNECTIONS = 8
WRITE = "INSERT INTO written VALUES (current_setting('sqlmig.tenant') || %s)"
LEFT = (
    "SELECT pg_catalog.current_schemas(false) = '{}' AND current_user = session_user"
    " AND coalesce(current_setting('app.current_tenant_id', true), '') = ''"
    " AND coalesce(current_setting('sqlmig.tenant', true), '') = ''"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE is_holdable)"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema())"
)
GOOD = ""
RAISE = "raise"
"""An error of the application's own."""
NEVER_COMMITTED = (
    RAISE,
    "SELECT 1 / 0",
    "SELECT * FROM nowhere",
    "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)",
    "SET app.current_tenant_id = '-1'",
    "ROLLBACK",
    "ROLLBACK AND CHAIN",
)
ENDINGS = (
    *[GOOD] * 20,
    *NEVER_COMMITTED,
    "SET search_path = tenant_t3",
    "SET LOCAL search_path = tenant_t4; RESET search_path",
    "SET LOCAL ROLE NONE",
    "SET ROLE NONE",
    "COMMIT",
    "COMMIT; SELECT * FROM who",
    "COMMIT; BEGIN",
    "COMMIT AND CHAIN",
    "CREATE TEMP TABLE who AS SELECT 'nobody' AS name",
    "DECLARE kept CURSOR WITH HOLD FOR SELECT * FROM who",
)
"""What happens last in a block."""


class Broken(Exception):
    """An application's error."""


EXPECTED = (psycopg.Error, ContextLost, TenantNotFound, PoolTimeout, Broken)


@dataclass(frozen=True)
class Block:
    """What one block does; the same each time for the same number."""

    number: int
    slug: str
    statements: int
    ending: str

    @classmethod
    def of(cls, number: int, town: Town) -> Block:
        chance = random.Random(number)
        slug = "nobody" if chance.random() < 0.02 else chance.choice(town.slugs)
        return cls(number, slug, chance.randint(1, 4), chance.choice(ENDINGS))

    @property
    def row(self) -> str:
        return f"{self.slug}/{self.number}"


@pytest.fixture(params=["direct", "pooler"])
def way(request: pytest.FixtureRequest) -> str:
    way: str = request.param
    return way


@pytest.fixture
def town(make_town: Callable[[int], Town]) -> Town:
    town = make_town(200)
    town.admin.execute(f'GRANT TEMP ON DATABASE "{town.admin.info.dbname}" TO "{town.role}"')
    return town


def options(town: Town) -> dict[str, Any]:
    given = {"lookup": LOOKUP, "search_path": ["extensions"], "role": town.role, "remember": 0.2}
    return {**given, "min_size": 2, "max_size": CONNECTIONS, "timeout": 60}


@contextmanager
def killer(town: Town) -> Iterator[None]:
    """Ends a server process of the pool every now and then, whatever it is doing."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.15):
            town.admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
            )

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def judge(town: Town, blocks: list[Block], committed: list[bool]) -> None:
    """Each row is in its tenant's schema, and what a block was told of its COMMIT is true."""
    rows = town.rows()
    assert [row for row in rows if row[0] != row[1].partition("/")[0]] == []
    told = {block.row for block, done in zip(blocks, committed, strict=True) if done}
    there = {row for _, row in rows}
    assert told <= there
    # Of the others some were killed in their COMMIT, or said COMMIT themselves.
    assert {block.row for block in blocks if block.ending in NEVER_COMMITTED} & there == set()
    assert len(told) > BLOCKS / 3, "most blocks failed: this says nothing"


def test_no_thread_ever_runs_a_statement_as_another_tenant(town: Town, way: str) -> None:
    def run(block: Block) -> bool:
        """Whether the block was committed."""
        try:
            with tenants.connection(block.slug) as conn:
                for _ in range(block.statements):
                    assert conn.execute(WHO).fetchone() == town.context(block.slug)
                with conn.transaction():
                    conn.execute(WRITE, [f"/{block.number}"])
                if block.ending == RAISE:
                    raise Broken
                if block.ending:
                    conn.execute(block.ending.encode())
        except EXPECTED:
            return False
        return True

    blocks = [Block.of(number, town) for number in range(BLOCKS)]
    with TenantPool(town.url(way), **options(town)) as tenants:
        with killer(town), ThreadPoolExecutor(ACTORS) as actors:
            committed = list(actors.map(run, blocks))
        tenants.pool.check()
        for raw in [tenants.pool.getconn() for _ in range(CONNECTIONS)]:
            assert raw.execute(LEFT).fetchone() == (True,)
            tenants.pool.putconn(raw)
    judge(town, blocks, committed)


def test_no_task_ever_runs_a_statement_as_another_tenant(town: Town, way: str) -> None:
    async def run(tenants: AsyncTenantPool, block: Block, places: asyncio.Semaphore) -> bool:
        try:
            async with places, tenants.connection(block.slug) as conn:
                for _ in range(block.statements):
                    found = await conn.execute(WHO)
                    assert await found.fetchone() == town.context(block.slug)
                async with conn.transaction():
                    await conn.execute(WRITE, [f"/{block.number}"])
                if block.ending == RAISE:
                    raise Broken
                if block.ending:
                    await conn.execute(block.ending.encode())
        except (*EXPECTED, asyncio.CancelledError):
            return False
        return True

    async def cancelled(task: asyncio.Task[bool], number: int) -> bool:
        """The task's answer; some tasks are cancelled, and some of these once more while they clean up."""
        chance = random.Random(-number)
        while chance.random() < 0.3:
            await asyncio.wait([task], timeout=chance.random() / 4)
            task.cancel()
        return (await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 60))[0] is True

    async def storm(blocks: list[Block]) -> list[bool]:
        async with AsyncTenantPool(town.url(way), **options(town)) as tenants:
            places = asyncio.Semaphore(ACTORS)
            with killer(town):
                tasks = [asyncio.create_task(run(tenants, block, places)) for block in blocks]
                committed = await asyncio.gather(*map(cancelled, tasks, range(BLOCKS)))
            failed = [task.exception() for task in tasks if not task.cancelled() and task.exception()]
            assert failed == []
            await tenants.pool.check()
            # Every place of the pool can still be had.
            for raw in [await tenants.pool.getconn() for _ in range(CONNECTIONS)]:
                assert await (await raw.execute(LEFT)).fetchone() == (True,)
                await tenants.pool.putconn(raw)
            return committed

    blocks = [Block.of(number, town) for number in range(BLOCKS)]
    judge(town, blocks, asyncio.run(storm(blocks)))

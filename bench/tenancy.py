"""What a block of `sqlmig.tenancy` costs, beside one of psycopg_pool: the same statement, one of each in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from statistics import median
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from bench.figures import headline
from bench.fleet_ground import ground
from bench.proxy import between
from sqlmig.tenancy import TenantPool

TENANTS = 1_000
ROUNDS = 1_000

_LOOKUP = "SELECT id, schema_name AS schema, is_active AS active FROM core.tenants WHERE slug = %(slug)s"
_Block = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]


def report(tenants: int = TENANTS, rounds: int = ROUNDS) -> Iterator[str]:
    """Milliseconds and round trips of a block with one statement in it."""
    yield from headline(f"A block of one SELECT, among {tenants:,} tenants: median of {rounds:,}, one of each in turn")
    yield f"{'':<24}{'psycopg_pool':>14}{'tenancy':>14}{'ratio':>8}"
    with ground() as server:
        url = server.database()
        _make_tenants(url, tenants)
        plain, ours = (1000 * median(taken) for taken in _taken(url, tenants, rounds, _WAYS))
        yield f"{'ms, on a local socket':<24}{plain:>14.2f}{ours:>14.2f}{ours / plain:>8.1f}"
        plain, ours = (_trips(url, tenants, way) for way in _WAYS)
        yield f"{'round trips':<24}{plain:>14.1f}{ours:>14.1f}{ours / plain:>8.1f}"


@contextmanager
def _plain(url: str, _tenants: int) -> Iterator[_Block]:
    with ConnectionPool(url, min_size=1, max_size=1) as pool:
        yield pool.connection


@contextmanager
def _ours(url: str, tenants: int) -> Iterator[_Block]:
    numbers = count()
    with TenantPool(url, lookup=_LOOKUP, min_size=1, max_size=1) as pool:
        yield lambda: pool.connection(f"t{next(numbers) % tenants}")


_Way = Callable[[str, int], AbstractContextManager[_Block]]
_WAYS: tuple[_Way, ...] = (_plain, _ours)


def _taken(url: str, tenants: int, rounds: int, ways: Sequence[_Way]) -> list[list[float]]:
    """The seconds of each block, by the way it was had; the first one connects, and is left out."""
    with ExitStack() as pools:
        blocks = [pools.enter_context(way(url, tenants)) for way in ways]
        taken: list[list[float]] = [[] for _ in ways]
        for _ in range(rounds + 1):
            for block, seconds in zip(blocks, taken, strict=True):
                began = time.perf_counter()
                with block() as connection:
                    connection.execute("SELECT 1")
                seconds.append(time.perf_counter() - began)
    return [seconds[1:] for seconds in taken]


def _trips(url: str, tenants: int, way: _Way) -> float:
    """Round trips of a block: of 110 less those of 10, so that connecting is left out."""
    with between(url) as (far, trips):
        counted = []
        for rounds in (10, 110):
            before = trips.value
            _taken(far, tenants, rounds, [way])
            counted.append(trips.value - before)
    return (counted[1] - counted[0]) / 100


def _make_tenants(url: str, tenants: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA core")
        connection.execute("CREATE TABLE core.tenants (id bigint, slug text UNIQUE, schema_name text, is_active bool)")
        with connection.transaction():
            for number in range(tenants):
                connection.execute(f"CREATE SCHEMA tenant_{number}".encode())
        connection.execute(
            "INSERT INTO core.tenants SELECT n, 't' || n, 'tenant_' || n, true FROM generate_series(0, %s - 1) AS n",
            [tenants],
        )
        connection.execute("ANALYZE core.tenants")

"""A foreign key from every tenant to one platform table, whose lock is held until the transaction ends.

Naive: one file with the key and other work behind it, sent by threads that know nothing of each other, with a
lock_timeout and another try. Split: the key NOT VALID in a file of its own, the other work and the validation in
others. Someone writes to the platform table all the time, and notes how long the longest write had to wait.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import psycopg

from bench.figures import headline
from bench.fleet_alter import WORKERS, Fleet
from bench.fleet_ground import Ground, apply

TENANTS = 1_000
LOCK_TIMEOUT = "100ms"
"""Of the threads; low, as who cares for a platform's writers would have it."""
_COLUMN = "ALTER TABLE item_1 ADD COLUMN plan_id bigint;\n"
_KEY = "ALTER TABLE item_1 ADD CONSTRAINT item_1_plan_fkey FOREIGN KEY (plan_id) REFERENCES core.plans{ending};\n"
_WORK = (
    "INSERT INTO item_1 (id, plan_id) SELECT n, 1 FROM generate_series(1, 1000) AS n;\n"
    "CREATE INDEX item_1_plan_idx ON item_1 (plan_id);\n"
)
_VALIDATE = "ALTER TABLE item_1 VALIDATE CONSTRAINT item_1_plan_fkey;\n"
_TOUCHES = "-- sqlmig: touches core.plans\n"
NAIVE = _COLUMN + _KEY.format(ending="") + _WORK
SPLIT = (_COLUMN + _WORK, _KEY.format(ending=" NOT VALID"), _VALIDATE)


@dataclass(slots=True)
class Found:
    """What came of one way."""

    seconds: float = 0.0
    tries_again: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds of each write to the platform table."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to give each tenant the key."""

    label: str
    run: Callable[[Fleet, int, Found], None]


def report(ground: Ground, tenants: int = TENANTS, rounds: int = 1) -> Iterator[str]:
    """Seconds, tries that failed, and how long a write to the platform table waited."""
    yield from headline(f"6. a foreign key to one platform table in {tenants:,} tenants, {WORKERS} at once")
    taken: dict[str, list[Found]] = {way.label: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            taken[way.label].append(_measured(way, ground, tenants))
    best = {label: min(found, key=lambda one: one.seconds) for label, found in taken.items()}
    naive = best[WAYS[0].label].seconds
    for label, found in best.items():
        yield (
            f"  {label:<24} {found.seconds:>6.2f} s, {naive / found.seconds:.2f} x the threads"
            f"   {found.tries_again:,} tries again   platform writes {len(found.waits) / found.seconds:,.0f}/s,"
            f" the longest {max(found.waits) * 1000:,.0f} ms"
        )


def _measured(way: Way, ground: Ground, tenants: int) -> Found:
    fleet = Fleet(ground)
    fleet.grow(tenants)
    with psycopg.connect(fleet.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE core.plans (id bigint PRIMARY KEY, used bigint NOT NULL DEFAULT 0)")
        connection.execute("INSERT INTO core.plans (id) VALUES (1), (2)")
    found = Found()
    with _writer(fleet.url, found):
        way.run(fleet, tenants, found)
    with psycopg.connect(fleet.url) as connection:
        keys = connection.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated").fetchone()
    if keys != (tenants,):
        raise RuntimeError(f"{way.label}: {keys} of {tenants} keys are there and valid")
    return found


@contextlib.contextmanager
def _writer(url: str, found: Found) -> Iterator[None]:
    """Someone who writes to the platform table for as long as the block lasts."""
    ended = threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not ended.wait(0.005):
                began = time.perf_counter()
                connection.execute("UPDATE core.plans SET used = used + 1 WHERE id = 2")
                found.waits.append(time.perf_counter() - began)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            yield
        finally:
            ended.set()
        writing.result()


# --- the ways ---


def _threads(fleet: Fleet, tenants: int, found: Found) -> None:
    def migrate(first: int) -> int:
        tries_again = 0
        with psycopg.connect(fleet.url, autocommit=True) as connection:
            for tenant in range(first, tenants + 1, WORKERS):
                script = (
                    f"BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; SET LOCAL search_path = tenant_{tenant};\n"
                    f"{NAIVE}COMMIT"
                )
                while not _tried(connection, script):
                    tries_again += 1
        return tries_again

    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        found.tries_again = sum(pool.map(migrate, range(1, WORKERS + 1)))
    found.seconds = time.perf_counter() - began


def _tried(connection: psycopg.Connection, script: str) -> bool:
    try:
        connection.execute(script.encode())
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        connection.execute("ROLLBACK")
        return False
    return True


def _sqlmig(fleet: Fleet, _tenants: int, found: Found, *, files: tuple[str, ...]) -> None:
    for text in files:
        fleet.add(_TOUCHES * ("core.plans" in text) + text)
    found.seconds = apply(fleet.folder, fleet.url, "--workers", str(WORKERS)).run


WAYS = (
    Way("naive, psycopg threads", _threads),
    Way("naive, sqlmig", partial(_sqlmig, files=(NAIVE,))),
    Way("split, sqlmig", partial(_sqlmig, files=SPLIT)),
)

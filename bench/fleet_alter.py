"""One column for every tenant of a large fleet: metadata only, so that what the runner adds is what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from bench.figures import headline
from bench.fleet_fresh import scripts
from bench.fleet_ground import Ground, Ran, add_migration, apply, copy_history, psql, register

SIZES = (1_000, 2_000, 10_000)
TABLES = 10
WORKERS = 4
WANTED = 1_500
"""Tenants a second."""
ALIKE = "ALTER TABLE {table} ADD COLUMN note_{number} text;\n"
OF_ITS_OWN = "ALTER TABLE {table} ADD COLUMN note_{number} text DEFAULT {{{{ tenant.slug | literal }}}};\n"
"""A text that is another one for each tenant."""


class Fleet:
    """Tenants with ten tables each, up to date; more can join, and a column can be added to each."""

    def __init__(self, ground: Ground) -> None:
        """Makes the registry, and nobody in it."""
        self.folder = ground.project({"0001_tables": _tables()})
        self.url = ground.database()
        self._ground = ground
        self._size = 0
        self._columns = count(2)
        apply(self.folder, self.url, "--platform")

    def grow(self, size: int) -> None:
        """Lets tenants join until there are so many; the first one is migrated, and the others are like it."""
        if self._size == 0:
            register(self.url, 1, 1)
            apply(self.folder, self.url)
            self._size = 1
        if size > self._size:
            register(self.url, self._size + 1, size, tables=TABLES)
            copy_history(self.url, self._size + 1, size)
            self._size = size

    def add(self, text: str) -> None:
        """One more migration; `{number}` in it is its version, `{table}` one of the tables."""
        number = next(self._columns)
        add_migration(
            self.folder, f"{number:04d}_note", text.format(number=number, table=f"item_{1 + number % TABLES}")
        )

    def alter(self, *options: str, text: str = ALIKE, url: str | None = None) -> Ran:
        """Gives every tenant a column.

        Args:
            options: of `sqlmig apply`.
            text: what `add` takes.
            url: the way to the database, when it is not the shortest one.
        """
        self.add(text)
        ran = apply(self.folder, url or self.url, *options)
        if ran.steps != self._size:
            raise RuntimeError(f"{ran.steps} of {self._size} tenants were migrated")
        return ran

    def alter_by_psql(self, processes: int) -> float:
        """Seconds for the same by psql; nobody writes that down."""
        folder = self._ground.project(
            {"0001_bare": f"ALTER TABLE item_1 ADD COLUMN bare_{next(self._columns)} text;\n"}
        )
        return psql(self.url, scripts(folder, self._size, processes, together=False)).seconds


def report(ground: Ground, tenants: int = SIZES[-1], rounds: int = 3) -> Iterator[str]:
    """Tenants a second at three sizes of the fleet, and with a number of workers that sqlmig chooses."""
    sizes = [max(size * tenants // SIZES[-1], 1) for size in SIZES]
    yield from headline(f"2. ADD COLUMN, metadata only, in up to {sizes[-1]:,} tenants of {TABLES} tables")
    fleet, cost = Fleet(ground), {}
    for size in sizes:
        fleet.grow(size)
        limits, runs = [], []
        for _ in range(rounds):
            runs.append(fleet.alter("--workers", str(WORKERS)))
            limits.append(fleet.alter_by_psql(WORKERS))
        cost[size] = min(ran.run for ran in runs) / size
        yield _line(size, f"{WORKERS} workers", runs, limits)
    yield _line(sizes[-1], "--workers auto", [fleet.alter("--workers", "auto")], [])
    yield f"  a tenant costs {cost[sizes[-1]] / cost[sizes[0]]:.2f} x at {sizes[-1]:,} what it costs at {sizes[0]:,}"


def _line(size: int, workers: str, runs: list[Ran], limits: list[float]) -> str:
    best = min(ran.run for ran in runs)
    rate = size / best
    psql_s = f"   {min(limits) / best:.2f} x psql's {size / min(limits):,.0f}/s" if limits else ""
    return (
        f"  {size:>6,} tenants   {workers:<14} {rate:>6,.0f} tenants/s, {rate / WANTED:.2f} x the {WANTED:,} wanted"
        f"   {best / size * 1000:.2f} ms a tenant{psql_s}"
    )


def _tables() -> str:
    return "".join(f"CREATE TABLE item_{number} (\n    id bigint NOT NULL\n);\n" for number in range(1, TABLES + 1))

"""A fleet that is up to date: what `sqlmig apply` takes to see that there is nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import psycopg

from bench.figures import headline
from bench.fleet_ground import Ground, Ran, apply, copy_history, register

TENANTS = 10_000
MIGRATIONS = 200
FEW = 10
"""Tenants of the small fleet."""
ROUNDS = 5
WANTED = 1.0
"""Seconds of the whole process, at the most."""
WANTED_RATIO = 3.0
"""Times what it takes for a few tenants, at the most."""


def report(ground: Ground, tenants: int = TENANTS, rounds: int = ROUNDS, migrations: int = MIGRATIONS) -> Iterator[str]:
    """Seconds of whole processes for a few tenants and for many, in turns, and their ratio."""
    yield from headline(f"3. nothing to do: {tenants:,} tenants x {migrations} migrations, all applied")
    folder = ground.project(
        {f"{number:04d}_item": f"CREATE TABLE item_{number} (id bigint);\n" for number in range(1, migrations + 1)}
    )
    urls = {size: ground.database() for size in (min(FEW, tenants), tenants)}
    for size, url in urls.items():
        apply(folder, url, "--platform")
        register(url, 1, 1)
        apply(folder, url)
        register(url, 2, size)
        copy_history(url, 2, size)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    taken: dict[int, list[Ran]] = {size: [] for size in urls}
    for number in range(rounds + 1):
        for size, url in urls.items():
            ran = apply(folder, url)
            if ran.steps:
                raise RuntimeError(f"{ran.steps} steps were run where nothing was to do")
            if number:  # the first round fills caches
                taken[size].append(ran)
    seconds = {size: median(ran.process for ran in runs) for size, runs in taken.items()}
    for size, runs in taken.items():
        yield (
            f"  {size:>6,} tenants   {seconds[size]:.2f} s as a process (wanted < {WANTED:g}),"
            f" of which the run {median(ran.run for ran in runs):.2f} s; peak {max(ran.peak for ran in runs):.0f} MB"
        )
    few, many = seconds
    yield f"  {many:,} tenants take {seconds[many] / seconds[few]:.2f} x the time of {few} (wanted < {WANTED_RATIO:g})"

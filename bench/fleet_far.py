"""One column for every tenant, with a network between sqlmig and the server: round trips are what counts there."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import headline
from bench.fleet_alter import Fleet
from bench.fleet_ground import Ground
from bench.proxy import between

TENANTS = 1_000
WORKERS = (1, 4)
LATENCY = 0.002
"""Seconds that each round trip takes longer."""
WANTED = 3
"""Round trips a tenant, at the most."""


def report(ground: Ground, tenants: int = TENANTS, rounds: int = 3) -> Iterator[str]:
    """Round trips a tenant, all of the run's among them, and tenants a second, by the number of workers."""
    yield from headline(f"4. ADD COLUMN in {tenants:,} tenants, {LATENCY * 1000:g} ms added to each round trip")
    fleet = Fleet(ground)
    fleet.grow(tenants)
    fleet.alter()  # the first run fills the caches of the file system
    for workers in WORKERS:
        seconds, counted = [], []
        for _ in range(rounds):
            with between(fleet.url, seconds=LATENCY) as (far, trips):
                before = trips.value
                seconds.append(fleet.alter("--workers", str(workers), url=far).run)
                counted.append(trips.value - before)
        best = min(seconds)
        yield (
            f"  {workers} at once   {tenants / best:>6,.0f} tenants/s, {best * workers / tenants * 1000:.2f} ms of a"
            f" worker for each   {max(counted) / tenants:.2f} round trips a tenant (wanted <= {WANTED})"
        )

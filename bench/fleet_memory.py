"""The memory of a process that migrates a large fleet."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import headline
from bench.fleet_alter import ALIKE, OF_ITS_OWN, WORKERS, Fleet
from bench.fleet_ground import Ground, apply

TENANTS = 10_000
WANTED = 150
"""MB, at the most."""


def report(ground: Ground, tenants: int = TENANTS, rounds: int = 1) -> Iterator[str]:
    """The largest peak of a run with nothing to do, of one text for all tenants, and of a text for each."""
    yield from headline(f"5. peak memory of sqlmig, {tenants:,} tenants, {WORKERS} workers")
    fleet = Fleet(ground)
    fleet.grow(tenants)
    workers = ("--workers", str(WORKERS))
    peaks = {
        "nothing to do": [apply(fleet.folder, fleet.url).peak for _ in range(rounds)],
        "one text for all": [fleet.alter(*workers, text=ALIKE).peak for _ in range(rounds)],
        "a text for each tenant": [fleet.alter(*workers, text=OF_ITS_OWN).peak for _ in range(rounds)],
    }
    for label, found in peaks.items():
        yield f"  {label:<24} {max(found):>4.0f} MB (wanted < {WANTED})"

"""Thousands of tenants: what a run over a fleet costs, part by part, all on one server.

1 fresh tenants, 20 migrations of 5 statements, against psql
2 one metadata-only ALTER on up to 10,000 tenants
3 nothing to do for 10,000 tenants
4 the ALTER with a network's round trips
5 peak memory at 10,000 tenants
6 a foreign key from each of 1,000 tenants to one platform table
7 fresh tenants beside dbmate and Alembic, installed into .cache
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import fleet_alter, fleet_far, fleet_fresh, fleet_idle, fleet_keys, fleet_memory, fleet_others
from bench.figures import machine
from bench.fleet_ground import ground

PARTS: dict[str, Callable[..., Iterator[str]]] = {
    "1": fleet_fresh.report,
    "2": fleet_alter.report,
    "3": fleet_idle.report,
    "4": fleet_far.report,
    "5": fleet_memory.report,
    "6": fleet_keys.report,
    "7": fleet_others.report,
}


def report(
    parts: Sequence[str] = tuple(PARTS),
    *,
    tenants: int | None = None,
    rounds: int | None = None,
    folder: Path | None = None,
) -> Iterator[str]:
    """The parts, one after the other, on one server.

    Args:
        parts: their numbers.
        tenants: how many; without a number, as many as each part is meant for.
        rounds: how often each measurement is made; without a number, as often as each part is meant to.
        folder: where the server's data lie; without one, in memory if that has room.
    """
    given = {name: value for name, value in (("tenants", tenants), ("rounds", rounds)) if value is not None}
    with ground(folder) as found:
        yield f"a fleet on PostgreSQL {found.server.version} ({machine()})"
        for part in parts:
            yield from PARTS[part](found, **given)


def run(words: Sequence[str]) -> Iterator[str]:
    """The report that the words of a command line ask for."""
    parser = argparse.ArgumentParser(
        "scripts/bench fleet", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="numbers of parts; without any, all of them")
    parser.add_argument("--tenants", type=int, help="how many tenants, in place of what each part is meant for")
    parser.add_argument("--rounds", type=int, help="how often each measurement is made")
    parser.add_argument(
        "--folder", type=Path, help="where the server's data lie; without it, in memory if that has room"
    )
    options = parser.parse_args(words)
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}")
    return report(options.parts or tuple(PARTS), tenants=options.tenants, rounds=options.rounds, folder=options.folder)

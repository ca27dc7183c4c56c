"""New tenants, 20 migrations of 5 statements each: sqlmig against psql, which does nothing but send them.

psql is the limit: its scripts hold the files' own text and what makes each a transaction, and nothing else. It keeps
no history, takes no lock, and looks at nothing that a file did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

from bench.figures import headline
from bench.fleet_ground import Ground, Ran, Sent, apply, psql, register

TENANTS = 100
MIGRATIONS = 20
ROUNDS = 3
WANTED = {1: 1.0, 2: 1.0, 4: 0.9}
"""By workers: the share of psql's rate that sqlmig is to reach."""


@dataclass(frozen=True, slots=True)
class Way:
    """What shares a transaction, in sqlmig's words and in psql's."""

    label: str
    options: tuple[str, ...]
    together: bool


WAYS = (
    Way("a transaction a migration", (), together=False),
    Way("a transaction a tenant", ("--per-target-transaction",), together=True),
)


def report(ground: Ground, tenants: int = TENANTS, rounds: int = ROUNDS) -> Iterator[str]:
    """The rates of both, for each way and number of workers, and their ratio."""
    yield from headline(f"1. fresh: {tenants:,} tenants x {MIGRATIONS} migrations of 5 statements, against psql")
    yield f"migrations a second, median of {rounds}; the ratio is that of the runs, the interpreter's start left out"
    for way, workers in product(WAYS, WANTED):
        taken = [_round(ground, tenants, way, workers, first=number % 2) for number in range(rounds)]
        yield from _lines(way, workers, tenants * MIGRATIONS, taken)


def migrations(count: int = MIGRATIONS) -> dict[str, str]:
    """Migrations by name."""
    return {f"{version:04d}_item": _migration(f"item_{version}") for version in range(1, count + 1)}


@dataclass(frozen=True, slots=True)
class Round:
    """What both came to, each in a database of its own."""

    sent: Sent
    ran: Ran
    cpu: tuple[float, float]
    """Seconds of CPU of psql and of sqlmig, the server's for it among them; without the interpreter's start."""


def _round(ground: Ground, tenants: int, way: Way, workers: int, *, first: int) -> Round:
    """Both, one after the other; who goes first changes."""
    folder = ground.project(migrations())
    options = ("--workers", str(workers), *way.options)
    ran: dict[int, Sent | Ran] = {}
    cpu: dict[int, float] = {}
    for which in (first, 1 - first):
        url = ground.database()
        apply(folder, url, "--platform")
        register(url, 1, tenants)
        before = ground.cpu()
        if which:
            ran[which] = apply(folder, url, *options)
        else:
            ran[which] = psql(url, scripts(folder, tenants, workers, together=way.together))
        cpu[which] = ground.cpu() - before + ran[which].cpu
        if which:
            # Nothing is left to do: what remains is what a process costs that starts and looks.
            cpu[which] -= apply(folder, url, *options).cpu
    sent, applied = ran[0], ran[1]
    if not isinstance(sent, Sent) or not isinstance(applied, Ran) or applied.steps != tenants * MIGRATIONS:
        raise RuntimeError(f"not everything ran: {ran}")
    return Round(sent, applied, (cpu[0], cpu[1]))


def _lines(way: Way, workers: int, steps: int, taken: list[Round]) -> Iterator[str]:
    limit = median(one.sent.seconds for one in taken)
    run = median(one.ran.run for one in taken)
    process = median(one.ran.process for one in taken)
    # Of each round, for a machine's speed changes from one to the next.
    ratio = median(one.sent.seconds / one.ran.run for one in taken)
    yield (
        f"  {way.label:<26} {workers} at once   psql {steps / limit:>6,.0f}/s   sqlmig {steps / run:>6,.0f}/s"
        f" ({steps / process:,.0f}/s as a process)   {ratio:.2f} x (wanted {WANTED[workers]:.1f})"
    )
    psql_cpu, own_cpu = (median(one.cpu[which] for one in taken) / steps * 1000 for which in (0, 1))
    share = median(one.cpu[0] / one.cpu[1] for one in taken)
    yield f"    CPU a migration, server and client   psql {psql_cpu:.2f} ms   sqlmig {own_cpu:.2f} ms   {share:.2f} x"


def scripts(folder: Path, tenants: int, count: int, *, together: bool) -> list[Path]:
    """Scripts for so many psql processes, each with its share of the tenants."""
    files = [file.read_text() for file in sorted((folder / "sql/tenant").glob("*.up.sql"))]
    made = []
    for number in range(count):
        script = folder / f"script_{number}.sql"
        mine = range(1 + number, tenants + 1, count)
        script.write_text("".join(_transactions(tenant, files, together=together) for tenant in mine))
        made.append(script)
    return made


def _transactions(tenant: int, files: list[str], *, together: bool) -> str:
    parts = ["".join(files)] if together else files
    return "".join(f"BEGIN;\nSET LOCAL search_path = tenant_{tenant};\n{part}COMMIT;\n" for part in parts)


def _migration(table: str) -> str:
    return (
        f"CREATE TABLE {table} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
        "    title text NOT NULL CHECK (title <> ''),\n    price numeric(12, 2) NOT NULL DEFAULT 0\n);\n"
        f"CREATE INDEX {table}_title_idx ON {table} (lower(title));\n"
        f"ALTER TABLE {table} ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();\n"
        f"INSERT INTO {table} (title, price) VALUES ('one; two', 1.5), ('it''s', 2), ($$three$$, 3);\n"
        f"COMMENT ON TABLE {table} IS 'Items of a benchmark.';\n"
    )

"""One target, 20 migrations of 5 statements: sqlmig against psql running the same files, one transaction each.

Every measurement gets a fresh database, the four ways take turns, and the files of each round differ, so that
nothing that was remembered of a text helps. Round trips are counted by a proxy, as the difference between 20
migrations and 10, so that connecting and finding out where things stand do not count as a migration's.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

import sqlmig
from bench.figures import Series, clean_environment, headline, machine, timed
from bench.proxy import between
from sqlmig import embedded
from sqlmig.db import history
from sqlmig.db.session import session

MIGRATIONS = 20
ROUNDS = 9
LATENCY = 0.001
"""Seconds: what two machines of one data centre are apart, at the most."""
CONFIG = "tracks:\n  main: {path: sql/main, scope: shared, schema: app}\n"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run the files of a project against a database; returns the seconds that it took."""

    label: str
    run: Callable[[Path, str], float]


def report(migrations: int = MIGRATIONS, rounds: int = ROUNDS) -> Iterator[str]:
    """The comparison on the server's own machine, over a network, and the round trips that explain the difference."""
    yield from headline(f"one target, {migrations} migrations of 5 statements, against psql ({machine()})")
    with _server() as running:
        yield f"PostgreSQL {running.version} on the same machine, {rounds} rounds, median (least to most)"
        yield from _compare(running.url, migrations, rounds, latency=0.0)
        yield f"with {LATENCY * 1000:g} ms added to each round trip, as between machines"
        yield from _compare(running.url, migrations, rounds, latency=LATENCY)
        yield f"round trips a migration: those of {migrations} migrations less those of half of them, for each"
        for way in WAYS:
            yield f"  {way.label:<46} {_trips(way, running.url, migrations):>7.1f}"


def _compare(url: str, migrations: int, rounds: int, *, latency: float) -> Iterator[str]:
    seconds: dict[str, list[float]] = {way.label: [] for way in WAYS}
    for number in range(rounds + 1):
        # Who goes first changes from round to round.
        for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
            with _project(number, migrations) as folder, _database(url) as database, _far(database, latency) as there:
                took = way.run(folder, there)
            if number:  # the first round warms the server's caches
                seconds[way.label].append(took)
    series = [Series(label, tuple(taken)) for label, taken in seconds.items()]
    best = min(found.middle for found in series if found.label.startswith("psql"))
    for found in series:
        ratio = "" if found.label.startswith("psql") else f"   {best / found.middle:.2f} x the speed of the best psql"
        yield found.line(beside=ratio)


def _trips(way: Way, url: str, migrations: int) -> float:
    counted = []
    for count in (migrations // 2, migrations):
        with _project(0, count) as folder, _database(url) as database, between(database) as (through, trips):
            before = trips.value
            way.run(folder, through)
            counted.append(trips.value - before)
    return (counted[1] - counted[0]) / (migrations - migrations // 2)


@contextlib.contextmanager
def _project(number: int, migrations: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sqlmig-bench-") as name:
        folder = Path(name)
        (folder / "sqlmig.yaml").write_text(CONFIG)
        track = folder / "sql" / "main"
        track.mkdir(parents=True)
        for version in range(1, migrations + 1):
            table = f"item_{number}_{version}"
            up = (
                f"-- Items, part {version}.\n"
                f"CREATE TABLE {table} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
                "    title text NOT NULL CHECK (title <> ''),\n    price numeric(12, 2) NOT NULL DEFAULT 0\n);\n"
                f"CREATE INDEX {table}_title_idx ON {table} (lower(title));\n"
                f"ALTER TABLE {table} ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();\n"
                f"INSERT INTO {table} (title, price) VALUES ('one; two', 1.5), ('it''s', 2), ($$three$$, 3);\n"
                f"COMMENT ON TABLE {table} IS 'Items of a benchmark.';\n"
            )
            (track / f"{version:04d}_{table}.up.sql").write_text(up)
            (track / f"{version:04d}_{table}.down.sql").write_text(f"DROP TABLE {table};\n")
        yield folder


@contextlib.contextmanager
def _database(url: str) -> Iterator[str]:
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield url.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def _far(url: str, latency: float) -> Iterator[str]:
    if latency == 0:
        yield url
        return
    with between(url, seconds=latency) as (through, _):
        yield through


@contextlib.contextmanager
def _server() -> Iterator[embedded.EmbeddedServer]:
    with tempfile.TemporaryDirectory(prefix="sqlmig-bench-") as folder:
        data = Path(folder, "data")
        try:
            yield embedded.start(data)
        finally:
            embedded.stop(data)


# --- the ways ---


def _sqlmig_known(folder: Path, url: str) -> float:
    """A database that sqlmig has been to: the tables of the history, made once, are there."""
    with session(url) as opened:
        history.prepare(opened, "sqlmig")
    return _sqlmig_in_process(folder, url)


def _sqlmig_in_process(folder: Path, url: str) -> float:
    began = time.perf_counter()
    result = sqlmig.Project.load(folder, database_url=url, environ={}).apply()
    seconds = time.perf_counter() - began
    if result.exit_status:
        raise RuntimeError(result)
    return seconds


def _sqlmig_process(folder: Path, url: str) -> float:
    environment = clean_environment() | {"SQLMIG_DATABASE_URL": url}
    return timed([sys.executable, "-m", "sqlmig", "--config", str(folder), "apply"], environment)


def _psql(folder: Path, url: str, *, per_process: int) -> float:
    """Psql with the files, each in a transaction of its own; the schema and its path are given beforehand."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA app")
    files = [str(file) for file in sorted((folder / "sql" / "main").glob("*.up.sql"))]
    environment = clean_environment() | {"PGOPTIONS": "-c search_path=app"}
    start = [str(embedded.program("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]
    seconds = 0.0
    for first in range(0, len(files), per_process):
        batch = files[first : first + per_process]
        transactions = [part for file in batch for part in ("-c", "BEGIN", "-f", file, "-c", "COMMIT")]
        seconds += timed([*start, *transactions], environment)
    return seconds


WAYS = (
    Way("psql, one process, BEGIN; file; COMMIT", partial(_psql, per_process=10**6)),
    Way("psql, one process for each file", partial(_psql, per_process=1)),
    Way("sqlmig, in a process, its history there", _sqlmig_known),
    Way("sqlmig, in a process, its very first run", _sqlmig_in_process),
    Way("sqlmig, as a command, its very first run", _sqlmig_process),
)

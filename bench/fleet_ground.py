"""What the parts of the fleet benchmark stand on: one server, databases, projects on disk, and sqlmig as a command."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from bench.figures import clean_environment
from sqlmig import embedded

CONFIG = """\
tracks:
  platform: {path: sql/platform, scope: shared, schema: core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:
  query: SELECT id, slug, schema_name AS schema FROM core.tenants ORDER BY id
apply: {refuse_on: never}
"""
_MEMORY = Path("/dev/shm")  # noqa: S108  (what is made there gets a folder of its own)
_ROOM = 16 * 1024**3
"""Bytes that all parts together stay well below."""
_BATCH = 100
"""Tenants that one statement makes: PostgreSQL's lock table holds the locks of so many."""


class Ground:
    """A server, and what is put onto it. Nothing is removed before the end.

    A file system that has just removed many files makes new ones slowly, and every table is a file.
    """

    def __init__(self, folder: Path, server: embedded.EmbeddedServer) -> None:
        """Takes an empty folder for projects, and a server that nobody else uses."""
        self.server = server
        self._folder = folder
        self._numbers = count(1)

    def database(self) -> str:
        """The URL of a new database."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return embedded.database_url(self.server, name)

    def cpu(self) -> float:
        """Seconds of CPU that the server has used so far, in all of its processes; 0 where nobody tells (not Linux)."""
        processes = map(_stat, Path("/proc").glob("[0-9]*"))
        mine = [stat for stat in processes if stat and self.server.pid in (stat.pid, stat.parent)]
        ended = sum(stat.of_ended for stat in mine if stat.pid == self.server.pid)
        return (sum(stat.own for stat in mine) + ended) / os.sysconf("SC_CLK_TCK")

    def folder(self, name: str) -> Path:
        """A new and empty folder, its name begins so."""
        folder = self._folder / f"{name}_{next(self._numbers)}"
        folder.mkdir()
        return folder

    def project(self, migrations: Mapping[str, str]) -> Path:
        """A new project with a registry of tenants, and tenant migrations by name."""
        folder = self.folder("project")
        for track in ("platform", "tenant"):
            (folder / "sql" / track).mkdir(parents=True)
        (folder / "sqlmig.yaml").write_text(CONFIG)
        (folder / "sql/platform/0001_tenants.up.sql").write_text(
            "CREATE TABLE tenants (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
            "    slug text NOT NULL,\n    schema_name text NOT NULL\n);\n"
        )
        (folder / "sql/platform/0001_tenants.down.sql").write_text("DROP TABLE tenants;\n")
        for name, text in migrations.items():
            add_migration(folder, name, text)
        return folder


@contextlib.contextmanager
def ground(folder: Path | None = None) -> Iterator[Ground]:
    """A server of its own, with an embedded server's settings, and room for projects.

    Args:
        folder: where it lies; without one, in memory if that has room, and else where temporary files do.
    """
    with tempfile.TemporaryDirectory(prefix="sqlmig-bench-", dir=folder or _in_memory()) as name:
        data = Path(name, "data")
        try:
            yield Ground(Path(name), embedded.start(data))
        finally:
            embedded.stop(data)


def _in_memory() -> Path | None:
    """A file system in memory: how fast a disk makes 100,000 files is not what is measured."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None


class _Stat(NamedTuple):
    """What Linux tells of a process; times in clock ticks."""

    pid: int
    parent: int
    own: int
    of_ended: int
    """Of its children that have ended."""


def _stat(process: Path) -> _Stat | None:
    try:
        text = (process / "stat").read_text()
    except OSError:
        return None
    # The second field is the name, in brackets, and may hold anything.
    fields = text.rpartition(")")[2].split()
    own, of_ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return _Stat(int(process.name), int(fields[1]), own, of_ended)


def add_migration(folder: Path, name: str, text: str) -> None:
    """One more tenant migration."""
    (folder / f"sql/tenant/{name}.up.sql").write_text(f"-- sqlmig: irreversible a benchmark\n{text}")


def register(url: str, first: int, last: int, *, tables: int = 0) -> None:
    """Puts tenants of these numbers into the registry, and makes their schemas, with tables item_1 and so on."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO core.tenants (slug, schema_name)"
            " SELECT 't' || n, 'tenant_' || n FROM generate_series(%s::int, %s::int) AS n",
            [first, last],
        )
        for start in range(first, last + 1, _BATCH):
            connection.execute(_schemas(start, min(start + _BATCH - 1, last), tables))


def copy_history(url: str, first: int, last: int) -> None:
    """Gives tenants of these numbers the history of the first one."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("target", "applied"):
            rows = connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
                [f"sqlmig.{table}"],
            )
            columns = [name for (name,) in rows]
            given = {"target": sql.SQL("n::text"), "schema_name": sql.SQL("'tenant_' || n")}
            connection.execute(
                sql.SQL(
                    "INSERT INTO sqlmig.{table} ({columns}) SELECT {values} FROM sqlmig.{table} AS known,"
                    " generate_series({first}, {last}) AS n WHERE known.track = 'tenant' AND known.target = '1'"
                ).format(
                    table=sql.Identifier(table),
                    columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                    values=sql.SQL(", ").join(given.get(one, sql.Identifier("known", one)) for one in columns),
                    first=sql.Literal(first),
                    last=sql.Literal(last),
                )
            )


def _schemas(first: int, last: int, tables: int) -> sql.Composed:
    text = """
        DO $$
        BEGIN
            FOR number IN {first}..{last} LOOP
                EXECUTE format('CREATE SCHEMA tenant_%s', number);
                FOR item IN 1..{tables} LOOP
                    EXECUTE format('CREATE TABLE tenant_%s.item_%s (id bigint NOT NULL)', number, item);
                END LOOP;
            END LOOP;
        END
        $$"""
    return sql.SQL(text).format(first=sql.Literal(first), last=sql.Literal(last), tables=sql.Literal(tables))


# --- what runs ---


@dataclass(frozen=True, slots=True)
class Ran:
    """What `sqlmig apply` came to."""

    process: float
    """Seconds of the whole process, the interpreter's start among them."""
    run: float
    """Seconds of the run, as it told them itself: planning, migrating, reading back."""
    peak: float
    """MB of memory that the process had at the most."""
    steps: int
    cpu: float
    """Seconds of CPU of the whole process."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What psql came to."""

    seconds: float
    """Until the last process has ended."""
    cpu: float
    """Seconds of CPU of all of them."""


def apply(folder: Path, url: str, *options: str) -> Ran:
    """Runs `sqlmig apply` as a process of its own.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    environment = clean_environment() | {"SQLMIG_DATABASE_URL": url}
    command = [sys.executable, "-m", "sqlmig", "--config", str(folder), "apply", "--format", "json", *options]
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=wrong)
        # Only this call tells the memory of one child, and not of the largest so far.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        wrong.seek(0)
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {said.read()[-2000:]} {wrong.read()[-2000:]}")
        answer: dict[str, Any] = json.load(said)
    # Linux counts KiB, macOS bytes.
    peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    steps = sum(one["steps_done"] for one in answer["targets"])
    return Ran(seconds, answer["seconds"], peak, steps, usage.ru_utime + usage.ru_stime)


def psql(url: str, scripts: Sequence[Path]) -> Sent:
    """Runs psql on scripts, a process for each, all at once.

    Raises:
        RuntimeError: one of them failed.
    """
    command = [str(embedded.program("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f"]
    began = time.perf_counter()
    processes = [subprocess.Popen([*command, str(script)], env=clean_environment()) for script in scripts]
    cpu = 0.0
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu += usage.ru_utime + usage.ru_stime
    seconds = time.perf_counter() - began
    if any(process.returncode for process in processes):
        raise RuntimeError(f"psql: ended with {[process.returncode for process in processes]}")
    return Sent(seconds, cpu)

"""Several databases on servers of different versions, one of which goes away in the middle of a run."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import shop
from commandline import Cli
from sessions import AT_THE_GATE, GATE, at_the_gate, gate_closed, until
from sqlmig import embedded

FOLDER = Path(os.environ.get("SQLMIG_TEST_SERVERS", Path(__file__).parents[2] / ".cache" / "postgres"))
"""A folder for each version, as `make test-servers` wants it."""
NAMES = ("eu-1", "eu-2", "us-1")
DATABASES = "databases:\n" + "".join(
    f'  {name}: {{database_url: "${{{name.upper().replace("-", "_")}}}"}}\n' for name in NAMES
)


@dataclass
class Shards:
    """The small project on three servers, four tenants on each."""

    cli: Cli
    urls: dict[str, str]
    data: dict[str, Path]
    sources: dict[str, embedded.Installation]

    def environment(self) -> dict[str, str | None]:
        urls = {name.upper().replace("-", "_"): url for name, url in self.urls.items()}
        return {**urls, "SQLMIG_DATABASE_URL": None}

    def run(self, *arguments: str):
        return self.cli(*arguments, env=self.environment(), timeout=120)

    def connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.urls[name], autocommit=True)

    def start(self, name: str) -> None:
        embedded.start_from(self.sources[name], self.data[name], settings=embedded.THROW_AWAY)

    def kill(self, name: str) -> None:
        """The server dies as by a loss of power: nobody is told."""
        server = embedded.running(self.data[name])
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: embedded.running(self.data[name]) is None, what="the server is gone")

    def tenants_at(self, name: str, version: int) -> int:
        with self.connect(name) as connection:
            query = "SELECT count(*) FROM sqlmig.applied WHERE track = 'tenant' AND version = %s"
            row = connection.execute(query, (version,)).fetchone()
            assert row is not None
            return int(row[0])


@pytest.fixture(scope="module")
def installations() -> list[embedded.Installation]:
    """The oldest, one in the middle and the newest of those that are there."""
    folders = [folder / "bin" for folder in FOLDER.glob("*") if (folder / "bin" / "postgres").exists()]
    found = sorted(map(embedded.installation_in, folders), key=lambda one: one.version)
    if len(found) < 3:
        pytest.skip(f"three versions of PostgreSQL are needed, and {len(found)} are there: see `make servers`")
    return [found[0], found[len(found) // 2], found[-1]]


@pytest.fixture
def shards(installations: list[embedded.Installation], tmp_path: Path) -> Iterator[Shards]:
    for name, text in {**shop.FILES, "sqlmig.yaml": shop.CONFIG + DATABASES}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with contextlib.ExitStack() as stack:
        # A socket's path may not be longer than about a hundred bytes.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sqlmig-shards-")))
        folder.chmod(0o755)
        data = {name: folder / name for name in NAMES}
        made = Shards(Cli(tmp_path, ""), {}, data, dict(zip(NAMES, installations, strict=True)))
        for name in NAMES:
            stack.callback(embedded.stop, data[name])
            made.urls[name] = embedded.start_from(made.sources[name], data[name], settings=embedded.THROW_AWAY).url
        assert made.run("apply").returncode == 0
        for name in NAMES:
            with made.connect(name) as connection:
                for number in range(1, 5):
                    slug = f"{name.replace('-', '')}_{number}"
                    connection.execute(f"CREATE SCHEMA tenant_{slug}")
                    connection.execute(
                        "INSERT INTO core.tenants (slug, schema_name) VALUES (%s, %s)", (slug, f"tenant_{slug}")
                    )
        yield made


def test_one_call_migrates_servers_of_different_versions(shards: Shards) -> None:
    ran = shards.run("apply", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert [shards.tenants_at(name, 1) for name in NAMES] == [4, 4, 4]
    versions = []
    for name in NAMES:
        with shards.connect(name) as connection:
            versions.append(connection.info.server_version // 10000)
    assert versions == sorted(set(versions))
    told = shards.run("apply")
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "3 databases: 3 done")


def test_a_server_that_dies_in_the_middle_is_told_and_the_next_run_finishes(shards: Shards) -> None:
    assert shards.run("apply").returncode == 0
    up = shards.cli.folder / "sql/tenant/0002_gate.up.sql"
    up.write_text(AT_THE_GATE + "CREATE TABLE gated (id int);\n")
    up.with_name("0002_gate.down.sql").write_text("DROP TABLE gated;\n")
    with contextlib.ExitStack() as stack:
        doors = {name: stack.enter_context(contextlib.ExitStack()) for name in ("eu-1", "us-1")}
        connections = {name: stack.enter_context(contextlib.closing(shards.connect(name))) for name in NAMES}
        for name, door in doors.items():
            door.enter_context(gate_closed(connections[name]))
        connections["eu-2"].execute("SELECT pg_advisory_lock(%s)", (GATE,))
        run = stack.enter_context(shards.cli.start("apply", env=shards.environment()))
        for name in NAMES:
            until(lambda name=name: at_the_gate(connections[name]), seconds=60, what=f"{name} is at the gate")
        shards.kill("eu-2")
        for door in doors.values():
            door.close()
        out, err = run.communicate(timeout=120)
    assert (run.returncode, out.splitlines()[-1]) == (3, "3 databases: 2 done, 1 failed (eu-2)"), err
    assert "eu-2:\n" in err
    assert "when the server is back, run `sqlmig apply" in err
    assert "Traceback" not in err
    assert [shards.tenants_at(name, 2) for name in ("eu-1", "us-1")] == [4, 4]

    gone = shards.run("apply")
    assert (gone.returncode, gone.stdout.splitlines()[-1]) == (2, "3 databases: 2 done, 1 could not be used (eu-2)")

    shards.start("eu-2")
    again = shards.run("apply")
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "3 databases: 3 done"), again.stderr
    assert shards.tenants_at("eu-2", 2) == 4
    assert shards.run("status", "--check").returncode == 0

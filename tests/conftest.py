"""Fixtures: a real PostgreSQL, a fresh database for each test, projects on disk, the command line as a process."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

import servers
from commandline import Cli
from servers import Database, Role, Server


def pytest_configure(config: pytest.Config) -> None:
    # What a developer has set for psql may not decide what a test does.
    for name in [name for name in os.environ if name.startswith("PG") or name in {"SQLMIG_ENV", "SQLMIG_DATABASE_URL"}]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        servers.open_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.close_session()


@pytest.fixture(scope="session")
def server() -> Server:
    return servers.session_server()


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with servers.fresh_database(server) as fresh:
        yield fresh


@pytest.fixture
def database_url(database: Database) -> str:
    return database.url


@pytest.fixture
def connect(database_url: str) -> Iterator[Callable[..., psycopg.Connection[Any]]]:
    """`connect(**kw)`: a connection to the test's database, autocommit unless told otherwise."""
    with contextlib.ExitStack() as open_connections:

        def connect(**options: Any) -> psycopg.Connection[Any]:
            connection = psycopg.connect(**{"conninfo": database_url, "autocommit": True, **options})
            open_connections.callback(connection.close)
            return connection

        yield connect


@pytest.fixture
def role(database: Database) -> Callable[..., Role]:
    """`role("CREATEDB")`: a login role of the test; unpacks to name, password, url."""
    return lambda options="": servers.create_role(database, options)


@pytest.fixture
def pgbouncer(database: Database) -> Iterator[str]:
    """A URL of the test's database through PgBouncer in transaction mode."""
    program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    with servers.pgbouncer_in_front_of(database, program) as url:
        yield url


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """`project({"sqlmig.yaml": "..."})`: writes the files as they are, line ends and all; returns the folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


@pytest.fixture
def cli(tmp_path: Path, database_url: str) -> Cli:
    """`cli("apply", "--platform")` runs it to the end; `cli.start(...)` only starts it."""
    return Cli(tmp_path, database_url)

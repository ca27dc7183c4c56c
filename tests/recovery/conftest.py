"""Servers of a runbook's own: one that archives its WAL with pgBackRest, and one beside it to recover into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sqlmig import embedded
from sqlmig.embedded_owner import system_user

NEWEST = 15
"""The newest server that pgBackRest 2.45 of Debian 12 knows."""


@dataclass(frozen=True)
class Site:
    """A folder with the main server, the side server and the repository of backups."""

    folder: Path
    programs: embedded.Installation
    project: Path

    @property
    def main(self) -> Path:
        return self.folder / "main"

    @property
    def side(self) -> Path:
        return self.folder / "side"

    @property
    def settings(self) -> Path:
        return self.folder / "pgbackrest.conf"

    def start(self, data: Path, **settings: str) -> str:
        """Starts a server; its URL."""
        return embedded.start_from(self.programs, data, settings=settings).url

    def pgbackrest(self, *arguments: str) -> str:
        """Runs pgBackRest as the system user that owns the servers' files."""
        user = system_user()
        root = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        command = ["pgbackrest", f"--config={self.settings}", "--stanza=main", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, **root)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)

    def sqlmig(self, url: str, *arguments: str) -> str:
        """Runs the command line on the site's project."""
        environment = {**os.environ, "SQLMIG_DATABASE_URL": url, "SQLMIG_ENV": "ci"}
        command = [sys.executable, "-m", "sqlmig", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.project, env=environment)
        assert done.returncode == 0, f"sqlmig {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    if shutil.which("pgbackrest") is None:
        pytest.skip("pgBackRest is not installed (Debian: apt-get install pgbackrest)")
    programs = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    installed = embedded.installation_in(Path(programs)) if programs else embedded.installation(16)
    if installed.version > NEWEST:
        pytest.skip(f"pgBackRest of Debian 12 knows servers up to {NEWEST}: set SQLMIG_TEST_POSTGRES_BIN")
    # A socket's path has 107 characters at most, and pgBackRest runs as the servers' user.
    folder = Path(tempfile.mkdtemp(prefix="sqlmig-recovery-"))
    shutil.chown(folder, system_user().pw_uid, system_user().pw_gid)
    root = Path(__file__).parents[2]
    shutil.copytree(root / "sql", tmp_path / "sql")
    shutil.copy(root / "sqlmig.yaml", tmp_path)
    site = Site(folder, installed, tmp_path)
    try:
        yield site
    finally:
        for data in (site.side, site.main):
            if data.exists():
                embedded.stop(data)
        shutil.rmtree(folder)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()

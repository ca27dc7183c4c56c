"""The command line under test, run as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cli:
    """Runs `sqlmig` as people do: in a process of its own, with a clean environment."""

    folder: Path
    database_url: str

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        input: str | None = None,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end; in `env`, None takes a variable away."""
        return subprocess.run(
            [sys.executable, "-m", "sqlmig", *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.environment(env or {}),
            encoding="utf-8",
            input=input if input is not None else "",
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    def start(
        self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str | None] | None = None
    ) -> subprocess.Popen[str]:
        """Start only, for signals and races; the test waits for it, or uses it in a `with`."""
        return subprocess.Popen(
            [sys.executable, "-m", "sqlmig", *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.environment(env or {}),
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def environment(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        """What the process sees: nothing of the caller's database settings, the test's database, the changes."""
        wanted = {**clean_environment(), "SQLMIG_DATABASE_URL": self.database_url, **changes}
        return {name: value for name, value in wanted.items() if value is not None}


def clean_environment() -> dict[str, str]:
    """The environment without what would change what sqlmig or libpq do, or how rich draws."""
    drawing = {"COLUMNS", "LINES", "CI", "GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "TERM"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "SQLMIG_")) and name not in drawing
    }

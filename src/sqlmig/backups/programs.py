"""PostgreSQL's own programs, pg_dump and pg_restore: which of them fits, and how one is run."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from sqlmig import embedded
from sqlmig.backups.failures import BackupFailed
from sqlmig.errors import UsageError


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs."""

    path: Path
    version: str
    """Such as `18.1`."""

    @property
    def major(self) -> int:
        """The major version."""
        return _major(self.version)


def find_program(name: str, at_least: int) -> Program:
    """The program on PATH, or the one that comes with the embedded server: the oldest that is new enough.

    The oldest, because what a newer one writes may have settings that an older server does not know.

    Args:
        name: `pg_dump` or `pg_restore`.
        at_least: the major version that is needed.

    Raises:
        BackupFailed: none is there, or all are too old.
    """
    found = _installed(name)
    fitting = sorted((one for one in found if one.major >= at_least), key=lambda one: one.major)
    if fitting:
        return fitting[0]
    there = " and ".join(f"{one.version} in {one.path.parent}" for one in found)
    raise BackupFailed(
        f"{name} {at_least} or newer is needed, and {there} is there" if found else f"there is no {name} on PATH",
        state="nothing was changed",
        next=f"install PostgreSQL's client programs (Debian: postgresql-client-{at_least}) and put them on PATH",
    )


_END_SECONDS = 5


class ProgramFailed(Exception):
    """A program ended with an error; the text is what it said."""


class Running:
    """A program under way. It ends with the block that began it."""

    def __init__(self, program: Program, arguments: Sequence[str], environment: Mapping[str, str], errors: IO[bytes]):
        self._name = program.path.name
        self._errors = errors
        self._process = subprocess.Popen(
            [program.path, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **environment, "LC_ALL": "C"},
        )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def stdin(self) -> IO[bytes]:
        """What it reads."""
        return cast("IO[bytes]", self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        """What it writes."""
        return cast("IO[bytes]", self._process.stdout)

    def has_more(self, seconds: float) -> bool:
        """Whether `read` answers at once: it wrote something, or its end; waits a while for that."""
        return bool(select.select([self.stdout], [], [], seconds)[0])

    def read(self, size: int) -> bytes:
        """What it writes; the end comes only when it ended well.

        Raises:
            ProgramFailed: it did not.
        """
        data = os.read(self.stdout.fileno(), size)
        if not data:
            self.finish()
        return data

    def finish(self) -> None:
        """Waits for its end.

        Raises:
            ProgramFailed: it was not a good one.
        """
        status = self._process.wait()
        if status == 0:
            return
        self._errors.seek(0)
        said = _told(self._errors.read().decode(errors="replace"))
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        raise ProgramFailed(said or f"{self._name} {how}")

    def end(self) -> None:
        """Ends it, whatever it does."""
        # SIGTERM lets pg_dump cancel what it runs on the server.
        self._process.terminate()
        for pipe in (self.stdin, self.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running(program: Program, arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Running]:
    """Runs a program for the time of a block.

    Args:
        program: which.
        arguments: without a secret: everybody can read them in the list of processes.
        environment: what it gets besides the caller's own; nobody but its user can read that.
    """
    with tempfile.TemporaryFile() as errors:
        begun = Running(program, arguments, environment, errors)
        try:
            yield begun
        finally:
            begun.end()


def _installed(name: str) -> list[Program]:
    paths = [shutil.which(name)]
    for version in _EMBEDDED:
        with contextlib.suppress(UsageError):
            paths.append(str(embedded.program(name, version)))
    asked = (_asked(Path(path)) for path in paths if path is not None)
    return [one for one in asked if one is not None]


_EMBEDDED = (16, 18)
"""The major versions in the wheel of the embedded server."""


def _asked(path: Path) -> Program | None:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\d+(\.\d+)*", answer)
    return Program(path, found[0]) if found is not None else None


def _major(version: str) -> int:
    return int(version.partition(".")[0])


def _told(text: str) -> str:
    """What a program complained of: its errors, or all of it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line]
    return "; ".join(line.partition("error: ")[2] for line in errors) or "; ".join(lines)

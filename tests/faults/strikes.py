"""The faults: what happens to a run, its connections or its server at the moment that a test names."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import psycopg

import servers
from faults.steps import Moment
from proxy import Link, Proxy
from servers import Database, Server
from sessions import until
from sqlmig import embedded
from sqlmig.embedded import Installation

DURABLE = {**embedded.THROW_AWAY, "synchronous_commit": "on"}
"""Settings of a server that is killed: what it has said is committed must be there when it comes back. It need not
survive the machine, so it need not wait for the disk."""


class Fault(Enum):
    """What happens. The values stand in the table of docs/reliability.md."""

    KILL = "SIGKILL of sqlmig"
    TERM = "SIGTERM"
    TERMINATE = "pg_terminate_backend"
    CRASH = "SIGKILL of PostgreSQL"
    CUT = "connection cut"
    HANG = "connection hangs"


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a fault may touch."""

    process: subprocess.Popen[bytes]
    stderr: Path
    """What the process says, while it runs."""
    proxy: Proxy
    database: Database
    restart: Callable[[], None]
    """Kills the server and starts it again."""


def strike(fault: Fault, scene: Scene, link: Link, moment: Moment) -> None:
    """Lets it happen, and returns when it has."""
    match fault:
        case Fault.KILL:
            scene.process.kill()
            scene.process.wait()
            link.cut()
        case Fault.TERM:
            stop(scene)
        case Fault.TERMINATE:
            _lose_answer(link, moment)
            _terminate(scene.database, link)
        case Fault.CRASH:
            _lose_answer(link, moment)
            scene.restart()
        case Fault.CUT:
            scene.proxy.cut()
        case Fault.HANG:
            # Nothing tells the client that nobody listens any more, so somebody stops it.
            scene.proxy.hang()
            stop(scene)


def stop(scene: Scene) -> None:
    """SIGTERM, until the process has said that it heard."""
    scene.process.send_signal(signal.SIGTERM)
    heard = "sqlmig: stopping"
    until(lambda: heard in scene.stderr.read_text() or scene.process.poll() is not None, what=f"the run says {heard!r}")


def kill_server(data: Path) -> None:
    """SIGKILL for the postmaster and all of its children, which a power failure would also not ask."""
    server = embedded.running(data)
    assert server is not None
    # Stopped first, it can start no other child while its children are counted.
    os.kill(server.pid, signal.SIGSTOP)
    family = [server.pid, *_children(server.pid)]
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(_runs, family)), what="the killed server is gone")


def programs() -> Installation:
    """The PostgreSQL that the tests run on, for a server of a test's own."""
    folder = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    return embedded.installation_in(Path(folder)) if folder else embedded.installation()


@contextlib.contextmanager
def own_server(settings: Mapping[str, str] = DURABLE) -> Iterator[Server]:
    """A server for one module, which may do with it what it likes."""
    data = Path(tempfile.mkdtemp(prefix="own-", dir=os.environ[servers.SESSION_FOLDER])) / "data"
    try:
        started = embedded.start_from(programs(), data, settings=settings)
        yield Server(started.url, started.version, True, data)
    finally:
        embedded.stop(data)
        shutil.rmtree(data.parent)


def start_again(data: Path) -> None:
    """Starts a server that was killed."""
    embedded.start_from(programs(), data, settings=DURABLE)


def _lose_answer(link: Link, moment: Moment) -> None:
    if moment is Moment.AFTER:
        link.lose_answer()


def _terminate(database: Database, link: Link) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (link.pid,))
        there = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        until(lambda: connection.execute(there, (link.pid,)).fetchone() == (0,), what="the server process is gone")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    """Whether it does anything; what nobody has waited for yet does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False

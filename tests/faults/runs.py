"""Runs of sqlmig as processes, to which something happens at a known step of the protocol."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from commandline import Cli
from faults.project import VICTIM, Clean
from faults.steps import Moment, Step, Watch
from faults.strikes import Fault, Scene, strike
from proxy import Fate, Link, proxy_in_front_of
from servers import Database
from sessions import GATE, Connection, at_the_gate, sessions_of_sqlmig, until, waiting_for_a_relation

PATIENCE = 30
"""Seconds that a run may take to get somewhere, or to end after something happened to it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process of sqlmig ended."""

    status: int
    """Its exit status; below 0 the signal that killed it."""
    seconds: float
    """From the fault to its end; without a fault, from its start."""
    stderr: str

    @property
    def said(self) -> str:
        """Its error, without the progress before it; all that it said when it told of none."""
        error = self.stderr.find("sqlmig: error")
        return self.stderr[max(error, 0) :]

    def __str__(self) -> str:
        return "killed" if self.status < 0 else f"exit {self.status}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is tried."""

    folder: Path
    """The project's."""
    database: Database
    clean: Clean
    restart: Callable[[], None]
    """Kills the server and starts it again."""

    def connect(self) -> Connection:
        """A connection of the test's own, past any proxy."""
        # Whatever an administrator has set for the role, it is not meant for the test.
        names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"]
        names += ["transaction_timeout"] if self.database.server.version >= 17 else []
        options = " ".join(f"-c {name}=0" for name in names) + " -c default_transaction_read_only=off"
        return psycopg.connect(self.database.url, autocommit=True, options=options)

    def apply(self, url: str = "", **environment: str) -> Ended:
        """`sqlmig apply` to its end, on a connection that nothing happens to."""
        with started(self.folder, url or self.database.url, **environment) as run:
            return run.end()


class Run:
    """A process of sqlmig under way."""

    def __init__(self, process: subprocess.Popen[bytes], stderr: Path) -> None:
        self.process = process
        self.stderr = stderr
        """What it says, while it runs."""
        self._since = time.monotonic()

    def struck(self) -> None:
        """Its time is counted from now."""
        self._since = time.monotonic()

    def end(self, patience: float = PATIENCE) -> Ended:
        """Waits for its end."""
        try:
            status = self.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the run did not end in {patience} s; it said: {self.stderr.read_text()}") from None
        return Ended(status, time.monotonic() - self._since, self.stderr.read_text())


@contextlib.contextmanager
def started(folder: Path, url: str, *wrapped: str, **environment: str) -> Iterator[Run]:
    """`sqlmig apply` as a process, `wrapped` in another command if need be; killed at the end of the block."""
    stderr = folder / f"stderr-{time.monotonic_ns()}"
    with stderr.open("wb") as file:
        process = subprocess.Popen(
            [*wrapped, sys.executable, "-m", "sqlmig", "apply"],
            cwd=folder,
            env=Cli(folder, url).environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        yield Run(process, stderr)
    finally:
        process.kill()
        process.wait()


def run_with_fault(place: Place, step: Step, fault: Fault) -> Ended:
    """Lets the fault strike a run once, when it has come to the step, and waits for the end."""
    reached: queue.SimpleQueue[tuple[Link, Moment]] = queue.SimpleQueue()
    struck = threading.Event()
    watch, hold_up = Watch(step), HoldUp(place, step)

    def reach(link: Link, moment: Moment) -> None:
        reached.put((link, moment))
        if moment is not Moment.DURING:
            struck.wait(PATIENCE)

    def decide(link: Link, text: str) -> Fate:
        moment = watch.sees(link, text)
        if moment is Moment.AFTER:
            link.when_answered(lambda: reach(link, Moment.AFTER))
        elif moment is not None:
            hold_up.before_message()
            reach(link, moment)
        return Fate.PASS

    with proxy_in_front_of(place.database) as proxy, hold_up, started(place.folder, proxy.url) as run:
        proxy.decide = decide
        try:
            link, moment = _next(reached, run, step)
            hold_up.wait(run)
            strike(fault, Scene(run.process, run.stderr, proxy, place.database, place.restart), link, moment)
        finally:
            struck.set()
        run.struck()
        if fault not in (Fault.KILL, Fault.TERM):
            # Whoever connects again does the same work again.
            hold_up.end()
        return run.end()


def run_meanwhile(place: Place, act: Callable[[], object], url: str = "", **environment: str) -> Ended:
    """A run, and what somebody does while it is in the victim's file."""
    with HoldUp(place, Step.IN_FILE) as hold_up, started(place.folder, url or place.database.url, **environment) as run:
        hold_up.wait(run)
        act()
        hold_up.end()
        run.struck()
        return run.end()


def _next(reached: queue.SimpleQueue[tuple[Link, Moment]], run: Run, step: Step) -> tuple[Link, Moment]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return reached.get(timeout=0.05)
        except queue.Empty:
            if run.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"never {step.value}: {run.stderr.read_text()}") from None


class HoldUp:
    """Keeps the victim's file, or its CREATE INDEX CONCURRENTLY, from ending while the block lasts."""

    def __init__(self, place: Place, step: Step) -> None:
        self._place = place
        self._step = step if step in (Step.IN_FILE, Step.IN_CONCURRENTLY) else None
        self._connection: Connection | None = None

    def __enter__(self) -> HoldUp:
        if self._step is Step.IN_FILE:
            self._connection = self._place.connect()
            self._connection.execute("SELECT pg_advisory_lock(%s)", (GATE,))
        return self

    def before_message(self) -> None:
        """Called when the message that is held up is about to reach the server: a writer stands in its way."""
        if self._step is Step.IN_CONCURRENTLY:
            self._connection = self._place.connect()
            self._connection.execute("BEGIN")
            table = sql.Identifier(VICTIM, "deals")
            self._connection.execute(sql.SQL("LOCK TABLE {} IN ROW EXCLUSIVE MODE").format(table))

    def wait(self, run: Run) -> None:
        """Until the server waits; the run must not end before."""
        if self._step is None:
            return
        waiting = at_the_gate if self._step is Step.IN_FILE else waiting_for_a_relation
        with self._place.connect() as connection:
            until(lambda: waiting(connection) or run.process.poll() is not None, what=f"it is {self._step.value}")
        assert run.process.poll() is None, f"never {self._step.value}: {run.stderr.read_text()}"

    def end(self) -> None:
        """Lets it go on; also when the server is not there any more."""
        if self._connection is not None:
            self._connection.close()

    def __exit__(self, *_: object) -> None:
        self.end()


def wait_for_sessions_to_end(connection: Connection) -> None:
    """What a dead client leaves goes by itself."""
    until(lambda: not sessions_of_sqlmig(connection), seconds=6, what="the sessions of a dead sqlmig have ended")

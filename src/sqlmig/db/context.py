"""What every attempt of a run shares: who runs it, under which settings, and how it is told to stop."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmig.db.locks import Keys, keys_for
from sqlmig.db.session import Session, quoted
from sqlmig.plan.results import Holder
from sqlmig.plan.values import Step, Target
from sqlmig.project.config.values import Config
from sqlmig.project.durations import milliseconds
from sqlmig.project.model import Scope
from sqlmig.sql.classify import creates_other_than_relations

_STOP_POLL = 0.1
"""Seconds between two looks at a request to stop, or two requests to cancel."""


class Stop:
    """A request to stop, made by a signal or another thread.

    The first request cancels the statement under way, unless a commit is on its way: that one is let through.
    """

    def __init__(self) -> None:
        self._requested = False
        self._running: Session | None = None
        self._cancelling = threading.Lock()

    @property
    def requested(self) -> bool:
        """Whether the run shall stop."""
        return self._requested

    def request(self) -> None:
        """Asks to stop; safe to call from a signal handler, for it waits for no lock."""
        self._requested = True
        if self._running is not None:
            # The handler runs on the thread that waits for the statement, so another one must cancel it.
            threading.Thread(target=self._cancel, name="sqlmig-stopping", daemon=True).start()

    def cancellable(self, session: Session | None) -> None:
        """Says which session runs a statement that may be cancelled; None while it may not."""
        # A cancellation that is on its way must arrive now: it may not hit what comes next.
        with self._cancelling:
            self._running = session
        if session is not None and self._requested:
            self.request()

    def sleep(self, seconds: float) -> None:
        """Waits, but not beyond a request."""
        end = time.monotonic() + seconds
        while not self._requested and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _STOP_POLL))

    def _cancel(self) -> None:
        """Again and again until the statement has ended: the first request may reach the server before it does."""
        while True:
            with self._cancelling:
                if self._running is None:
                    return
                self._running.cancel()
            time.sleep(_STOP_POLL)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who and what runs, for the history."""

    actor: str
    host: str
    tool: str
    git_commit: str | None


@dataclass(frozen=True)
class RunContext:
    """What every attempt of a run shares."""

    run_id: str
    config: Config
    origin: Origin
    stop: Stop = field(default_factory=Stop)
    on_wait: Callable[[Target, list[Holder]], None] = lambda _target, _holders: None
    """Called while a statement or a lock keeps a target waiting."""

    @property
    def history(self) -> str:
        """The history's schema."""
        return self.config.history_schema

    @property
    def lock_wait(self) -> float:
        """Seconds to try for another run's locks."""
        return milliseconds(self.config.apply.lock_wait) / 1000

    def keys(self, target: Target) -> Keys:
        """The advisory locks that changing a target takes."""
        return keys_for(self.history, target)

    def settings(self, step: Step) -> dict[str, str]:
        """The settings that hold for one step; all of them end with its transaction."""
        directives = step.script.directives
        apply = self.config.apply
        target = step.target
        settings = {
            "search_path": quoted(target.schema, *self.config.search_path),
            "lock_timeout": directives.lock_timeout or apply.lock_timeout,
            "statement_timeout": directives.statement_timeout or apply.statement_timeout,
            "idle_in_transaction_session_timeout": "10min",
            "standard_conforming_strings": "on",
            "application_name": f"sqlmig {target.schema} {step.label}"[:63],
            "sqlmig.scope": target.scope.value,
            "sqlmig.schema": target.schema,
            "sqlmig.history": self.history,
            "sqlmig.touches": "\n".join(directives.touches),
            "sqlmig.catalog": "on" if any(map(creates_other_than_relations, step.statements)) else "off",
        }
        if target.scope is Scope.TENANT and target.tenant is not None:
            # Rows under forced row level security are seen only with the tenant's context.
            settings[self.config.lint.tenant_setting] = target.tenant.id
        return settings


def new_run_id() -> str:
    """An id for a run."""
    return str(uuid.uuid4())


def origin(tool: str, git_commit: str | None) -> Origin:
    """Who runs sqlmig, and where."""
    try:
        actor = os.environ.get("SQLMIG_ACTOR") or getpass.getuser()
    except (KeyError, OSError):
        actor = "unknown"
    return Origin(actor, socket.gethostname() or platform.node(), tool, git_commit)


class Waiting:
    """Looks who is in the way while statements run, on a session of its own, and passes it on.

    One thread serves a run. It asks the server only when a statement has taken longer than `after`.
    """

    def __init__(self, conninfo: str, look: Callable[[Session, int], list[Holder]], after: float = 0.5) -> None:
        self._conninfo = conninfo
        self._look = look
        self._after = after
        self._changed = threading.Condition()
        self._pid: int | None = None
        self._since = 0.0
        self._notify: Callable[[list[Holder]], None] = lambda _holders: None
        self._closed = False
        self._seen: list[Holder] = []
        self._thread: threading.Thread | None = None

    def begin(self, pid: int, notify: Callable[[list[Holder]], None]) -> None:
        """A statement begins on the server process `pid`."""
        with self._changed:
            self._pid, self._since, self._notify, self._seen = pid, time.monotonic(), notify, []
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="sqlmig-waiting", daemon=True)
                self._thread.start()

    def end(self) -> list[Holder]:
        """The statement has ended; who was seen in its way."""
        with self._changed:
            self._pid = None
            return self._seen

    def close(self) -> None:
        """Ends the thread and its session."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _watch(self) -> None:
        from sqlmig.db.session import connect

        session: Session | None = None
        told: set[int] = set()
        while True:
            with self._changed:
                self._changed.wait(self._after / 2)
                if self._closed:
                    break
                pid, long = self._pid, time.monotonic() - self._since >= self._after
            if pid is None or not long:
                told.clear()
                continue
            try:
                session = session or connect(self._conninfo, application="sqlmig (watching)")
                found = self._look(session, pid)
            except Exception:  # noqa: BLE001  the run must not die of its observer
                session = None
                continue
            with self._changed:
                if self._pid == pid and found:
                    self._seen = found
            if {holder.pid for holder in found} - told:
                told |= {holder.pid for holder in found}
                self._notify(found)
        if session is not None:
            session.close()

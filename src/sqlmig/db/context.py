"""What every attempt of a run shares: who runs it, under which settings, and how it is told to stop."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlmig.db.composing import quoted
from sqlmig.db.locks import Keys, keys_for
from sqlmig.db.session import Session
from sqlmig.plan.results import Holder
from sqlmig.plan.values import Step, Target
from sqlmig.project.config.values import Config
from sqlmig.project.durations import milliseconds
from sqlmig.project.model import Scope

SILENCE = 10.0
"""Seconds without an answer from the server after which, once a run shall stop, its connections are given up."""
_STOP_POLL = 0.1
"""Seconds between two looks at a request to stop, or two requests to cancel."""


class Stop:
    """A request to stop, made by a signal or another thread.

    The first request cancels the statements under way, unless a commit is on its way: that one is let through.
    """

    def __init__(self) -> None:
        self._requested = False
        self._running: dict[int, _Running] = {}
        """By thread: each runs one statement at a time."""
        self._followed: weakref.WeakSet[Session] = weakref.WeakSet()

    @property
    def requested(self) -> bool:
        """Whether the run shall stop."""
        return self._requested

    def request(self) -> None:
        """Asks to stop; safe to call from a signal handler, for it waits for no lock."""
        first = not self._requested
        self._requested = True
        for running in tuple(self._running.values()):
            running.cancel()
        if first:
            threading.Thread(target=self._give_up_the_silent, name="sqlmig-hung", daemon=True).start()

    def follow(self, session: Session) -> None:
        """Looks after a session of the run: a server that does not answer shall not keep a run from its end."""
        self._followed.add(session)

    def cancellable(self, session: Session | None) -> None:
        """Says which session runs a statement of the calling thread that may be cancelled; None while it may not."""
        me = threading.get_ident()
        before = self._running.pop(me, None)
        if before is not None:
            before.end()
        if session is not None:
            running = self._running[me] = _Running(session)
            if self._requested:
                running.cancel()

    def sleep(self, seconds: float) -> None:
        """Waits, but not beyond a request."""
        end = time.monotonic() + seconds
        while not self._requested and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _STOP_POLL))

    def _give_up_the_silent(self) -> None:
        """Breaks connections on which nothing has come for long, COMMIT included: the history tells what happened."""
        began = time.monotonic()
        while followed := tuple(session for session in tuple(self._followed) if not session.broken):
            for session in followed:
                since = session.waiting_since
                if since is not None and time.monotonic() - max(since, began) >= SILENCE:
                    session.abandon()
            time.sleep(_STOP_POLL)


class _Running:
    """A statement that may be cancelled, until it has ended."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._cancelling = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = False

    def cancel(self) -> None:
        """Begins to cancel it, on another thread: a signal's handler runs on the one that waits for the statement."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._until_it_has_ended, name="sqlmig-stopping", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """It has ended; a cancellation that is on its way arrives before this returns, not to hit what comes next."""
        with self._cancelling:
            self._ended = True

    def _until_it_has_ended(self) -> None:
        """Again and again: the first request may reach the server before the statement does."""
        while True:
            with self._cancelling:
                if self._ended:
                    return
                self._session.cancel()
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
    known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What has been worked out for many targets at once, by whoever did; see `messages`."""

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
        return _keys(self.history, target)

    def settings(self, step: Step) -> dict[str, str]:
        """The settings that hold for one step; all of them end with its transaction."""
        return self.settings_of_file(step) | self.settings_of_target(step)

    def settings_of_file(self, step: Step) -> dict[str, str]:
        """Those that are the same for all targets that a step's file runs in."""
        directives = step.script.directives
        apply = self.config.apply
        settings = {
            "statement_timeout": directives.statement_timeout or apply.statement_timeout,
            "lock_timeout": directives.lock_timeout or apply.lock_timeout,
            "idle_in_transaction_session_timeout": "10min",
            "standard_conforming_strings": "on",
        }
        if apply.synchronous_commit == "off":
            # The history row is in the same transaction: a crash of the server takes back both, or neither.
            settings["synchronous_commit"] = "off"
        return settings

    def settings_of_target(self, step: Step) -> dict[str, str]:
        """Those that are each target's own."""
        target = step.target
        settings = {
            "search_path": quoted(target.schema, *self.config.search_path),
            "application_name": f"sqlmig {target.schema} {step.label}"[:63],
        }
        if target.scope is Scope.TENANT and target.tenant is not None:
            # Rows under forced row level security are seen only with the tenant's context.
            settings[self.config.lint.tenant_setting] = target.tenant.id
        return settings


_keys = lru_cache(maxsize=1024)(keys_for)


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

    One thread and one session serve all threads of a run. The server is asked only about statements that have taken
    longer than `after`.
    """

    def __init__(self, conninfo: str, look: Callable[[Session, int], list[Holder]], after: float = 0.5) -> None:
        self._conninfo = conninfo
        self._look = look
        self._after = after
        self._changed = threading.Condition()
        self._watched: dict[int, _Watched] = {}
        """By the thread that waits for the statement."""
        self._closed = False
        self._thread: threading.Thread | None = None

    def begin(self, pid: int, notify: Callable[[list[Holder]], None]) -> None:
        """A statement of the calling thread begins on the server process `pid`."""
        with self._changed:
            self._watched[threading.get_ident()] = _Watched(pid, time.monotonic(), notify)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="sqlmig-waiting", daemon=True)
                self._thread.start()

    def end(self) -> list[Holder]:
        """The calling thread's statement has ended; who was seen in its way."""
        with self._changed:
            watched = self._watched.pop(threading.get_ident(), None)
        return watched.seen if watched is not None else []

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
        while True:
            with self._changed:
                if not self._closed:
                    self._changed.wait(self._after / 2)
                if self._closed:
                    break
                long_ago = time.monotonic() - self._after
                waiting = [(me, one) for me, one in self._watched.items() if one.since <= long_ago]
            for me, watched in waiting:
                try:
                    session = session or connect(self._conninfo, application="sqlmig (watching)")
                    found = self._look(session, watched.pid)
                except Exception:  # noqa: BLE001  the run must not die of its observer
                    session = None
                    break
                self._tell(me, watched, found)
        if session is not None:
            session.close()

    def _tell(self, me: int, watched: _Watched, found: list[Holder]) -> None:
        with self._changed:
            if self._watched.get(me) is not watched or not found:
                # Meanwhile the statement has ended: whoever was seen was in the way of something else.
                return
            watched.seen = found
        if {holder.pid for holder in found} - watched.told:
            watched.told |= {holder.pid for holder in found}
            watched.notify(found)


@dataclass(slots=True)
class _Watched:
    """A statement that somebody may be in the way of."""

    pid: int
    since: float
    notify: Callable[[list[Holder]], None]
    seen: list[Holder] = field(default_factory=list)
    told: set[int] = field(default_factory=set)

"""How a run goes on, on stderr: lines that a log can keep, and on a terminal what happens now below them."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

import click

from sqlmig.cli.output import tell
from sqlmig.plan.events import Event, Observer, TargetWaits
from sqlmig.project.model import Scope
from sqlmig.report.progress import Happened, advance, seen
from sqlmig.report.runstate import Detail as Detail
from sqlmig.report.runstate import Medium, RunProgress, Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmig.cli.screen import Screen
    from sqlmig.plan.results import Holder
    from sqlmig.plan.values import Target
    from sqlmig.project.config.values import Config

_APART = 0.125
"""Seconds between two looks at what happened: nobody reads faster, and a run has better things to do."""


def detail_of(config: Config, schemas: Sequence[str], *, platform: bool, verbose: bool) -> Detail:
    """Each step is told where no fleet is at work, or where the caller wants to see more."""
    one_tenant = len(schemas) == 1 and not any(character in schemas[0] for character in "*?[")
    no_tenant = platform or all(track.scope is Scope.SHARED for track in config.tracks)
    return Detail.STEPS if verbose or one_tenant or no_tenant else Detail.TARGETS


class Progress:
    """Tells how a run goes on, for the time of a block.

    The run only puts its events down; a thread of our own makes words of them, so that no terminal and no log keeps
    the run waiting.

    Args:
        detail: how much is told.
        tell: takes lines, where there is no terminal.
        watched: whether a terminal may be drawn on; several runs at once have to do with lines.
    """

    def __init__(
        self,
        detail: Detail,
        *,
        tell: Callable[[str], None] = tell,
        watched: bool = True,
    ) -> None:
        self._tell = tell
        self._watched = watched
        self._listeners: list[Observer] = []
        self._events: deque[Happened] = deque()
        self._over = threading.Event()
        self._busy = threading.Lock()
        self._thread = threading.Thread(target=self._keep_telling, name="sqlmig progress", daemon=True)
        self._screen: Screen | None = None
        self._broken = False
        self._state = RunProgress(detail, Medium.LOG, time.monotonic())

    def tell(self, event: Event) -> None:
        """Something happened; may be called from any thread, and returns at once."""
        self._events.append((time.monotonic(), event))
        for listener in self._listeners:
            listener(event)

    def also_tell(self, listener: Observer) -> None:
        """Somebody else who is told of each event from now on, at once."""
        self._listeners.append(listener)

    def waiting(self, target: Target, holders: list[Holder]) -> None:
        """A target is kept waiting."""
        self.tell(TargetWaits(target, tuple(holders)))

    @property
    def seen(self) -> Seen:
        """What the report on the run needs to know; after the block."""
        return seen(self._state, time.monotonic())

    def confirm(self, question: str, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Asks whoever sits there; no answer is a no.

        Args:
            question: without a question mark's choices.
            stopping: whether an answer is not waited for any more: Ctrl-C ends no `read`, it only asks the run to stop.
        """
        self._take_in()
        with self._busy:
            if self._screen is not None:
                self._screen.close()
            try:
                return _answered(question, stopping)
            except OSError:  # the terminal has gone
                return False

    def __enter__(self) -> Progress:
        self._screen = _screen() if self._watched else None
        if self._screen is not None:
            self._state = replace(self._state, medium=Medium.SCREEN)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._take_in()
        if self._screen is not None:
            self._screen.close()

    def _keep_telling(self) -> None:
        while not self._over.wait(_APART):
            self._take_in()

    def _take_in(self) -> None:
        """Tells what has happened since the last time, and draws anew."""
        with self._busy:
            events = [self._events.popleft() for _ in range(len(self._events))]
            if self._broken:
                return
            try:
                self._show(events, time.monotonic())
            except Exception as error:  # noqa: BLE001  whatever is wrong with the words, the run goes on without them
                self._broken = True
                with contextlib.suppress(OSError):
                    self._tell(f"sqlmig: how the run goes on is not shown any more: {type(error).__name__}")

    def _show(self, events: Sequence[Happened], now: float) -> None:
        self._state = advance(self._state, events, now)
        if self._screen is not None:
            self._screen.show(self._state, now)
        elif self._state.lines:
            # A log that cannot be written to must not end a run half way, nor silence what comes after.
            with contextlib.suppress(OSError):
                self._tell("\n".join(self._state.lines))


def _answered(question: str, stopping: Callable[[], bool]) -> bool:
    answer = None
    while answer is None:
        click.echo(f"{question} [y/N]: ", err=True, nl=False)
        while not select.select([sys.stdin], [], [], _APART)[0]:
            if stopping():
                click.echo(err=True)
                return False
        answer = _ANSWERS.get(sys.stdin.readline().strip().lower())
    return answer


_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


def _screen() -> Screen | None:
    """What draws on stderr; None where nobody could see it."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    # Only a terminal needs it, and importing what draws takes as long as a small migration.
    from sqlmig.cli.screen import Screen

    screen = Screen()
    return screen if screen.usable else None

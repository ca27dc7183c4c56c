"""`--events FILE`: what happens during a run, one JSON object a line, for programs that watch."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType

from sqlmig import __version__
from sqlmig.cli.output import tell
from sqlmig.errors import UsageError
from sqlmig.plan.events import Event, RunBegan
from sqlmig.report.events import event_json, opening_json

_APART = 0.1
"""Seconds between two writes: a call of the system for each of ten thousand events in a second would be felt."""
_PATIENCE = 5.0
"""Seconds that the end of a run waits for a reader that is slow."""


class EventLog:
    """Writes events to a file, for the time of a block.

    A thread of our own writes: a pipe that nobody reads keeps no run waiting, whose leases would run out meanwhile.
    Whatever is wrong with the file ends the log with one warning, and never the run.

    Args:
        path: a file, which is added to, or a pipe such as `/dev/fd/3`.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1
        self._entries: deque[tuple[float, Event]] = deque()
        self._over = threading.Event()
        self._broken = False
        self._thread = threading.Thread(target=self._keep_writing, name="sqlmig events", daemon=True)
        self._run_id: str | None = None

    def tell(self, event: Event) -> None:
        """Something happened; may be called from any thread, and returns at once."""
        if not self._broken:
            self._entries.append((time.time(), event))

    def __enter__(self) -> EventLog:
        """Opens the file.

        Raises:
            UsageError: it cannot be opened; nothing was begun.
        """
        try:
            # No buffers of Python's: at its end it would wait for one that a write keeps busy, and then abort.
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise UsageError(
                f"--events {self._path} cannot be opened: {error.strerror}",
                state="nothing was changed",
                next="name a file that can be written, or a pipe that is open, such as /dev/fd/3",
            ) from error
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            _warn(f"nobody reads {self._path}: the last events were not written")

    def _keep_writing(self) -> None:
        try:
            self._write([_ENCODER.encode(opening_json(time.time(), __version__))])
            while not self._over.wait(_APART):
                self._write_gathered()
            self._write_gathered()
        except OSError as error:
            self._end(f"--events {self._path} cannot be written: {error.strerror}; no more events are written")
        except Exception as error:  # noqa: BLE001  what is wrong with the log must not be the end of the run
            self._end(f"--events {self._path}: no more events are written: {type(error).__name__}")
        finally:
            os.close(self._file)

    def _end(self, why: str) -> None:
        self._broken = True
        self._entries.clear()
        _warn(why)

    def _write_gathered(self) -> None:
        entries = [self._entries.popleft() for _ in range(len(self._entries))]
        self._write([self._line(at, event) for at, event in entries])

    def _line(self, at: float, event: Event) -> str:
        if isinstance(event, RunBegan):
            self._run_id = event.run_id
        return _ENCODER.encode(event_json(event, at, self._run_id))

    def _write(self, lines: Sequence[str]) -> None:
        left = "".join(f"{line}\n" for line in lines).encode()
        while left:
            left = left[os.write(self._file, left) :]


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


def _warn(text: str) -> None:
    with contextlib.suppress(OSError):
        tell(f"sqlmig: warning: {text}")

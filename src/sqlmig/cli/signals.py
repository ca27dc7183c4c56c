"""Ctrl-C and SIGTERM: the first asks the run to stop where it is safe, any further one only says so."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlmig.db.context import Stop

_STDERR = 2


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[Stop]:
    """A `Stop` that SIGINT and SIGTERM request for the time of a block."""
    from sqlmig.db.context import Stop

    stop = Stop()

    def asked(_number: int, _frame: FrameType | None) -> None:
        again = stop.requested
        stop.request()
        _say(_FINISHING if again else _STOPPING)

    before = {number: signal.signal(number, asked) for number in _STOPS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# A terminal that goes away is no reason to leave a run half done: SIGHUP counts like the others.
_STOPS = (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()))
_STOPPING = "sqlmig: stopping: what is under way is rolled back or finished, nothing else is begun\n"
_FINISHING = "sqlmig: still finishing what cannot be left half done; please wait\n"


def _say(text: str) -> None:
    """Writes past Python's buffers, which a handler may have interrupted in the middle of a line."""
    with contextlib.suppress(OSError):
        os.write(_STDERR, text.encode())

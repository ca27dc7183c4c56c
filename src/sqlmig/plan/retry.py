"""What to do about an error of the server: a pure function of its SQLSTATE."""

from __future__ import annotations

from enum import Enum


class Remedy(Enum):
    """What a failed attempt calls for."""

    RETRY = "retry"
    """Somebody was in the way: roll back, wait a little, try the whole transaction again."""
    RECONNECT = "reconnect"
    """The connection is gone, or the server is: connect again, read the history, then go on."""
    HALT = "halt"
    """Every other target would fail the same way: stop the run."""
    FAIL = "fail"
    """This target's own trouble."""


_RETRY = {
    "55P03",  # lock_not_available: lock_timeout
    "40P01",  # deadlock_detected
    "40001",  # serialization_failure
}
_HALT = {
    "53100",  # disk_full
    "53200",  # out_of_memory, the lock table included
    "25006",  # read_only_sql_transaction
}
_RECONNECT = {
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now
    "53300",  # too_many_connections
}

LONGEST_PAUSE = 30.0
"""Seconds."""


def remedy(sqlstate: str | None, message: str) -> Remedy:
    """What an error calls for.

    Args:
        sqlstate: as the server gave it; None when the connection broke before it could.
        message: the server's text; decides where the state is the catch-all XX000.
    """
    if sqlstate is None or sqlstate.startswith("08") or sqlstate in _RECONNECT:
        return Remedy.RECONNECT
    if sqlstate in _RETRY or (sqlstate == "XX000" and message.startswith("tuple concurrently")):
        return Remedy.RETRY
    return Remedy.HALT if sqlstate in _HALT else Remedy.FAIL


def pause_before(attempt: int, chance: float) -> float:
    """Seconds to wait before an attempt: full jitter below a ceiling that doubles.

    Args:
        attempt: the number of the attempt to come, from 2.
        chance: from 0 to 1.
    """
    ceiling: float = min(LONGEST_PAUSE, 0.2 * 2.0 ** (attempt - 1))
    return ceiling * (0.1 + 0.9 * chance)

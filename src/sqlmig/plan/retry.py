"""What to do about an error of the server: a pure function of its SQLSTATE."""

from __future__ import annotations

from enum import Enum


class Remedy(Enum):
    """What a failed attempt calls for."""

    RETRY = "retry"
    """Somebody was in the way: roll back, wait a little, try the whole transaction again."""
    RECONNECT = "reconnect"
    """The connection is gone, or the server is: connect again, read the history, then go on."""
    QUARANTINE = "quarantine"
    """This target's rows stand against the migration: leave it aside, and go on with the others."""
    HALT = "halt"
    """No other target would fare better, or it could be harmed: stop the run."""
    FAIL = "fail"
    """This target's own trouble, or the file's: when several meet the same, the breaker stops the run."""

    @property
    def again(self) -> bool:
        """Whether the step may be tried again."""
        return self in (Remedy.RETRY, Remedy.RECONNECT)


# A class counts for its states that are not named themselves; all others are FAIL.
_OF_CLASS = {
    "08": Remedy.RECONNECT,  # connection_exception; poolers speak of themselves with 08P01
    "23": Remedy.QUARANTINE,  # integrity_constraint_violation: only a look at the rows helps
    "28": Remedy.HALT,  # invalid_authorization: the role was taken away in mid-run
    "53": Remedy.HALT,  # insufficient_resources: disk, memory, the lock table, file descriptors
}
_OF_STATE = {
    "25006": Remedy.HALT,  # read_only_sql_transaction: a standby, or a server that was set read-only
    "25P03": Remedy.RECONNECT,  # idle_in_transaction_session_timeout: the session was ended, and rolled back
    "40001": Remedy.RETRY,  # serialization_failure
    "40003": Remedy.RECONNECT,  # statement_completion_unknown: the history knows
    "40P01": Remedy.RETRY,  # deadlock_detected
    "53300": Remedy.RECONNECT,  # too_many_connections: others will let go of theirs
    "53400": Remedy.FAIL,  # configuration_limit_exceeded: temp_file_limit, which smaller tenants stay below
    "55P03": Remedy.RETRY,  # lock_not_available: lock_timeout
    "57P01": Remedy.RECONNECT,  # admin_shutdown
    "57P02": Remedy.RECONNECT,  # crash_shutdown
    "57P03": Remedy.RECONNECT,  # cannot_connect_now: it starts up, or recovers
    "57P04": Remedy.HALT,  # database_dropped
    "57P05": Remedy.RECONNECT,  # idle_session_timeout
    "58000": Remedy.HALT,  # system_error: the operating system failed PostgreSQL
    "58030": Remedy.HALT,  # io_error
    "XX001": Remedy.HALT,  # data_corrupted: nothing more is written before somebody has looked
    "XX002": Remedy.HALT,  # index_corrupted
}

LONGEST_PAUSE = 30.0
"""Seconds."""


def remedy(sqlstate: str | None, message: str) -> Remedy:
    """What an error calls for.

    A statement that was cancelled (57014: by statement_timeout, or by somebody) is not repeated: it would take as long
    again, and whoever cancelled it had a reason.

    Args:
        sqlstate: as the server gave it; None when the connection broke before it could.
        message: the server's text; decides where the state is the catch-all XX000.
    """
    if sqlstate is None:
        return Remedy.RECONNECT
    if sqlstate == "XX000" and message.startswith("tuple concurrently"):
        return Remedy.RETRY
    return _OF_STATE.get(sqlstate) or _OF_CLASS.get(sqlstate[:2], Remedy.FAIL)


def pause_before(attempt: int, chance: float) -> float:
    """Seconds to wait before an attempt: full jitter below a ceiling that doubles.

    Args:
        attempt: the number of the attempt to come, from 2.
        chance: from 0 to 1.
    """
    ceiling: float = min(LONGEST_PAUSE, 0.2 * 2.0 ** (attempt - 1))
    return ceiling * (0.1 + 0.9 * chance)

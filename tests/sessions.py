"""What tests of races need: to wait for a state of the server, not for time, and to hold a run at a known point."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import psycopg

Connection = psycopg.Connection[Any]
T = TypeVar("T")

GATE = 4242
"""An advisory lock that no part of sqlmig takes."""
AT_THE_GATE = f"-- sqlmig: lock_timeout 60s\nSELECT pg_advisory_xact_lock({GATE});\n"
"""The first lines of a migration that waits, in the middle of its transaction, until a test opens the gate."""


def until(question: Callable[[], T], *, seconds: float = 15, what: str = "") -> T:
    """Ask again and again until the answer is yes, and return it."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"in {seconds} s never: {what or question}"
        time.sleep(0.02)
    return answer


@contextlib.contextmanager
def gate_closed(connection: Connection) -> Iterator[None]:
    """Whatever runs AT_THE_GATE waits there as long as the block lasts."""
    connection.execute(f"SELECT pg_advisory_lock({GATE})")
    try:
        yield
    finally:
        connection.execute(f"SELECT pg_advisory_unlock({GATE})")


def at_the_gate(connection: Connection) -> list[int]:
    """The server processes that wait at the gate."""
    return _pids(connection, f"locktype = 'advisory' AND NOT granted AND objid = {GATE}")


def waiting_for_a_relation(connection: Connection) -> list[int]:
    """The server processes that wait for a lock on a table, or for the transactions that hold one."""
    return _pids(connection, "locktype IN ('relation', 'virtualxid', 'transactionid') AND NOT granted")


def _pids(connection: Connection, condition: str) -> list[int]:
    query = (
        "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        f" WHERE a.datname = current_database() AND {condition}"
    )
    return [row[0] for row in connection.execute(query.encode())]


def sessions_of_sqlmig(connection: Connection) -> list[int]:
    """The server processes that serve sqlmig in this database."""
    query = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE 'sqlmig%' AND pid <> pg_backend_pid()"
    )
    return [row[0] for row in connection.execute(query)]


def end_sessions_of_sqlmig(connection: Connection) -> None:
    """What a killed client leaves goes by itself within a second or two; a test need not wait for that."""
    for pid in sessions_of_sqlmig(connection):
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    until(lambda: not sessions_of_sqlmig(connection), what="the sessions of a killed sqlmig are gone")


@contextlib.contextmanager
def snapshot_held(connection: Connection) -> Iterator[None]:
    """An old snapshot in an idle transaction: CREATE INDEX CONCURRENTLY waits for it at its end, INVALID until then."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    connection.execute("SELECT count(*) FROM pg_class")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def index_is_valid(connection: Connection, name: str) -> bool | None:
    """None when there is no such index."""
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
    row = connection.execute(query, (name,)).fetchone()
    return None if row is None else bool(row[0])


def advisory_locks(connection: Connection) -> list[str]:
    """The advisory locks of this database that are held; tests run side by side on one server."""
    query = "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
    query += "(SELECT oid FROM pg_database WHERE datname = current_database())"
    return [row[0] for row in connection.execute(query.encode())]

"""What pg_dump and a restore need of a connection: a snapshot to share, and rows to load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from sqlmig.db.errors import ServerRefused, server_error
from sqlmig.db.session import Session, session


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A moment of the database that other sessions can look at too, for as long as `session` stands still."""

    session: Session
    name: str
    """As `pg_dump --snapshot` takes it."""


@contextmanager
def snapshot(conninfo: str, lock_timeout: int) -> Iterator[Snapshot]:
    """A session that keeps a moment for the time of a block, and only reads.

    Args:
        conninfo: where to.
        lock_timeout: milliseconds; reading the catalog may wait for whoever changes it.
    """
    with session(conninfo, application="sqlmig (backup)") as opened:
        # What is idle here is at work in pg_dump.
        opened.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0")
        settings = {"statement_timeout": "0", "lock_timeout": str(lock_timeout), "bytea_output": "hex"}
        opened.set_local({**settings, **opened.own_settings})
        yield Snapshot(opened, opened.value("SELECT pg_catalog.pg_export_snapshot()"))
        opened.rollback()


class LoadingSession(Session):
    """A session that takes rows as a program writes them."""

    def load(self, copy: str, rows: Iterable[bytes]) -> None:
        """Sends rows to a `COPY ... FROM stdin`.

        Raises:
            ServerRefused: with what the server said.
        """
        try:
            with self._connection.cursor().copy(copy.encode()) as sink:
                for piece in rows:
                    sink.write(piece)
        except psycopg.Error as error:
            raise ServerRefused(server_error(error)) from error


@contextmanager
def loading(conninfo: str) -> Iterator[LoadingSession]:
    """A session for a restore, for the time of a block."""
    opened = LoadingSession(conninfo, "sqlmig (restore)")
    try:
        yield opened
    finally:
        opened.close()

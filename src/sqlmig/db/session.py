"""A connection as sqlmig uses it: autocommit, the simple protocol, parameters merged on this side.

The simple protocol carries several statements in one message, which is what keeps a migration at three round trips,
and an idle transaction without server-side parameters holds no snapshot that CREATE INDEX CONCURRENTLY would wait for.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from psycopg import generators, pq, sql
from psycopg.adapt import Transformer
from psycopg.rows import TupleRow, tuple_row

from sqlmig.db.composing import assignments, compose, filled
from sqlmig.db.errors import ServerRefused, connection_failed, server_error
from sqlmig.plan.results import ServerError

Row = TupleRow

_DEFAULTS: Mapping[str, str | int] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""What counts where the connection string says nothing else: a server that is gone is noticed within a minute."""


class Session:
    """One connection; state lives nowhere but in the transaction under way."""

    waiting_since: float | None = None
    """When the message was sent whose answer is waited for, on the monotonic clock; None between messages."""

    def __init__(self, conninfo: str, application: str) -> None:
        self._conninfo = conninfo
        self._application = application
        self._connection = _open(conninfo, application)
        self._version = self._connection.info.server_version

    @property
    def conninfo(self) -> str:
        """What it was opened with: secret."""
        return self._conninfo

    @property
    def major(self) -> int:
        """The server's major version, such as 17."""
        return self._version // 10_000

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, failed or not."""
        return self._connection.info.transaction_status != pq.TransactionStatus.IDLE

    @property
    def healthy(self) -> bool:
        """Whether an open transaction can still be committed."""
        return self._connection.info.transaction_status == pq.TransactionStatus.INTRANS

    @cached_property
    def checks_client(self) -> bool:
        """Whether the server can notice, while a statement runs, that its client is gone."""
        try:
            # It ends with the statement: behind a pooler the session is somebody else's next.
            self.run("SELECT pg_catalog.set_config('client_connection_check_interval', '1s', true)")
        except ServerRefused:
            if self.broken:
                raise
            return False
        return True

    @cached_property
    def own_settings(self) -> Mapping[str, str]:
        """Settings for every step that not every server knows."""
        check = {"client_connection_check_interval": "1s"} if self.checks_client else {}
        # A limit that a role brings along ends the session, in the middle of whatever it does.
        return check | ({"transaction_timeout": "0"} if self._version >= 170000 else {})

    @cached_property
    def replicates_synchronously(self) -> bool:
        """Whether a COMMIT waits for other servers: a request to cancel would end that wait."""
        return bool(self.value("SELECT pg_catalog.current_setting('synchronous_standby_names') <> ''"))

    @property
    def broken(self) -> bool:
        """Whether the connection is lost."""
        return self._connection.closed

    @property
    def pooled(self) -> bool:
        """Whether a pooler stands between: the server process is not the one that the connection was told of."""
        return bool(self.value("SELECT pg_catalog.pg_backend_pid()") != self._connection.info.backend_pid)

    def run(self, message: str | sql.Composable, parameters: Mapping[str, object] | None = None) -> list[list[Row]]:
        """Sends one message of one or several statements; the rows of each statement that gave some.

        Raises:
            ServerRefused: with what the server said.
        """
        text = message if isinstance(message, str) else message.as_string(self._connection)
        answer = self.ask(text if parameters is None else filled(text, parameters))
        return [self._rows(result) for result in answer.results if result.status == pq.ExecStatus.TUPLES_OK]

    def rows(self, message: str | sql.Composable, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a query."""
        results = self.run(message, parameters)
        return results[-1] if results else []

    def value(self, message: str | sql.Composable, parameters: Mapping[str, object] | None = None) -> Any:
        """The only value of a query; None when it gives no row."""
        rows = self.rows(message, parameters)
        return rows[0][0] if rows else None

    def table(self, query: str, settings: Mapping[str, str]) -> tuple[Sequence[str], list[Row]]:
        """The column names and the rows of a query of somebody else's: `reading`, in two messages instead of four.

        The query is not in the first one: a text that cannot be parsed would keep the savepoint from being set.

        Args:
            query: one statement; it may end with a semicolon or a comment.
            settings: for the query alone.

        Raises:
            ServerRefused: the query failed; a transaction that was open already is as it was.
        """
        begin, end = _NESTED if self.in_transaction else _ALONE
        self.run("; ".join((begin, *assignments(settings, "SET LOCAL"))))
        answer = self.exchange("\n;".join((query, *end)))
        if answer.error is not None:
            if not self.broken:
                self.run("; ".join(end))
            raise ServerRefused(answer.error)
        found = answer.results[-1 - len(end)]
        return [(found.fname(number) or b"").decode() for number in range(found.nfields)], self._rows(found)

    def ask(self, text: str) -> Answer:
        """Sends one message as it is, and reads the answer.

        Raises:
            ServerRefused: with what the server said.
        """
        answer = self.exchange(text)
        if answer.error is not None:
            raise ServerRefused(answer.error)
        return answer

    def exchange(self, text: str) -> Answer:
        """Sends one message as it is, and reads the whole answer; the server's error is part of that.

        Raises:
            ServerRefused: the connection broke, or was lost before; how far the server got is not known.
        """
        raw = self._connection.pgconn
        self.waiting_since = time.monotonic()
        try:
            raw.send_query(text.encode())
            results = self._connection.wait(generators.execute(raw))
            while results[-1].status in _COPYING:
                _end_copy(raw, results.pop())
                results += self._connection.wait(generators.fetch_many(raw))
        except psycopg.Error as error:
            raise ServerRefused(server_error(error)) from error
        finally:
            self.waiting_since = None
        if results[-1].status == pq.ExecStatus.FATAL_ERROR:
            said = psycopg.errors.error_from_result(results[-1], encoding="utf-8")
            return Answer(results, len(results) - 1, server_error(said, len(results) - 1))
        return Answer(results, len(results), None)

    def _rows(self, result: pq.abc.PGresult) -> list[Row]:
        reader = Transformer(self._connection)
        reader.set_pgresult(result)
        return reader.load_rows(0, result.ntuples, tuple)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A block that may only read, and whose failure spoils no transaction that is open already."""
        nested = self.in_transaction
        begin, end = _NESTED if nested else _ALONE
        self.run(begin)
        try:
            yield
        finally:
            if nested:
                self.run("; ".join(end))
            else:
                self.rollback()

    def set(self, settings: Mapping[str, str]) -> None:
        """Gives settings for the rest of the session."""
        self.run("; ".join(assignments(settings, "SET")))

    def set_local(self, settings: Mapping[str, str]) -> None:
        """Gives settings for the rest of the transaction."""
        self.run("; ".join(assignments(settings, "SET LOCAL")))

    def speak_utf8(self) -> None:
        """Takes back, for the rest of the transaction, another encoding that a file has set."""
        if self._connection.pgconn.parameter_status(b"client_encoding") != b"UTF8":
            self.run("SET LOCAL client_encoding = 'UTF8'")

    def grammar_says(self, texts: Sequence[str]) -> list[ServerError | None]:
        """Lets the server's grammar read texts. They are parsed and never executed; one round trip for all of them.

        Returns:
            For each text, what the server said against it.

        Raises:
            ServerRefused: the connection broke.
        """
        raw = self._connection.pgconn
        said: list[ServerError | None] = []
        try:
            raw.enter_pipeline_mode()
            for first in range(0, len(texts), 50):
                batch = texts[first : first + 50]
                for text in batch:
                    raw.send_prepare(b"", text.encode())
                    raw.pipeline_sync()
                self._connection.wait(generators.send(raw))
                said += [self._answer(raw) for _ in batch]
            raw.exit_pipeline_mode()
        except psycopg.Error as error:
            raise ServerRefused(server_error(error)) from error
        return said

    def _answer(self, raw: pq.abc.PGconn) -> ServerError | None:
        """Reads the answer to one text: a result, an end, and the mark of the synchronisation."""
        error = None
        # libpq would wait without letting other threads run, or signals be seen.
        while (
            result := self._connection.wait(generators.fetch(raw))
        ) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
            if result is not None and result.status == pq.ExecStatus.FATAL_ERROR:
                error = server_error(psycopg.errors.error_from_result(result, encoding="utf-8"))
        return error

    def rollback(self) -> None:
        """Ends a transaction without keeping anything of it; on a lost connection the server does that."""
        if not self.broken and self.in_transaction:
            self.run("ROLLBACK")

    def cancel(self) -> None:
        """Asks the server to stop the statement that runs on this connection; from any thread."""
        try:
            self._connection.cancel_safe(timeout=5)
        except psycopg.Error:
            # What cannot be cancelled ends by itself, or with the connection.
            return

    def abandon(self) -> None:
        """Breaks the connection under whoever waits for an answer on it; from any thread."""
        with contextlib.suppress(OSError, psycopg.Error):
            there = socket.socket(fileno=os.dup(self._connection.fileno()))
            with there:
                there.shutdown(socket.SHUT_RDWR)

    def reopen(self) -> None:
        """Opens the connection again after it was lost.

        Raises:
            ConnectionFailed: it cannot be had.
        """
        self._connection.close()
        self._connection = _open(self._conninfo, self._application)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


_ALONE = ("BEGIN READ ONLY", ("ROLLBACK",))
_NESTED = (
    "SAVEPOINT sqlmig_reading",
    ("ROLLBACK TO SAVEPOINT sqlmig_reading", "RELEASE SAVEPOINT sqlmig_reading"),
)
"""How a block begins that may only read, and how it ends; inside of another transaction, the second."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one message."""

    results: Sequence[pq.abc.PGresult]
    """Of the statements that ran, and of the one that failed."""
    completed: int
    """How many statements ran; the one behind them failed, and the rest was not looked at."""
    error: ServerError | None

    def row(self, number: int) -> list[str | None]:
        """The first row of the statement of that number, from 0 or from the end, as the server wrote it."""
        result = self.results[number]
        values = (result.get_value(0, column) for column in range(result.nfields))
        return [None if value is None else value.decode() for value in values]


_COPYING = (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT)


def _end_copy(raw: pq.abc.PGconn, began: pq.abc.PGresult) -> None:
    """Lets the server refuse data that nobody sends; throws away what nobody reads."""
    if began.status == pq.ExecStatus.COPY_IN:
        raw.put_copy_end(b"sqlmig sends no data: write the rows as INSERT")
        return
    while raw.get_copy_data(0)[0] > 0:
        pass


def connect(conninfo: str, *, application: str = "sqlmig") -> Session:
    """Opens a session.

    Args:
        conninfo: a libpq URL or connection string; empty for libpq's own variables, service and passfile.
        application: the application_name that other sessions see.

    Raises:
        ConnectionFailed: with the reason and what to check, and no secret.
    """
    return Session(conninfo, application)


def _open(conninfo: str, application: str) -> psycopg.Connection[TupleRow]:
    try:
        given = psycopg.conninfo.conninfo_to_dict(conninfo)
        options = {name: value for name, value in _DEFAULTS.items() if name not in given}
        return psycopg.connect(
            conninfo,
            autocommit=True,
            row_factory=tuple_row,
            **{**options, "client_encoding": "UTF8", "application_name": application},  # type: ignore[arg-type]
        )
    except (psycopg.Error, ValueError, UnicodeError) as error:
        raise connection_failed(error, conninfo) from None


@contextmanager
def session(conninfo: str, *, application: str = "sqlmig") -> Iterator[Session]:
    """A session for the time of a block."""
    opened = connect(conninfo, application=application)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def beside(other: Session) -> Iterator[Session]:
    """A second session to the same server, which does not see what the first has not committed."""
    with session(other.conninfo, application="sqlmig (beside)") as opened:
        yield opened


def ensure_database(session: Session, name: str) -> None:
    """Makes a database when it is not there; two processes may try at once."""
    if session.value("SELECT true FROM pg_catalog.pg_database WHERE datname = %(name)s", {"name": name}):
        return
    try:
        session.run(compose("CREATE DATABASE {name}", name=name))
    except ServerRefused as error:
        if error.said.sqlstate not in ("42P04", "23505"):
            raise


def make_schema(session: Session, schema: str) -> None:
    """Makes a schema, unless it is there."""
    session.run(compose("CREATE SCHEMA IF NOT EXISTS {schema}", schema=schema))

"""The server's errors, translated at the edge: a value that reports can word, or an error of sqlmig's own tree."""

from __future__ import annotations

import re

import psycopg

from sqlmig.errors import ConnectionFailed, SqlmigError
from sqlmig.plan.results import ServerError
from sqlmig.secret import mask_url


class ServerRefused(SqlmigError):
    """The server refused a message, or the connection broke; what it said is a value.

    Inside of db it is what callers decide on. Where nobody expected it, it is an error like every other.
    """

    def __init__(self, said: ServerError) -> None:
        text = said.message if said.detail is None else f"{said.message} ({said.detail})"
        super().__init__(f"the server refused: {text}", next=said.hint or _NEXT.get(said.sqlstate or ""))
        self.said = said


def server_error(error: psycopg.Error, completed: int | None = None) -> ServerError:
    """The value of an error.

    Args:
        error: as psycopg raised it.
        completed: how many statements of the message had run before.
    """
    said = error.diag
    return ServerError(
        sqlstate=error.sqlstate,
        message=mask_url(said.message_primary or str(error).strip() or "the connection was lost"),
        detail=said.message_detail,
        hint=said.message_hint,
        context=said.context,
        offset=int(said.statement_position) - 1 if said.statement_position else None,
        completed=completed,
        constraint=said.constraint_name,
        source=said.source_function,
    )


_NEXT = {
    "25006": "connect to the primary; or let the role write: ALTER ROLE ... RESET default_transaction_read_only",
    "42501": "let the role do it: `sqlmig grants` prints what the role that runs sqlmig needs",
    "57P05": "let sessions rest for longer: ALTER ROLE ... SET idle_session_timeout = 0",
}
"""What helps where the server gives no hint."""

_ADVICE = (
    (r"password authentication failed|no password supplied", "check the user and the password (PGPASSFILE, a service)"),
    (r"refused|No such file or directory", "start the server, or correct host and port; `sqlmig wait` waits for it"),
    (r"database \".*\" does not exist", "create the database, or correct its name"),
    (r"role \".*\" does not exist", "create the role, or correct its name"),
    (r"resolve|translate host name|Name or service", "correct the host's name"),
    (r"timeout|timed out", "check that the host is reachable from here"),
    (r"pg_hba|no encryption", "let the server accept this host and user (pg_hba.conf), or use sslmode=require"),
    (r"too many|remaining connection slots|reserved", "wait until connections are free; `sqlmig wait` does"),
    (r"starting up|shutting down|recovery", "wait for the server: `sqlmig wait`"),
)


def connection_failed(error: Exception, conninfo: str) -> ConnectionFailed:
    """The error for a connection that could not be opened; the password is taken out of what libpq says."""
    said = mask_url(" ".join(str(error).split()))
    for value in _secrets(conninfo):
        said = said.replace(value, "***")
    advice = next((text for pattern, text in _ADVICE if re.search(pattern, said)), None)
    return ConnectionFailed(
        f"no connection: {said}",
        state="nothing was changed",
        next=advice or "check --database-url, SQLMIG_DATABASE_URL or the environment's database_url",
    )


def _secrets(conninfo: str) -> list[str]:
    try:
        password = psycopg.conninfo.conninfo_to_dict(conninfo).get("password")
    except psycopg.Error:
        # What libpq cannot read it quotes in full.
        return [conninfo] if conninfo else []
    return [str(password)] if password else []

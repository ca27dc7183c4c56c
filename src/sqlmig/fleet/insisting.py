"""The run's own tables are asked again when the connection breaks: what they take may be said twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed, MigrationFailed
from sqlmig.plan.retry import pause_before

T = TypeVar("T")


def insist(session: Session, context: RunContext, call: Callable[[], T], again: Callable[[], None] = lambda: None) -> T:
    """The answer of a call, on a connection that is opened again as often as a step may be tried.

    Args:
        session: outside of a transaction.
        context: of the run.
        call: may be made twice: the first time the answer may have been lost, and not the message.
        again: what comes first on a new connection.

    Raises:
        MigrationFailed: the run's tables cannot be reached any more.
    """
    attempt = 1
    while True:
        try:
            if session.broken:
                session.reopen()
                again()
            return call()
        except (ServerRefused, ConnectionFailed) as error:
            attempt += 1
            if not session.broken or context.stop.requested or attempt > context.config.apply.attempts:
                raise _unreachable(error) from error
        context.stop.sleep(pause_before(attempt, 0.5))


def _unreachable(error: ServerRefused | ConnectionFailed) -> MigrationFailed:
    said = error.said.message if isinstance(error, ServerRefused) else error.message
    return MigrationFailed(
        f"the run's own tables cannot be reached: {said}",
        state="what was told as done is committed; what was under way was finished or rolled back",
        next="run `sqlmig apply` again when the server can be reached: it does what is left, and reads back",
    )

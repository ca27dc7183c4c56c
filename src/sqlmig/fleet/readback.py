"""The last act of every run: success is what the history says, not what was intended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlmig.db import history
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Outcome, TargetResult
from sqlmig.plan.values import Target


def not_where_they_should_be(
    session: Session, history_schema: str, results: Sequence[TargetResult]
) -> tuple[Target, ...]:
    """The targets that are done by all accounts, and whose digest is not the one that the files give: one query."""
    tracks = {result.target.track for result in results}
    found: dict[tuple[str, str], str] = {}
    if history.exists(session, history_schema):
        found = history.read_digests(session, history_schema, tracks)
    done = [result for result in results if result.outcome is Outcome.DONE]
    # What has never had anything, and shall have nothing, is in nobody's books.
    booked = (result for result in done if result.plan.before.digest is not None or result.plan.steps)
    return tuple(one.target for one in booked if found.get(one.target.identity) != one.plan.digest)


@contextmanager
def reading_back() -> Iterator[None]:
    """A block in which the history is read; without an answer, success cannot be claimed.

    Raises:
        ConnectionFailed: the server refused.
    """
    try:
        yield
    except ServerRefused as error:
        raise ConnectionFailed(
            f"the history could not be read back: {error.said.message}",
            state="every step that was told as done is committed; that all targets are there was not read",
            next="run the command again: it does what is left, and reads back",
        ) from error

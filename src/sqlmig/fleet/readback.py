"""The last act of every run: success is what the history says, not what was intended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlmig.db import history
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.heads import Heads
from sqlmig.plan.resolve import digest_after, digest_of_files
from sqlmig.plan.results import Outcome, TargetResult
from sqlmig.plan.rollout import Identity
from sqlmig.plan.values import Standing, Target, TargetPlan, TargetState
from sqlmig.project.model import Direction, Migration, Repeatable


def not_where_they_should_be(
    session: Session, history_schema: str, results: Sequence[TargetResult]
) -> tuple[Target, ...]:
    """The targets that are done by all accounts, and are not where the files want them: one query.

    What another run, with newer files, has brought further meanwhile is there, too: a closer look tells.
    """
    tracks = {result.target.track for result in results}
    found: dict[tuple[str, str], str] = {}
    if history.exists(session, history_schema):
        found = history.read_digests(session, history_schema, tracks)
    done = [result for result in results if result.outcome is Outcome.DONE]
    # What has never had anything, and shall have nothing, is in nobody's books.
    booked = (result for result in done if result.plan.before.digest is not None or result.plan.steps)
    elsewhere = [one.plan for one in booked if found.get(one.target.identity) != one.plan.digest]
    if not elsewhere:
        return ()
    states = history.read_states(session, history_schema, [plan.target for plan in elsewhere], {})
    return tuple(plan.target for plan in elsewhere if not gone_further(plan, states.get(plan.target.identity)))


def at_head(session: Session, history_schema: str, heads: Heads, targets: Iterable[Target]) -> frozenset[Identity]:
    """Of targets whose digest is not that of the files, those that have all of the files nevertheless.

    Repeatables that have no file any more count with the digest: their files were deleted, or the tenant is of another
    kind now.
    """
    asked = tuple(targets)
    if not asked:
        return frozenset()
    states = history.read_states(session, history_schema, asked, {})
    found = ((heads.of(target), states.get(target.identity), target.identity) for target in asked)
    return frozenset(
        identity
        for head, state, identity in found
        if state is not None and digest_of_files(head.track, state) == head.digest
    )


def gone_further(plan: TargetPlan, state: TargetState | None) -> bool:
    """Whether everything that a plan wants applied is applied, and more has come after it.

    Args:
        plan: what was to be done.
        state: what is applied now; None when nothing ever was.
    """
    works = plan.works
    if state is None or any(work.direction is Direction.DOWN for work in works):
        return False
    if state.digest != digest_after(state, ()):
        # The books do not agree with themselves.
        return False
    wanted = {row.version: row.checksum for row in plan.before.applied}
    if plan.standing is Standing.CURRENT and not works:
        # Of what is up to date the digest alone is read.
        wanted = {migration.version: migration.up.checksum for migration in plan.track.migrations}
    wanted |= {work.unit.version: work.script.checksum for work in works if isinstance(work.unit, Migration)}
    repeatables = {work.unit.name for work in works if isinstance(work.unit, Repeatable)}
    return wanted.items() <= {row.version: row.checksum for row in state.applied}.items() and (
        repeatables <= state.repeatables.keys()
    )


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

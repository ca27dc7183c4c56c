"""What is sent around the file of a step in a transaction, as lists of statements.

    1. what `opening` gives: BEGIN, settings, locks, and how the target stands now that the locks are held
    2. the file, as it was rendered
    3. what `closing` gives: the file's traces put away, the guard, the history; then COMMIT

Of how many messages that makes, see `lane`. They hang on nothing that a file may have changed: every literal reads the
same under any setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlmig.db import records
from sqlmig.db.context import RunContext
from sqlmig.db.guard import SPEAK_NOW, TIDY, guard
from sqlmig.db.history import statement_text
from sqlmig.db.locks import Keys, objects_key
from sqlmig.db.polling import Obstacle
from sqlmig.db.session import Answer, Session, assignments, filled
from sqlmig.db.traits import needs_another_session
from sqlmig.plan.values import Step


@dataclass(frozen=True, slots=True)
class Opening:
    """How a step's transaction is opened."""

    statements: tuple[str, ...]
    """The last one's row is for `opened`."""
    keys: Keys
    """The advisory locks that it takes."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening found."""

    obstacle: Obstacle | None
    """Whose lock was not to be had; None when all are held."""
    pid: int
    """Of the server process."""
    schema_exists: bool
    digest: str | None
    """The target's."""


def opening(session: Session, steps: Sequence[Step], context: RunContext) -> Opening:
    """How the transaction of steps of one target is opened, with the settings of the first."""
    target = steps[0].target
    keys = context.keys(target)
    if any(step.shared for step in steps):
        keys = replace(keys, objects=objects_key(context.history))
    parameters = {
        "shared_key": keys.shared,
        "exclusive": keys.exclusive,
        "target_key": keys.target,
        "objects_key": keys.objects,
        "track": target.track,
        "target": target.key,
        "schema": target.schema,
    }
    statements = (
        # A snapshot taken before the lock was obtained would show the state before the other run's commit.
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        *settings(session, steps[0], context),
        filled(_statement("open_step", context.history), parameters),
    )
    return Opening(statements, keys)


def opened(answer: Answer) -> Opened:
    """What the opening found that a message ends with."""
    obstacle, pid, exists, digest = answer.row(-1)
    return Opened(Obstacle(obstacle) if obstacle else None, int(pid or 0), exists == "t", digest)


def settings(session: Session, step: Step, context: RunContext) -> tuple[str, ...]:
    """The statements that give a step's settings until its transaction ends."""
    return assignments({**context.settings(step), **session.own_settings}, "SET LOCAL")


def closing(
    session: Session,
    step: Step,
    context: RunContext,
    digest: str,
    attempt: records.Attempt,
    *,
    held: str,
    key: int | None,
) -> tuple[str, ...]:
    """The statements behind a file; the last one's first value is the number of lock table entries.

    Args:
        session: the connection that they are sent on.
        step: what ran.
        context: of the run.
        digest: the target's, now that the step has run.
        attempt: for the history.
        held: see `guard`.
        key: see `guard`.
    """
    look = guard(step, context, target_key=key, held=held)
    record = filled(*records.step_call(context.history, step, digest, attempt))
    return (
        SPEAK_NOW,
        *TIDY,
        # With RESET ALL the role's own limits are back, and may not end a migration just before its end.
        *assignments({**_NO_LIMIT, **session.own_settings}, "SET LOCAL"),
        f"SELECT {look}, {record}, pg_catalog.pg_advisory_unlock_all()",
    )


_NO_LIMIT = {"statement_timeout": "0"}


def going_on(session: Session, step: Step, context: RunContext) -> tuple[str, ...]:
    """The statements before another file of the same transaction.

    The last one's only value is what the transaction holds already, for `closing`.
    """
    held = filled(_statement("written_elsewhere", context.history), {"schema": step.target.schema})
    return (*settings(session, step, context), held)


def goes_in_one(step: Step) -> bool:
    """Whether a file and what stands behind it may be one message: nothing has to be done between the two.

    No text of a file can swallow what follows it: it has been cut into its statements, and the server's grammar has
    read each of them.
    """
    return step.verify is None and not needs_another_session(step)


def rides_along(steps: Sequence[Step], following: Step) -> bool:
    """Whether the next step's opening may be sent with the COMMIT of these.

    Not where something else happens between the two, or a lock is to be let go of as soon as can be.
    """
    if not following.transaction or following.shared or any(step.shared for step in steps):
        return False
    return not any(map(needs_another_session, (*steps, following)))


@lru_cache(maxsize=64)
def _statement(name: str, history_schema: str) -> str:
    return statement_text(name, history_schema)

"""What is sent around the file of a step in a transaction, as lists of statements.

    1. what `opening` gives: BEGIN, settings, locks, and how the target stands now that the locks are held
    2. the file, as it was rendered
    3. what `closing` gives: the file's traces put away, the guard, the history; then COMMIT

Of how many messages that makes, see `lane`. They hang on nothing that a file may have changed: every literal reads the
same under any setting.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from sqlmig.db import records
from sqlmig.db.composing import assignments, filled, literal, partly_filled
from sqlmig.db.context import RunContext
from sqlmig.db.guard import GUARD_OF_TARGET, SPEAK_NOW, TIDY, guard_of_target, guard_template
from sqlmig.db.history import statement_text
from sqlmig.db.locks import Keys, objects_key
from sqlmig.db.polling import Obstacle
from sqlmig.db.roles import role_statement
from sqlmig.db.session import Answer, Session
from sqlmig.db.traits import needs_another_session, traits_of
from sqlmig.db.undo import is_undoable
from sqlmig.plan.values import Step


class Guarding(Enum):
    """Behind which of a transaction's files the guard stands."""

    EACH = "each"
    LAST = "last"
    """It answers for all of them; when it refuses, it does not know which."""


_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
"""A snapshot taken before the lock was obtained would show the state before the other run's commit."""


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


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the file of a step that comes in another one's message."""

    before: str
    behind: str
    opening: int
    """How many statements stand before the file."""
    closing: int
    """How many stand between the file and COMMIT."""


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
        _BEGIN,
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
    own = {**context.settings_of_target(step), **session.own_settings}
    return (*_texts(step, context).settings, *assignments(own, "SET LOCAL"))


def closing(
    session: Session,
    step: Step,
    context: RunContext,
    digest: str,
    attempt: records.Attempt,
    *,
    held: str,
    key: int | None,
    unrecorded: Sequence[str] = (),
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
        unrecorded: the `record` of earlier steps of the transaction that wait for the guard.
    """
    look = filled(_texts(step, context).guard, guard_of_target(step, target_key=key, held=held))
    return _closing(session, look, (*unrecorded, record(step, context, digest, attempt)))


def around(session: Session, step: Step, context: RunContext, digests: records.Digests) -> Around:
    """What stands around a file that comes in another step's message: a transaction of its own, from BEGIN to COMMIT.

    The server refuses it (SQLM3) unless the locks are to be had, the schema is there and the target has its digest.
    """
    texts = _around(session, step, context)
    attempt = records.Attempt(context.run_id, context.origin, None, 0.0, 1, behind=True)
    own = assignments(context.settings_of_target(step), "SET LOCAL")
    values = {
        **guard_of_target(step, target_key=context.keys(step.target).target, held="{}"),
        **records.of_target(step, digests.after, attempt),
        "planned": digests.before,
    }
    written = {name: literal(value) for name, value in values.items()}
    before = "; ".join(("", _BEGIN, *own, texts.before % written))
    return Around(before, texts.behind % written, texts.opening + len(own), texts.closing)


def record(step: Step, context: RunContext, digest: str, attempt: records.Attempt) -> str:
    """The call that writes a step that has run into the history."""
    return filled(_texts(step, context).record, records.of_target(step, digest, attempt))


def _closing(session: Session, look: str, recording: Sequence[str]) -> tuple[str, ...]:
    # The guard comes first: what the history's rows lock would be held against the files.
    calls = ", ".join((look, *recording, "pg_catalog.pg_advisory_unlock_all()"))
    return (
        SPEAK_NOW,
        *TIDY,
        # With RESET ALL the role's own limits are back, and may not end a migration just before its end.
        *assignments({**_NO_LIMIT, **session.own_settings}, "SET LOCAL"),
        f"SELECT {calls}",
    )


def tidying(context: RunContext) -> tuple[str, ...]:
    """The statements behind a file that another one's guard answers for; the last one's only value is empty."""
    return (SPEAK_NOW, *TIDY, filled(_statement("forget_prepared", context.history), {}))


def guarding(steps: Sequence[Step]) -> Guarding:
    """Behind which files of one transaction the guard has to stand, as long as it finds nothing.

    Behind each, where one file may do what another may not, or what has to be looked at before the next one runs.
    """

    def own(step: Step) -> bool:
        return bool(step.script.directives.touches) or traits_of(step).controls_transaction

    return Guarding.EACH if any(own(step) or needs_another_session(step) for step in steps) else Guarding.LAST


_NO_LIMIT = {"statement_timeout": "0"}


def going_on(session: Session, step: Step, context: RunContext) -> tuple[str, ...]:
    """The statements before another file of the same transaction.

    The last one's only value is what the transaction holds already, for `closing`.
    """
    held = filled(_statement("written_elsewhere", context.history), {"schema": step.target.schema})
    return (*settings(session, step, context), held)


def goes_in_one(step: Step, context: RunContext) -> bool:
    """Whether a file and what stands behind it may be one message: nothing has to be done around the file.

    No text of a file can swallow what follows it: it has been cut into its statements, and the server's grammar has
    read each of them.
    """
    if step.verify is not None or needs_another_session(step):
        return False
    return role_statement(context.config, step) is None and not is_undoable(step, context.config)


def rides_along(steps: Sequence[Step], following: Step) -> bool:
    """Whether the next step's opening may be sent with the COMMIT of these.

    Not where something else happens between the two, or a lock is to be let go of as soon as can be.
    """
    if not following.transaction or following.shared or any(step.shared for step in steps):
        return False
    return not any(map(needs_another_session, (*steps, following)))


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is sent around a step's file, as far as it is the same for all targets of a run."""

    of: Step
    """The step that they were made for: while it is held, the ids that they are found by are nobody else's."""
    settings: tuple[str, ...]
    guard: str
    record: str


def _texts(step: Step, context: RunContext) -> _Texts:
    # A plan's steps share their files: the very same objects, which `of` holds on to.
    key = (id(step.unit), id(step.script), step.direction)
    known: _Texts | None = context.known.get(key)
    if known is None:
        known = _Texts(
            step,
            assignments(context.settings_of_file(step), "SET LOCAL"),
            guard_template(step, context),
            records.step_template(context.history, step, context.run_id, context.origin),
        )
        _remember(context, key, known)
    return known


def _around(session: Session, step: Step, context: RunContext) -> Around:
    """What `around` gives, for all targets that a step's file runs in: what is each target's own is still to come."""
    texts = _texts(step, context)
    # Servers differ in the settings of their own that they know.
    key = (texts.settings, texts.guard, texts.record, *session.own_settings)
    known: Around | None = context.known.get(key)
    if known is None:
        keys = context.keys(step.target)
        fixed = (*texts.settings, *assignments(session.own_settings, "SET LOCAL"))
        left = (*GUARD_OF_TARGET, *records.OF_TARGET, "planned")
        opening = _statement("open_planned_step", context.history)
        opening = partly_filled(opening, {"shared_key": keys.shared, "exclusive": keys.exclusive}, left)
        closing = _closing(session, texts.guard, (texts.record,))
        known = Around(
            "; ".join((*(one.replace("%", "%%") for one in fixed), opening)) + ";",
            # A comment at the end of the file may not swallow what follows.
            "; ".join(("\n", *closing, "COMMIT")),
            1 + len(fixed) + 1,
            len(closing),
        )
        _remember(context, key, known)
    return known


def _remember(context: RunContext, key: Hashable, texts: object) -> None:
    if len(context.known) >= _MOST_KNOWN:
        context.known.clear()
    context.known[key] = texts


_MOST_KNOWN = 256


@lru_cache(maxsize=64)
def _statement(name: str, history_schema: str) -> str:
    return statement_text(name, history_schema)

"""Steps that ride along: whole transactions behind the COMMIT of another step, in its message.

    what opens the transaction, and refuses when the target does not stand as it was planned
    the file, as it was rendered; what puts its traces away, the guard, the history rows; COMMIT

Each is committed before the next one begins. At the first error the server looks at nothing more, so the number of
statements that ran says which riders are done, which one failed, and which have not begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmig.db import messages, records
from sqlmig.db.context import RunContext
from sqlmig.db.session import Answer, Session
from sqlmig.plan.results import ServerError
from sqlmig.plan.values import Step

MOST_STEPS = 64
MOST_CHARACTERS = 256 * 1024
"""How much goes into one message."""


@dataclass(frozen=True, slots=True)
class Link:
    """A step, and the target's digests around it."""

    step: Step
    digests: records.Digests


@dataclass(frozen=True, slots=True)
class Rider:
    """Where a link stands in its message."""

    link: Link
    opening: int
    """The number of its first statement, from 0."""
    file: int
    """Of the file's first statement."""
    closing: int
    commit: int
    offset: int
    """Of the file's first character."""


@dataclass(frozen=True, slots=True)
class Done:
    """A rider that is committed."""

    link: Link
    seconds: float
    locks: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """The rider that an error came from."""

    link: Link
    said: ServerError
    """Its position is the file's; without one, the error does not come from the file."""
    in_file: bool


def may_ride(step: Step, context: RunContext) -> bool:
    """Whether nothing has to be looked at, or waited for, while a step runs."""
    return step.transaction and not step.shared and messages.goes_in_one(step, context)


def row(steps: Sequence[Step], context: RunContext) -> int:
    """How many of the steps, from the first one on, go into one message."""
    if not steps or not may_ride(steps[0], context):
        return 1
    length, characters = 1, len(steps[0].sql.text)
    for step in steps[1:MOST_STEPS]:
        characters += len(step.sql.text)
        if characters > MOST_CHARACTERS or not may_ride(step, context):
            break
        length += 1
    return length


def riding(
    session: Session, links: Iterable[Link], context: RunContext, *, statements: int, characters: int
) -> tuple[str, tuple[Rider, ...]]:
    """The text of riders, and where each stands.

    Args:
        session: the connection.
        links: the steps.
        context: of the run.
        statements: how many stand before them in the message.
        characters: how many stand before them.
    """
    parts: list[str] = []
    riders: list[Rider] = []
    for link in links:
        step = link.step
        around = messages.around(session, step, context, link.digests)
        file = statements + around.opening
        after = file + len(step.statements)
        commit = after + around.closing
        riders.append(Rider(link, statements, file, after, commit, characters + len(around.before)))
        parts += (around.before, step.sql.text, around.behind)
        characters += len(around.before) + len(step.sql.text) + len(around.behind)
        statements = commit + 1
    return "".join(parts), tuple(riders)


def arrived(answer: Answer, riders: Sequence[Rider]) -> tuple[list[Done], Stuck | None]:
    """What became of riders: those that are done, and the one that an error came from.

    A rider whose target did not stand as planned has not begun, and is neither.
    """
    done: list[Done] = []
    for rider in riders:
        if answer.completed <= rider.commit:
            return done, _stuck(answer, rider)
        entries, seconds = answer.row(rider.commit - 1)[:2]
        done.append(Done(rider.link, float(seconds or 0), int(entries or 0)))
    return done, None


def _stuck(answer: Answer, rider: Rider) -> Stuck | None:
    said = answer.error
    if said is None or answer.completed < rider.file:
        return None
    if answer.completed >= rider.closing:
        return Stuck(rider.link, replace(said, offset=None, completed=None), in_file=False)
    offset = said.offset - rider.offset if said.offset is not None else None
    return Stuck(rider.link, replace(said, offset=offset, completed=answer.completed - rider.file), in_file=True)

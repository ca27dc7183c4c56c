"""The role that a track's files run as: taken on around each file, and the owner of all that the file makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlmig.db.composing import filled, quoted, text_of
from sqlmig.db.failures import NOTHING_CHANGED, command
from sqlmig.db.polling import Ended
from sqlmig.db.session import Session
from sqlmig.errors import Place
from sqlmig.plan.results import Failure, Outcome
from sqlmig.plan.values import Step, Target
from sqlmig.project.config.values import Config
from sqlmig.sql.identifiers import quote_ident

SHOWN = 5
"""How many objects a failure names."""


def run_as(config: Config, target: Target) -> str | None:
    """The role that files of a target's track run as; None for the one that connects."""
    return next((track.run_as for track in config.tracks if track.name == target.track), None)


def role_statement(config: Config, step: Step) -> str | None:
    """What takes on the role of a step's file, until its transaction ends or TIDY or OWN_ROLE stands behind the file.

    It has to stand directly before the file: what opens the transaction calls functions of the history, and only the
    session's own role may.
    """
    role = run_as(config, step.target)
    return None if role is None else f"SET LOCAL ROLE {quoted(role)}"


def take_on(session: Session, config: Config, step: Step) -> None:
    """Takes on the role of a step's file, in the transaction that the file runs in.

    Raises:
        ServerRefused: the session's own role is no member of it.
    """
    statement = role_statement(config, step)
    if statement is not None:
        session.run(statement)


@contextmanager
def acting(session: Session, config: Config, step: Step) -> Iterator[None]:
    """Takes on the role around a statement that runs outside of a transaction.

    Raises:
        ServerRefused: the session's own role is no member of it.
    """
    role = run_as(config, step.target)
    if role is None:
        yield
        return
    session.run(f"SET ROLE {quoted(role)}")
    try:
        yield
    finally:
        if not session.broken:
            session.run("RESET ROLE")


def make_target_schema(session: Session, config: Config, target: Target) -> None:
    """Makes the schema of a shared track; it belongs to the role that its files run as."""
    role = run_as(config, target)
    session.run(f"CREATE SCHEMA IF NOT EXISTS {quoted(target.schema)}{authorization(role)}")


def authorization(role: str | None) -> str:
    """What CREATE SCHEMA says of the owner; nothing for the role that runs it."""
    return "" if role is None else f" AUTHORIZATION {quoted(role)}"


def left_to_others(session: Session, step: Step, role: str | None) -> frozenset[tuple[str, str]]:
    """What the transaction has made so far that does not belong to a role: each object in words, and its owner."""
    if role is None:
        return frozenset()
    rows = session.rows(text_of("owned_by_others"), {"schema": step.target.schema, "role": role})
    return frozenset((what, owner) for what, owner in rows)


def check_owners(
    session: Session, step: Step, role: str | None, *, before: frozenset[tuple[str, str]] = frozenset()
) -> None:
    """Whether all that a step has made belongs to its role; asked in its transaction, behind the file.

    A file can change its role, say OWNER TO, or call what runs as somebody else.

    Args:
        session: the connection.
        step: what ran.
        role: that its file runs as; with None everything is well.
        before: what `left_to_others` gave before the file, where its transaction does other things too.

    Raises:
        Ended: something belongs to another role; the transaction is still open.
    """
    found = sorted(left_to_others(session, step, role) - before)
    if found and role is not None:
        raise Ended(Outcome.FAILED, _others(step, role, found))


def owners_block(step: Step, role: str) -> str:
    """The same as a block for psql, which stops there."""
    query = filled(text_of("owned_by_others"), {"schema": step.target.schema, "role": role}).strip()
    what = "pg_catalog.string_agg(pg_catalog.format('%s (%s)', o.object, o.owner), ', ')"
    body = "IF others IS NOT NULL THEN RAISE EXCEPTION 'left to other roles: %', others; END IF"
    looked = f"SELECT {what} FROM (\n{query}\n) AS o(object, owner)"  # noqa: S608  every value in it is a literal
    return f"DO $sqlmig_owners$\nDECLARE others text := ({looked});\nBEGIN {body}; END\n$sqlmig_owners$;"


def _others(step: Step, role: str, found: Sequence[tuple[str, str]]) -> Failure:
    names = ", ".join(f"{what} ({owner})" for what, owner in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return Failure(
        f"{step.label} runs as {role} in {step.target.label}, and leaves what belongs to others: {names}{more}",
        NOTHING_CHANGED,
        f"take SET ROLE, RESET ROLE and OWNER TO out of the file, or give it to the role: OWNER TO {quote_ident(role)};"
        f" then run `{command(step)}` again",
        Place(step.script.path),
    )

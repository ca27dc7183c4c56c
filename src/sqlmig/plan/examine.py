"""What a rendered text may not contain, whatever the linter says: things the runner could not run as it promises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlmig.plan.values import Reason
from sqlmig.sql.classify import (
    IndexBuilt,
    copy_from_stdin,
    leaves,
    outside_transaction,
    psql_command,
    transaction_control,
)
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import SqlTextError


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a text cannot run, and where in it."""

    reason: Reason
    message: str
    next: str
    offset: int


@dataclass(frozen=True, slots=True)
class Examined:
    """A text split into statements, with what speaks against running it."""

    statements: tuple[Statement, ...]
    objections: tuple[Objection, ...]


def examine(text: str, *, transaction: bool) -> Examined:
    """Splits a rendered text and finds what keeps it from running; thousands of targets often share one text.

    Args:
        text: rendered SQL.
        transaction: whether the runner wraps it in one transaction.
    """
    return _in_transaction(text) if transaction else _outside_transaction(text)


@lru_cache(maxsize=2048)
def _in_transaction(text: str) -> Examined:
    statements, objections = _split(text)
    for statement in statements:
        words = outside_transaction(statement)
        if words is not None:
            message = f"{words} cannot run inside a transaction"
            advice = "put it into a file of its own that begins with: -- sqlmig: transaction off"
            objections.append(Objection(Reason.NEEDS_TRANSACTION_OFF, message, advice, statement.start))
    return Examined(statements, tuple(objections))


@lru_cache(maxsize=512)
def _outside_transaction(text: str) -> Examined:
    statements, objections = _split(text)
    for statement in statements:
        left = leaves(statement)
        if isinstance(left, IndexBuilt) and left.name is None:
            message = "the index has no name, so nobody can find it again after a crash"
            objections.append(Objection(Reason.UNNAMED_INDEX, message, "name it", statement.start))
    return Examined(statements, tuple(objections))


def _split(text: str) -> tuple[tuple[Statement, ...], list[Objection]]:
    """The statements, and what speaks against all kinds of files."""
    try:
        statements = split(text)
    except SqlTextError as error:
        # The data behind COPY ... FROM stdin are seldom SQL: what stands before them is the better thing to say.
        found = _for_psql(*_readable(text[: error.offset]))
        return (), [found or Objection(Reason.NOT_SQL, error.message, "correct the file", error.offset)]
    found = _for_psql(text, statements)
    if found is not None:
        return statements, [found]
    return statements, [
        Objection(
            Reason.TRANSACTION_CONTROL,
            f"{words} in a migration: sqlmig opens and ends the transaction",
            f"take {words} out; a file that must not run in one transaction says: -- sqlmig: transaction off",
            statement.start,
        )
        for statement in statements
        if (words := transaction_control(statement)) is not None
    ]


def _readable(text: str) -> tuple[str, tuple[Statement, ...]]:
    """The part of a text that can be cut into statements, and those."""
    try:
        return text, split(text)
    except SqlTextError as error:
        return _readable(text[: error.offset])


def _for_psql(text: str, statements: tuple[Statement, ...]) -> Objection | None:
    for statement in statements:
        if copy_from_stdin(statement):
            message = "COPY ... FROM stdin needs psql: its data are no SQL"
            advice = "write the rows as INSERT INTO ... VALUES, or load them outside of migrations"
            return Objection(Reason.NOT_SQL, message, advice, statement.start)
    command = psql_command(text)
    if command is not None:
        message = f"{command.word} is a command of psql, not SQL"
        advice = "take it out; what it should do is sqlmig's (variables: {{ vars.name }}, includes: macros)"
        return Objection(Reason.NOT_SQL, message, advice, command.offset)
    return None

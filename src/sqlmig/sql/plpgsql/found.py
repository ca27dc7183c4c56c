"""What is found in a body of plpgsql: steps, and the pieces of SQL in them."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.record import Record
from sqlmig.sql.tokens import Token


class Use(Enum):
    """What plpgsql does with a piece of SQL."""

    STATEMENT = "statement"
    """It runs it."""
    QUERY = "query"
    """It fetches its rows: FOR, RETURN QUERY, OPEN, a cursor's declaration."""
    EXPRESSION = "expression"
    """It puts SELECT in front, and takes the value: a condition, an assignment, a default, what PERFORM runs."""
    STRING = "string"
    """It takes the value for SQL, and runs that: EXECUTE."""


class Piece(Record):
    """One piece of SQL."""

    use: Use
    tokens: tuple[Token, ...]
    """At least one; without `into`."""
    into: tuple[Token, ...] = ()
    """The clause of a statement that names variables for its result; SQL would take it for a new table."""


class Step(Record):
    """A statement of plpgsql that has SQL in it, or the head of one that holds others: IF ... THEN, FOR ... LOOP."""

    tokens: tuple[Token, ...]
    """Up to the word or semicolon that ends it, that one left out."""
    behind: Token | None
    """The token in front of it; None at the start of the body."""
    pieces: tuple[Piece, ...]


class Block(Record):
    """What was found in a body."""

    steps: tuple[Step, ...]
    """In the order of the text; those without SQL are left out."""
    names: frozenset[str]
    """Arguments, variables, cursors and their arguments, whatever block they belong to."""
    unread: Unreadable | None = None
    """Why the last statement that was begun, and all behind it, could not be read."""


class Unreadable(Exception):
    """The body does not go on as plpgsql's grammar says; `at` is the offset where that shows."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at

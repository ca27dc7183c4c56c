"""Whether we read a text as libpg_query does: where it is cut, and what each statement does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from google.protobuf.message import Message

from oracle import trees
from oracle.matching import differences
from oracle.names import kind_of
from oracle.statements import is_ddl, operations_of_node
from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.parser import parse
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.statements import Statement, split


class Outcome(Enum):
    """How our reading of a statement stands to libpg_query's."""

    EQUAL = "equal"
    UNKNOWN = "unknown"
    """We say that we do not understand it, or one action of it; all else is equal."""
    DIFFERENT = "different"
    UNMAPPED = "unmapped"
    """The oracle has no words for it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out for one statement."""

    text: str
    node: str
    """libpg_query's name of it: `index_stmt`."""
    ddl: bool
    outcome: Outcome
    details: tuple[str, ...] = ()


class CutElsewhere(AssertionError):
    """We cut a text into other statements than libpg_query does."""


def verdicts(text: str) -> list[Verdict]:
    """One verdict for each statement of a text.

    Raises:
        PgQueryError: libpg_query refuses the text.
        CutElsewhere: its statements are not ours.
    """
    theirs = list(_cut(text))
    ours = split(text)
    if len(ours) != len(theirs):
        raise CutElsewhere(f"{len(ours)} statements, not {len(theirs)}")
    for statement, (start, end, _) in zip(ours, theirs, strict=True):
        if statement.start < start or statement.end > end:
            raise CutElsewhere(
                f"{statement.start}-{statement.end} is not within {start}-{end}: {statement.text[:80]!r}"
            )
    pairs = zip(ours, theirs, strict=True)
    return [_verdict(statement, node, text, text[start:end]) for statement, (start, end, node) in pairs]


def _cut(text: str) -> Iterator[tuple[int, int, Message]]:
    """Start, end and tree of libpg_query's statements; it counts bytes, we count characters."""
    raw = text.encode()
    at = characters = 0
    for statement in trees.parsed(text).stmts:
        size = statement.stmt_len or len(raw) - statement.stmt_location
        characters += len(raw[at : statement.stmt_location].decode())
        length = len(raw[statement.stmt_location : statement.stmt_location + size].decode())
        yield characters, characters + length, statement.stmt
        at = statement.stmt_location + size
        characters += length


def _verdict(statement: Statement, node: Message, text: str, written: str) -> Verdict:
    said = (statement.text, kind_of(node), is_ddl(node))
    ours = parse(statement)
    if misplaced := list(_misplaced(ours, statement, text)):
        return Verdict(*said, Outcome.DIFFERENT, tuple(misplaced))
    unknown = [operation for operation in ours if isinstance(operation, Unknown)]
    reasons = tuple(operation.reason for operation in unknown)
    if len(unknown) == len(ours) > 0:
        return Verdict(*said, Outcome.UNKNOWN, reasons)
    theirs = operations_of_node(node, written)
    if theirs is None:
        return Verdict(*said, Outcome.UNMAPPED)
    found = _differences(ours, theirs)
    outcome = Outcome.DIFFERENT if found else Outcome.UNKNOWN if unknown else Outcome.EQUAL
    return Verdict(*said, outcome, tuple(found) or reasons)


def _differences(ours: tuple[Operation, ...], theirs: tuple[Any, ...]) -> list[str]:
    if len(ours) != len(theirs):
        return [f"{_names(ours)}, not {_names(theirs)}"]
    pairs = zip(ours, theirs, strict=True)
    return [
        line
        for our, their in pairs
        if not isinstance(our, Unknown)
        for line in differences(our, their, type(their).__name__)
    ]


def _names(operations: tuple[Operation, ...]) -> str:
    return ", ".join(type(operation).__name__ for operation in operations) or "nothing"


def _misplaced(value: Any, statement: Statement, text: str) -> Iterator[str]:
    """Positions that do not point at what they are of; the vocabulary leaves them out of comparisons."""
    match value:
        case tuple() | frozenset():
            for each in value:
                yield from _misplaced(each, statement, text)
        case Expression(text=""):
            pass  # The body of BEGIN ATOMIC END is nowhere.
        case Expression():
            ends = (value.tokens[0].start, value.tokens[-1].end) if value.tokens else (-1, -1)
            if ends != (value.start, value.start + len(value.text)) or text[slice(*ends)] != value.text:
                yield f"expression {value.text!r} is not at {value.start}, its tokens at {ends}"
        case Name() if value.at != -1 and not statement.start <= value.at < statement.end:
            yield f"name {value} is not at {value.at}"
        case Record():
            if not statement.start <= getattr(value, "at", statement.start) < statement.end:
                yield f"{type(value).__name__} is not at {value.at}"
            for field in value.field_names():
                yield from _misplaced(getattr(value, field), statement, text)

"""Where the characters of a body stand in the file: a body is a string, and a string has quotes and escapes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from sqlmig.sql.identifiers import string_value
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.statements import Statement
from sqlmig.sql.tokens import Comment, Kind, Token

T = TypeVar("T")


class Run(Record):
    """A stretch of a body that is written in one way: plainly, or as one escape."""

    start: int
    """Offset of its first character in the body."""
    first: int
    """Offset where its writing starts in the file."""
    last: int
    """Offset behind its writing."""
    plain: bool = True
    """Whether each character is written as itself; otherwise they stand for the writing together."""


class OffsetMap(Record):
    """Gives the place in the file of each offset in a body."""

    runs: tuple[Run, ...]
    """In order; at least one."""
    outer: OffsetMap | None = None
    """Where the text that the runs speak of is a body itself: its own map."""

    @property
    def shift(self) -> int | None:
        """How far all offsets are from their places, when that is the same for all of them."""
        only = self.runs[0]
        return only.first - only.start if len(self.runs) == 1 and only.plain and self.outer is None else None

    def start(self, offset: int) -> int:
        """The place where the character at this offset starts."""
        run = self._run(offset)
        place = run.first + max(offset - run.start, 0) if run.plain else run.first
        return place if self.outer is None else self.outer.start(place)

    def end(self, offset: int) -> int:
        """The place behind the character in front of this offset: where a token ends, that ends there."""
        run = self._run(offset - 1)
        place = run.first + max(offset - run.start, 0) if run.plain else run.last
        return place if self.outer is None else self.outer.end(place)

    def within(self, outer: OffsetMap) -> OffsetMap:
        """The map of a body that stands in a body."""
        if outer.shift is None:
            return OffsetMap(runs=self.runs, outer=outer)
        by = outer.shift
        runs = (run.replaced(first=run.first + by, last=run.last + by) for run in self.runs)
        return self if by == 0 else OffsetMap(runs=tuple(runs))

    def _run(self, offset: int) -> Run:
        if len(self.runs) == 1:
            return self.runs[0]
        return self.runs[max(bisect_right(self.runs, offset, key=_start) - 1, 0)]


_start: Final = attrgetter("start")


def shifted(by: int) -> OffsetMap:
    """The map of a text that is written as it is, from this offset on."""
    return OffsetMap(runs=(Run(start=0, first=by, last=by),))


IDENTITY: Final = shifted(0)


# --- strings ---


def read_string(tokens: Sequence[Token]) -> tuple[str, OffsetMap] | None:
    """What a string stands for, and where its characters are written; None when the tokens are no string alone.

    Args:
        tokens: a string, the lines on which it goes on, its UESCAPE; or several of these with `||` between them.
    """
    text: list[str] = []
    runs: list[Run] = []
    length = 0
    for literal in _operands(tokens):
        escape = _escape_character(literal)
        strings = [token for token in literal if token.kind is Kind.STRING][: -1 if escape else None]
        if not strings or len(literal) != len(strings) + (2 if escape else 0):
            return None
        for value, first, last, plain in _parts(strings, escape or "\\"):
            runs.append(Run(start=length, first=first, last=last, plain=plain))
            text.append(value)
            length += len(value)
    return "".join(text), OffsetMap(runs=tuple(runs))


def _operands(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    first = 0
    for at, token in enumerate(tokens):
        if token.kind is Kind.SYMBOL and token.text == "||":
            yield tokens[first:at]
            first = at + 1
    yield tokens[first:]


def _escape_character(literal: Sequence[Token]) -> str:
    """What stands behind UESCAPE."""
    if len(literal) > 2 and literal[-2].word == "uescape" and literal[-1].kind is Kind.STRING:
        return string_value(literal[-1])
    return ""


def _parts(strings: Sequence[Token], escape: str) -> Iterator[tuple[str, int, int, bool]]:
    """Value, first and last offset of each part of a string, and whether it is plain; empty parts only at its end."""
    opening = strings[0].text
    if opening[0] == "$":
        tag = opening.index("$", 1) + 1
        yield opening[tag:-tag], strings[0].start + tag, strings[0].end - tag, True
        return
    prefix = opening[: opening.index("'")]
    escapes = _BACKSLASHED if prefix in ("E", "e") else _doubled(escape if prefix[:1] in ("U", "u") else "")
    for token in strings:
        at = token.text.index("'") + 1
        for found in escapes.finditer(token.text, at, len(token.text) - 1):
            if found.start() > at:
                yield token.text[at : found.start()], token.start + at, token.start + found.start(), True
            one = Token(Kind.STRING, f"{prefix}'{found[0]}'", 0, 0)
            yield string_value(one, escape=escape), token.start + found.start(), token.start + found.end(), False
            at = found.end()
        yield token.text[at:-1], token.start + at, token.end - 1, True


# Escapes that stand side by side may be one character together (bytes of UTF-8, surrogates): they stay in one part.
_BACKSLASHED: Final = re.compile(
    r"''|(?:\\[0-7]{1,3}|\\x[0-9a-fA-F]{1,2})+|(?:\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})+|\\.", re.DOTALL
)


def _doubled(escape: str) -> re.Pattern[str]:
    """A doubled quote; in U&'...' the escape character too, doubled or with the number of a character."""
    if not escape:
        return re.compile("''")
    mark = re.escape(escape)
    return re.compile(rf"''|{mark}{mark}|(?:{mark}(?:[0-9a-fA-F]{{4}}|\+[0-9a-fA-F]{{6}}))+")


# --- values ---


def relocated(value: T, places: OffsetMap) -> T:
    """The same value (a record, a statement, tokens, a tuple of them) with its offsets where the map has them."""
    return cast("T", _relocated(value, places))


def _relocated(value: Any, places: OffsetMap) -> Any:
    match value:
        case Token():
            return Token(value.kind, value.text, places.start(value.start), places.end(value.end))
        case Comment():
            return Comment(value.text, places.start(value.start), places.end(value.end))
        case tuple():
            return tuple(_relocated(item, places) for item in value)
        case Name():
            return value if value.at < 0 else replace(value, at=places.start(value.at))
        case Statement():
            return replace(
                value,
                start=places.start(value.start),
                end=places.end(value.end),
                tokens=_relocated(value.tokens, places),
                comments=_relocated(value.comments, places),
            )
        case Record():
            moved = {field: _field(field, getattr(value, field), places) for field in _fields(type(value))}
            return value.replaced(**moved)
        case _:
            return value


def _field(name: str, value: Any, places: OffsetMap) -> Any:
    return places.start(value) if name in _OFFSETS and isinstance(value, int) else _relocated(value, places)


_OFFSETS: Final = frozenset({"at", "start"})


def _fields(kind: type) -> Iterable[str]:
    return (field for base in kind.__mro__ for field in base.__dict__.get("__slots__", ()))

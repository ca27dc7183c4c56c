"""The text of a body, and how statements are taken out of it so that the parser of SQL can read them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Final, TypeVar

from sqlmig.sql.offsets import IDENTITY, OffsetMap, read_string, relocated
from sqlmig.sql.plpgsql.found import Piece, Step
from sqlmig.sql.record import Record
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Comment, Kind, Token, Tokens, tokenize

T = TypeVar("T")


class Source(Record):
    """A text that is being read.

    What is taken out of it has the file's offsets at once where these are the text's own, shifted by `base`. Otherwise
    it has the text's, and `in_file` gives the others: the parser needs offsets that fit the text.
    """

    text: str
    base: int
    places: OffsetMap
    """From offsets with `base` added to the file's."""
    depth: int
    """How many bodies stand around this one."""

    def slice(self, start: int, end: int) -> str:
        """The text between two offsets, of which `base` is a part."""
        return self.text[start - self.base : end - self.base]

    def place(self, offset: int) -> int:
        """Where in the file a character of the text stands, by the text's own offset."""
        return self.places.start(offset + self.base)

    def in_file(self, value: T) -> T:
        """The same value with the file's offsets."""
        return value if self.places.shift == 0 else relocated(value, self.places)


def source_of(text: str, places: OffsetMap, depth: int) -> Source:
    """A text whose characters stand in the file where the map has them."""
    if places.shift is None:
        return Source(text=text, base=0, places=places, depth=depth)
    return Source(text=text, base=places.shift, places=IDENTITY, depth=depth)


# --- tokens and statements with `base` in their offsets ---


def tokens_of(s: Source) -> Tokens:
    """All tokens and comments.

    Raises:
        SqlTextError: see `tokenize`.
    """
    scanned = tokenize(s.text)
    return Tokens(_shifted(scanned.tokens, s.base), _shifted_comments(scanned.comments, s.base))


def statements_of(s: Source) -> Iterable[Statement]:
    """The statements of a text that is all SQL.

    Raises:
        SqlTextError: see `split`.
    """
    return [
        replace(
            statement,
            start=statement.start + s.base,
            end=statement.end + s.base,
            tokens=_shifted(statement.tokens, s.base),
            comments=_shifted_comments(statement.comments, s.base),
        )
        for statement in split(s.text)
    ]


def _shifted(tokens: Iterable[Token], by: int) -> tuple[Token, ...]:
    return tuple(Token(token.kind, token.text, token.start + by, token.end + by) for token in tokens)


def _shifted_comments(comments: Iterable[Comment], by: int) -> tuple[Comment, ...]:
    return tuple(Comment(comment.text, comment.start + by, comment.end + by) for comment in comments)


def statement_of(number: int, step: Step, comments: Sequence[Comment], s: Source) -> Statement:
    """A statement of plpgsql as it is written, with the comments above it."""
    start, end = step.tokens[0].start, step.tokens[-1].end
    return Statement(number, s.slice(start, end), start, end, step.tokens, _above(step, comments, s))


def _above(step: Step, comments: Sequence[Comment], s: Source) -> tuple[Comment, ...]:
    """The comments in front of a statement, but not those that end the line of what stands before them."""
    start = step.tokens[0].start
    behind = s.base if step.behind is None else step.behind.end
    first = bisect_left(comments, behind, key=attrgetter("start"))
    last = bisect_left(comments, start, lo=first, key=attrgetter("start"))
    return tuple(
        comment
        for comment in comments[first:last]
        if step.behind is None or _breaks(s, behind, comment.start) or not _breaks(s, comment.end, start)
    )


def _breaks(s: Source, start: int, end: int) -> bool:
    return not {"\n", "\r"}.isdisjoint(s.slice(start, end))


# --- what the parser shall read instead of what is written ---


def without_into(piece: Piece, s: Source) -> Statement:
    """A statement, blank where INTO names variables."""
    start, end = piece.tokens[0].start, piece.tokens[-1].end
    text = s.slice(start, end)
    if piece.into and piece.into[0].start < end:
        first, last = piece.into[0].start, piece.into[-1].end
        text = s.slice(start, first) + " " * (last - first) + s.slice(last, end)
    return Statement(0, text, start, end, piece.tokens)


def as_select(tokens: tuple[Token, ...], s: Source) -> Statement:
    """An expression behind a SELECT that stands nowhere: in offsets it overlaps whatever is in front."""
    first, end = tokens[0].start, tokens[-1].end
    start = first - len(_SELECT) - 1
    select = Token(Kind.WORD, _SELECT, start, first - 1)
    return Statement(0, f"{_SELECT} {s.slice(first, end)}", start, end, (select, *tokens))


def returning(statement: Statement) -> Statement:
    """RETURN among the statements of BEGIN ATOMIC as the SELECT that it stands for; any other statement as it is."""
    first = statement.tokens[0]
    if first.word != "return":
        return statement
    select = Token(Kind.WORD, _SELECT, first.start, first.end)
    return replace(statement, text=_SELECT + statement.text[len(_SELECT) :], tokens=(select, *statement.tokens[1:]))


_SELECT: Final = "SELECT"  # as long as RETURN


def literal(tokens: Sequence[Token]) -> tuple[str, OffsetMap] | None:
    """What a string expression is, if it is written down whole: literals, also joined by ||, also in format()."""
    formatted = tokens[0].word == "format"
    first, last = int(formatted), len(tokens) - 1
    while first < last and (tokens[first].text, tokens[last].text) == ("(", ")"):
        first, last = first + 1, last - 1
    string = read_string(tokens[first : last + 1])
    return None if string is not None and formatted and "%" in string[0] else string

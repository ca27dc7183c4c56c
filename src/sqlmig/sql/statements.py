"""A text cut into statements where PostgreSQL's grammar cuts it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlmig.sql.tokens import Comment, Kind, Token, tokenize


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its first token to its last, without the semicolon; offsets count characters of the whole text."""

    number: int
    """Counted from 1 within the text."""
    text: str
    start: int
    end: int
    """Exclusive."""
    tokens: tuple[Token, ...] = field(repr=False)
    comments: tuple[Comment, ...] = field(default=(), repr=False)
    """The comments above it. One that ends the previous statement's line belongs to that statement, not to this."""


def split(text: str) -> tuple[Statement, ...]:
    """Cut a text into its statements; empty ones are dropped.

    Raises:
        SqlTextError: see `tokenize`.
    """
    scanned = tokenize(text)
    statements: list[Statement] = []
    comments = iter(scanned.comments)
    comment = next(comments, None)
    closed_at: int | None = None
    for tokens, next_from in _groups(scanned.tokens):
        start, end = tokens[0].start, tokens[-1].end
        above: list[Comment] = []
        while comment is not None and comment.start < end:
            if comment.end <= start and (closed_at is None or not _trails(text, closed_at, comment, start)):
                above.append(comment)
            comment = next(comments, None)
        statements.append(Statement(len(statements) + 1, text[start:end], start, end, tokens, tuple(above)))
        closed_at = next_from
    return tuple(statements)


def _trails(text: str, closed_at: int, comment: Comment, next_at: int) -> bool:
    """Whether a comment belongs to the statement before it: not yet closed there, or closed on the comment's line."""
    if comment.start < closed_at:
        return True
    return not _breaks(text[closed_at : comment.start]) and _breaks(text[comment.start : next_at])


def _breaks(text: str) -> bool:
    return "\n" in text or "\r" in text


def _groups(tokens: Sequence[Token]) -> Iterator[tuple[tuple[Token, ...], int]]:
    """The tokens of each statement that has any, and the offset behind the semicolon that closed it."""
    first = depth = bodies = 0
    for at, token in enumerate(tokens):
        match token.text:
            case "(" | "[":
                depth += 1
            case ")" | "]":
                depth = max(depth - 1, 0)
            case ";" if depth == bodies == 0:
                if at > first:
                    yield tuple(tokens[first:at]), token.end
                first = at + 1
            case _ if depth == 0 and token.kind is Kind.WORD:
                if _opens_body(tokens, first, at):
                    bodies += 1
                elif bodies and _closes_body(tokens, at):
                    bodies -= 1
    if first < len(tokens):
        yield tuple(tokens[first:]), tokens[-1].end


def _opens_body(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether ATOMIC stands here, of the BEGIN ATOMIC that opens a routine's body."""
    if tokens[at].word != "atomic" or tokens[at - 1].word != "begin":
        return False
    words = [token.word for token in tokens[first : first + 4]]
    return words[:1] == ["create"] and not {"function", "procedure"}.isdisjoint(words)


def _closes_body(tokens: Sequence[Token], at: int) -> bool:
    """Whether END closes a body: there every statement has its semicolon, so the END of a CASE never follows one."""
    return tokens[at].word == "end" and (tokens[at - 1].kind is Kind.SEMICOLON or tokens[at - 1].word == "atomic")

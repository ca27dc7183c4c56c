"""Parts of an expression as expressions of their own, and which of its parentheses belong together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlmig.sql.definitions import Expression
from sqlmig.sql.tokens import Kind, Token, tokenize


def part(e: Expression, first: int, last: int) -> Expression:
    """The expression that is made of the tokens from one index up to another; there must be at least one."""
    local = with_own_offsets(e)
    start, end = local.tokens[first].start - local.start, local.tokens[last - 1].end - local.start
    return Expression(text=local.text[start:end], start=e.tokens[first].start, tokens=e.tokens[first:last])


def with_own_offsets(e: Expression) -> Expression:
    """The same expression, with the offsets of its tokens certain to count in its own text.

    In a body that is written with escapes, text and file have different lengths: there the tokens know the file only.
    """
    if not e.tokens or e.tokens[-1].end - e.start == len(e.text):
        return e
    return _rescanned(e.text)


@lru_cache(maxsize=8)
def _rescanned(text: str) -> Expression:
    return Expression(text=text, start=0, tokens=tokenize(text).tokens)


def matching(tokens: Sequence[Token]) -> dict[int, int]:
    """For each parenthesis or bracket that has a partner, the partner's index; in the order in which they close."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind is not Kind.SYMBOL:
            continue
        if token.text in ("(", "["):
            waiting.append(index)
        elif token.text in (")", "]") and waiting:
            opening = waiting.pop()
            pairs[opening], pairs[index] = index, opening
    return pairs


def is_name(token: Token) -> bool:
    """Whether a token is a word or a quoted identifier."""
    return token.kind in (Kind.WORD, Kind.IDENTIFIER)


def start_of_name(tokens: Sequence[Token], last: int) -> int:
    """The index where a dotted name starts, of which the last part stands at this index."""
    while last > 1 and tokens[last - 1].text == "." and is_name(tokens[last - 2]):
        last -= 2
    return last

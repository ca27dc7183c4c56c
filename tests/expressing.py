"""Expressions for the tests."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression
from sqlmig.sql.tokens import tokenize


def make_expression(text: str, *, start: int = 0) -> Expression:
    """The expression that is all of a text, as a statement gives it: from its first token to its last.

    With a start, as if so many characters of a file stood in front of it.
    """
    before = " " * start
    tokens = tokenize(before + text).tokens
    if not tokens:
        return Expression(text="", start=start, tokens=())
    first, last = tokens[0].start, tokens[-1].end
    return Expression(text=(before + text)[first:last], start=first, tokens=tokens)

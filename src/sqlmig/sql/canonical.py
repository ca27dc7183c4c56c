"""The text that checksums of rendered SQL are made of."""

from collections.abc import Iterable

from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Kind, Token


def canonical(text: str) -> str:
    """The tokens that PostgreSQL sees, one space between any two, words in lower case; algorithm 1.

    Comments, white space and empty statements leave no trace, so whatever only lays a text out again, or comments on
    it, gives the same result: `a+b` and `a + b`, `x = -1` and `x=-1`. Anything else gives another one: the result cut
    into tokens again gives the tokens of the text. A string that goes on over lines keeps a line feed between its
    parts, without which it would be another. Statements are joined by ` ; `, with no semicolon at the end.

    The history stores hashes of this text. What it returns for a given text may never change: an improvement is
    algorithm 2, beside this one.

    Raises:
        SqlTextError: the text cannot be cut into tokens.
    """
    return canonical_of(split(text))


def canonical_of(statements: Iterable[Statement]) -> str:
    """The same for a text that is cut into its statements already."""
    return " ; ".join(_written(statement) for statement in statements)


def _written(statement: Statement) -> str:
    first, *rest = statement.tokens
    written = [_folded(first)]
    for before, token in zip(statement.tokens, rest, strict=False):
        written += ("\n" if _goes_on(before, token) else " ", _folded(token))
    return "".join(written)


def _goes_on(before: Token, token: Token) -> bool:
    """Whether two strings are parts of one: nothing else puts a string without a prefix behind a string."""
    return before.kind is token.kind is Kind.STRING and token.text.startswith("'")


def _folded(token: Token) -> str:
    return token.word or token.text

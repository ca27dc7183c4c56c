"""A skeleton, written token by token."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Expression, TypeName
from sqlmig.sql.expressions.skeleton.query_words import QUERY_WORDS, closed
from sqlmig.sql.expressions.skeleton.words import SEPARATORS, WORDS, any_operator, separator
from sqlmig.sql.expressions.skeleton.writer import Writer, cast, ends_here, leaf, named, opening, string
from sqlmig.sql.expressions.slices import with_own_offsets
from sqlmig.sql.parse.pieces import is_operator
from sqlmig.sql.reader import Reader
from sqlmig.sql.record import Record
from sqlmig.sql.tokens import Kind, Token


class Skeleton(Record):
    """A text for sqlglot, and what its numbers stand for."""

    text: str
    leaves: frozenset[int]
    """The tokens that stand in the text as a number; every one has to come back in the tree."""
    types: dict[int, TypeName]
    """The types, by the token that they start with."""


def skeleton(e: Expression) -> Skeleton:
    """Write the text for sqlglot.

    Raises:
        NotUnderstood: something in it is not known, or is nested so deep that a parser may run out of stack.
    """
    local = with_own_offsets(e)
    w = Writer(Reader(local.tokens, local.text, local.start))
    while w.r.next is not None:
        _token(w, w.r.next)
    return Skeleton(text=" ".join(w.out), leaves=frozenset(w.leaves), types=w.types)


def _token(w: Writer, token: Token) -> None:
    """Write the next token, and those that belong to it."""
    match token.kind:
        case Kind.WORD:
            _word(w)
        case Kind.IDENTIFIER:
            named(w)
        case Kind.STRING:
            string(w)
        case Kind.NUMBER | Kind.PARAMETER:
            leaf(w)
        case Kind.SYMBOL:
            _symbol(w, token)
        case Kind.SEMICOLON:
            w.refuse("a semicolon")


def _word(w: Writer) -> None:
    word = w.r.word
    if w.follows(".") or w.last == ".":
        named(w)
    elif word in SEPARATORS.get(w.inside, ()):
        separator(w)
    elif word in _HANDLERS:
        _HANDLERS[word](w)
    elif word in _REFUSED:
        w.refuse(f"{word.upper()} in an expression")
    else:
        named(w)


_HANDLERS: Final = WORDS | QUERY_WORDS

# Reserved words that are part of no expression and no query, or of none that is understood.
_REFUSED: Final = frozenset(
    {
        *("analyse", "analyze", "asymmetric", "authorization", "binary", "both", "check", "collation", "column"),
        *("concurrently", "create", "deferrable", "foreign", "freeze", "grant", "initially", "leading", "placing"),
        *("primary", "references", "symmetric", "to", "trailing", "uescape", "unique", "verbose"),
    }
)


def _symbol(w: Writer, token: Token) -> None:
    match token.text:
        case "(":
            opening(w, "on" if w.out[-2:] == ["distinct", "on"] else "(")
        case "[":
            w.subscript()
            _write(w, operand=False)
            w.push("[")
        case ")" | "]":
            what = w.pop()
            _write(w, operand=what != "on")
            closed(w, what)
        case ",":
            _write(w, operand=False)
            w.start()
        case "." | ":":
            _write(w, operand=False)
        case "::":
            w.r.step()
            cast(w, "::")
        case "*" if not w.operand:
            _write(w, operand=True)
        case "*" if ends_here(w.r.ahead(1)):
            w.r.step()  # `FROM t *` says what is said without it.
        case _ if is_operator(token):
            any_operator(w)
        case _:
            w.refuse("a symbol that is no operator")


def _write(w: Writer, *, operand: bool) -> None:
    w.write(w.r.step().text, operand=operand)

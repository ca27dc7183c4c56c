"""Where an expression ends. Operands and operators take turns: what follows an operand, and is no operator, ends it.

Nothing is descended into: parentheses, brackets and CASE ... END are stepped over whole, so that depth costs nothing.
What stands inside is read later, by whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.parse.operands import case, is_label, operand, pair, parentheses, restricted_operand, starts_operator
from sqlmig.sql.parse.pieces import expect, expect_one_of, label, name, operator, refuse
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Reader


def expression(r: Reader) -> Expression:
    """Read any expression as far as it goes (a_expr)."""
    first = r.index
    operand(r)
    while _goes_on(r):
        operand(r)
    return between(r, first, r.index)


def restricted_expression(r: Reader) -> Expression:
    """Read an expression that words like NOT NULL and COLLATE end, as behind DEFAULT of a column (b_expr)."""
    first = r.index
    restricted_operand(r)
    while _goes_on_restricted(r):
        restricted_operand(r)
    return between(r, first, r.index)


def parenthesised(r: Reader) -> Expression:
    """Read what stands in parentheses, which are not part of it."""
    first = r.index
    parentheses(r)
    return between(r, first + 1, r.index - 1)


def until(r: Reader, *words: str) -> Expression:
    """Read everything, at least one token, up to one of these words outside parentheses and CASE, or to the end."""
    first = r.index
    while r.next is not None:
        if r.word == "case" and not is_label(r):
            case(r)
        elif r.word and r.word in words and not is_label(r):
            break
        elif not r.pair():
            r.step()
    return between(r, first, r.index)


def rest(r: Reader) -> Expression:
    """Read everything to the end of the statement; there must be something."""
    first = r.index
    r.to_end()
    return between(r, first, r.index)


def between(r: Reader, first: int, last: int) -> Expression:
    """The expression that is made of the tokens from one index up to another."""
    tokens = r.tokens(first, last)
    if not tokens:
        refuse(r, "an expression")
    start = tokens[0].start
    return Expression(text=r.slice(start, tokens[-1].end), start=start, tokens=tokens)


# --- what follows an operand ---


def _goes_on(r: Reader) -> bool:
    """Step over what belongs to the operand, and over an operator: whether there is one, and an operand must follow."""
    while True:
        if _subscript_or_cast(r):
            continue
        if starts_operator(r):
            operator(r)
            return True
        if r.word == "not" and r.word_ahead(1) in _AFTER_NOT:
            r.step()
        step = _INFIX.get(r.word)
        if step is None:
            return False
        r.step()
        if step(r):
            return True


def _goes_on_restricted(r: Reader) -> bool:
    while True:
        if _subscript_or_cast(r):
            continue
        if starts_operator(r):
            operator(r)
            return True
        if not r.accept("is"):
            return False
        r.accept("not")
        if expect_one_of(r, "distinct", "document") == "distinct":
            expect(r, "from")
            return True


def _subscript_or_cast(r: Reader) -> bool:
    if r.symbol("::"):
        type_name(r)
    elif r.is_symbol("["):
        pair(r)
    elif r.symbol("."):
        if not r.symbol("*"):
            label(r)
    else:
        return False
    return True


# --- operators that are words: each steps over what belongs to it, and says whether an operand must follow ---


def _binary(_: Reader) -> bool:
    return True


def _unary(_: Reader) -> bool:
    return False


def _collate(r: Reader) -> bool:
    name(r)
    return False


def _at(r: Reader) -> bool:
    if r.accept("local"):
        return False
    expect(r, "time", "zone")
    return True


def _between(r: Reader) -> bool:
    r.one_of("symmetric", "asymmetric")
    return True


def _similar(r: Reader) -> bool:
    expect(r, "to")
    return True


def _in(r: Reader) -> bool:
    parentheses(r)
    return False


def _is(r: Reader) -> bool:
    r.accept("not")
    if r.accept("distinct"):
        expect(r, "from")
        return True
    if r.one_of("nfc", "nfd", "nfkc", "nfkd"):
        expect(r, "normalized")
    elif expect_one_of(r, "null", "true", "false", "unknown", "document", "normalized", "json") == "json":
        r.one_of("value", "array", "object", "scalar")
        if r.word in ("with", "without") and r.word_ahead(1) == "unique":
            r.step()
            r.step()
            r.accept("keys")
    return False


_INFIX: Final[dict[str, Callable[[Reader], bool]]] = {
    "and": _binary,
    "or": _binary,
    "collate": _collate,
    "at": _at,
    "is": _is,
    "isnull": _unary,
    "notnull": _unary,
    "like": _binary,
    "ilike": _binary,
    "similar": _similar,
    "escape": _binary,
    "between": _between,
    "in": _in,
    "overlaps": _binary,
}
_AFTER_NOT: Final = frozenset({"between", "in", "like", "ilike", "similar"})

"""Operands of expressions, stepped over whole: constants, columns, calls, CASE, whatever stands in brackets."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.parse.keywords import FUNCTION_NAMES, RESERVED
from sqlmig.sql.parse.pieces import NotUnderstood, identifier, is_operator, is_string, label, operator, refuse
from sqlmig.sql.parse.types import constant_type_name, interval_fields, starts_built_in
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind


def operand(r: Reader) -> None:
    """Step over an operand with the operators in front of it, NOT among them."""
    while r.accept("not") or _sign(r):
        pass
    if r.one_of("any", "some", "all"):
        parentheses(r)
    elif not r.accept("default"):
        _primary(r)


def restricted_operand(r: Reader) -> None:
    """Step over an operand where NOT, DEFAULT and ANY (...) cannot stand."""
    while _sign(r):
        pass
    _primary(r)


def _sign(r: Reader) -> bool:
    """Step over an operator in front of an operand."""
    if starts_operator(r):
        operator(r)
        return True
    return False


def _primary(r: Reader) -> None:
    """Step over an operand that no operator is part of (c_expr)."""
    token = r.next
    if token is None:
        refuse(r, "an expression")
    match token.kind:
        case Kind.NUMBER | Kind.PARAMETER:
            r.step()
        case Kind.STRING:
            r.string()
        case Kind.WORD | Kind.IDENTIFIER:
            _word_operand(r)
        case _ if token.text == "(":
            pair(r)
        case _:
            refuse(r, "an expression")


def _word_operand(r: Reader) -> None:
    word = r.word
    if word == "case":
        case(r)
    elif word == "array":
        r.step()
        pair(r)
    elif word in _WITHOUT_PARENTHESES:
        r.step()
        if r.is_symbol("("):
            pair(r)
    elif r.accept("cast") or r.accept("collation", "for"):
        parentheses(r)
    elif not _typed_literal(r):
        _name_or_call(r)


# The operands that are reserved words; some take a precision, CURRENT_SCHEMA may be called like a function.
_WITHOUT_PARENTHESES: Final = frozenset(
    {
        *("null", "true", "false", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
        *("current_catalog", "current_role", "current_schema", "current_user", "session_user", "system_user", "user"),
    }
)


def _typed_literal(r: Reader) -> bool:
    """Step over a constant behind a type of the grammar's own: `interval '1' day`, `time with time zone '...'`."""
    if not starts_built_in(r.word):
        return False
    first = r.index
    try:
        found = constant_type_name(r)
    except NotUnderstood:
        r.back(first)
        return False
    if not is_string(r.next):
        r.back(first)
        return False
    r.string()
    if found.name == "interval" and not found.modifiers:
        interval_fields(r)
    return True


def _name_or_call(r: Reader) -> None:
    """Step over a column, a call with what belongs to it, or a constant behind a type's name: `date '2020-01-01'`."""
    at, word = r.at, r.word
    if word in RESERVED:
        refuse(r, "an expression")
    label(r)
    dotted = False
    while r.symbol("."):
        dotted = True
        if not r.symbol("*"):
            label(r)
    if r.is_symbol("("):
        parentheses(r)
        if not _constant(r):
            _call_clauses(r)
    elif not _constant(r) and not dotted and word in FUNCTION_NAMES:
        raise NotUnderstood(f"'{word}' is no column", at)


def _constant(r: Reader) -> bool:
    return is_string(r.next) and r.string() is not None


def _call_clauses(r: Reader) -> None:
    if r.accept("within", "group"):
        parentheses(r)
    if r.word == "filter" and (behind := r.ahead(1)) is not None and behind.text == "(":
        r.step()
        parentheses(r)
    if r.accept("over") and not r.pair():
        identifier(r)


def case(r: Reader) -> None:
    """Step over CASE ... END."""
    at = r.at
    depth = 0
    while r.next is not None:
        if r.word in ("case", "end") and not is_label(r):
            depth += 1 if r.word == "case" else -1
            r.step()
            if depth == 0:
                return
        elif not r.pair():
            r.step()
    raise NotUnderstood("this CASE has no END", at)


def is_label(r: Reader) -> bool:
    """Whether the next word is a name because of what stands in front of it."""
    before = r.last if r.index else None
    return before is not None and (before.text == "." or before.word == "as")


def pair(r: Reader) -> None:
    """Step over a pair of parentheses or brackets with all that is inside."""
    if not r.pair():
        refuse(r, "a pair of parentheses or brackets")


def parentheses(r: Reader) -> None:
    """Step over a pair of parentheses with all that is inside."""
    if not r.is_symbol("(") or not r.pair():
        refuse(r, "a pair of parentheses")


def starts_operator(r: Reader) -> bool:
    """Whether an operator comes next, as symbols or as OPERATOR(...)."""
    if r.word == "operator":
        behind = r.ahead(1)
        return behind is not None and behind.text == "("
    return r.next is not None and is_operator(r.next)

"""Functions, procedures and aggregates; DO and CALL."""

from __future__ import annotations

from typing import Any, Final

from sqlmig.sql.definitions import Argument, Body, Expression
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.routines import AlterRoutine, Call, CreateRoutine, Do, DropRoutine
from sqlmig.sql.parse.arguments import argument, arguments, signature
from sqlmig.sql.parse.expressions import between, expression, rest
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    comma_list,
    expect,
    expect_one_of,
    identifier,
    if_exists,
    in_parentheses,
    is_string,
    name,
    nonreserved,
    number,
    refuse,
    routine_name,
    string,
)
from sqlmig.sql.parse.settings import assignment, reset
from sqlmig.sql.parse.subjects import Subject, aggregate_signature, general_change
from sqlmig.sql.parse.types import routine_type_name, type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind as TokenKind

Operations = tuple[Operation, ...]
Fields = dict[str, Any]

_KINDS: Final = {
    "function": Kind.FUNCTION,
    "procedure": Kind.PROCEDURE,
    "routine": Kind.ROUTINE,
    "aggregate": Kind.AGGREGATE,
}


# --- CREATE ---


def create_routine(r: Reader) -> Operations:
    """Read CREATE FUNCTION, CREATE PROCEDURE."""
    said: Fields = {"at": r.at}
    expect(r, "create")
    said["or_replace"] = r.accept("or", "replace")
    said["kind"] = _KINDS[expect_one_of(r, "function", "procedure")]
    said["name"] = routine_name(r)
    said["arguments"] = arguments(r)
    # RETURNS NULL ON NULL INPUT is an option.
    if said["kind"] is Kind.FUNCTION and r.word_ahead(1) != "null" and r.accept("returns"):
        _returns(r, said)
    while _own_option(r, said) or _option(r, said):
        pass
    said["settings"] = tuple(said.get("settings", ()))
    said["sql_body"] = _sql_body(r)
    return (CreateRoutine(**said),)


def _returns(r: Reader, said: Fields) -> None:
    if r.accept("table"):
        said["arguments"] += in_parentheses(r, _result_column)
    else:
        said["returns"] = routine_type_name(r)


def _result_column(r: Reader) -> Argument:
    at = r.at
    found = argument(r)
    if found.mode != "in" or found.name is None or found.default is not None:
        raise NotUnderstood("expected a column and its type", at)
    return found.replaced(mode="table")


def _own_option(r: Reader, said: Fields) -> bool:
    """Read an option that CREATE has and ALTER has not (createfunc_opt_item)."""
    match r.one_of("as", "language", "transform", "window"):
        case "as":
            said["body"] = _body(r)
            if r.symbol(","):
                string(r)
        case "language":
            said["language"] = _language(r)
        case "transform":
            comma_list(r, _transform)
        case "window":
            said["window"] = True
        case _:
            return False
    return True


def _language(r: Reader) -> str:
    return string(r) if is_string(r.next) else nonreserved(r)


def _transform(r: Reader) -> None:
    expect(r, "for", "type")
    type_name(r)


def _body(r: Reader) -> Body:
    first = r.index
    text = string(r)
    return Body(text=text, tokens=r.tokens(first, r.index))


def _sql_body(r: Reader) -> Expression | None:
    """Read RETURN expression, or BEGIN ATOMIC ... END, which is the end of the statement too."""
    if r.accept("return"):
        return expression(r)
    if not r.accept("begin", "atomic"):
        return None
    first = r.index
    tokens = rest(r).tokens
    closed = len(tokens) == 1 or tokens[-2].kind is TokenKind.SEMICOLON
    if tokens[-1].word != "end" or not closed:
        raise NotUnderstood("expected END behind a semicolon", tokens[-1].start)
    if len(tokens) == 1:
        return Expression(text="", start=tokens[0].start, tokens=())
    return between(r, first, r.index - 1)


# --- options of CREATE and ALTER ---


def _option(r: Reader, said: Fields) -> bool:
    """Read an option (common_func_opt_item) into the fields that it is about."""
    for words, fields in _OPTIONS:
        if r.accept(*words):
            said |= fields
            return True
    match r.one_of("cost", "rows", "support", "parallel", "set", "reset"):
        case "cost" | "rows":
            number(r)
        case "support":
            name(r)
        case "parallel":
            said["parallel"] = identifier(r)
        case "set":
            said.setdefault("settings", []).append(assignment(r))
        case "reset":
            said.setdefault("settings", []).append(reset(r))
        case _:
            return False
    return True


_OPTIONS: Final[tuple[tuple[tuple[str, ...], Fields], ...]] = (
    (("immutable",), {"volatility": "immutable"}),
    (("stable",), {"volatility": "stable"}),
    (("volatile",), {"volatility": "volatile"}),
    (("strict",), {"strict": True}),
    (("returns", "null", "on", "null", "input"), {"strict": True}),
    (("called", "on", "null", "input"), {"strict": False}),
    (("security", "definer"), {"security_definer": True}),
    (("external", "security", "definer"), {"security_definer": True}),
    (("security", "invoker"), {"security_definer": False}),
    (("external", "security", "invoker"), {"security_definer": False}),
    (("leakproof",), {"leakproof": True}),
    (("not", "leakproof"), {"leakproof": False}),
)


# --- ALTER and DROP ---


def alter_routine(r: Reader) -> Operations:
    """Read ALTER FUNCTION, PROCEDURE, ROUTINE."""
    at = r.at
    expect(r, "alter")
    kind = _KINDS[expect_one_of(r, "function", "procedure", "routine")]
    routine, types = signature(r)
    if (change := general_change(r, Subject(kind, routine), at)) is not None:
        return (change,)
    said: Fields = {}
    if not _option(r, said):
        refuse(r, "an action")
    while _option(r, said):
        pass
    said["settings"] = tuple(said.get("settings", ()))
    r.accept("restrict")
    return (AlterRoutine(kind=kind, name=routine, arguments=types, at=at, **said),)


def drop_routine(r: Reader) -> Operations:
    """Read DROP FUNCTION, PROCEDURE, ROUTINE, AGGREGATE: an operation for each routine."""
    at = r.at
    expect(r, "drop")
    kind = _KINDS[expect_one_of(r, *_KINDS)]
    missing_ok = if_exists(r)
    routines = comma_list(r, aggregate_signature if kind is Kind.AGGREGATE else signature)
    cascades = cascade(r)
    return tuple(
        DropRoutine(kind=kind, name=routine, arguments=types, if_exists=missing_ok, cascade=cascades, at=at)
        for routine, types in routines
    )


# --- DO and CALL ---


def do(r: Reader) -> Operations:
    """Read DO."""
    at = r.at
    expect(r, "do")
    language = "plpgsql"
    body: Body | None = None
    while r.next is not None:
        if r.accept("language"):
            language = _language(r)
        else:
            body = _body(r)
    if body is None:
        refuse(r, "a string")
    return (Do(language=language, body=body, at=at),)


def call(r: Reader) -> Operations:
    """Read CALL."""
    at = r.at
    expect(r, "call")
    first = r.index
    routine = routine_name(r)
    if not r.is_symbol("(") or not r.pair():
        refuse(r, "arguments in parentheses")
    return (Call(routine=routine, call=between(r, first, r.index), at=at),)

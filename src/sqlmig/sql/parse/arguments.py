"""The arguments of routines: in CREATE FUNCTION, and wherever a routine is named with its types."""

from __future__ import annotations

from sqlmig.sql.definitions import Argument, TypeName
from sqlmig.sql.parse.expressions import expression
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    comma_list,
    expect_symbol,
    function_or_type,
    nonreserved,
    routine_name,
)
from sqlmig.sql.parse.types import routine_type_name
from sqlmig.sql.reader import Name, Reader


def arguments(r: Reader) -> tuple[Argument, ...]:
    """Read the arguments in parentheses, with their defaults (func_args_with_defaults)."""
    expect_symbol(r, "(")
    if r.symbol(")"):
        return ()
    found = comma_list(r, argument)
    expect_symbol(r, ")")
    return found


def argument(r: Reader) -> Argument:
    """Read one argument: the mode may stand before the name or behind it."""
    mode = _mode(r)
    name, type_name, later_mode = _named_type(r, may_have_mode=not mode)
    default = expression(r) if r.accept("default") or r.symbol("=") else None
    return Argument(mode=mode or later_mode or "in", name=name, type=type_name, default=default)


def signature(r: Reader) -> tuple[Name, tuple[TypeName, ...] | None]:
    """Read a routine's name and, if they are there, the types of its input arguments (function_with_argtypes)."""
    behind = r.ahead(1)
    if r.word and (behind is None or behind.text not in ("(", ".")):
        # Without a list behind it, any word names a routine that is not reserved.
        at = r.at
        return Name(None, nonreserved(r), at), None
    name = routine_name(r)
    if not r.is_symbol("("):
        return name, None
    at, found = r.at, arguments(r)
    if any(argument.default is not None for argument in found):
        raise NotUnderstood("a routine is named without the defaults of its arguments", at)
    return name, tuple(argument.type for argument in found if argument.mode != "out")


def _mode(r: Reader) -> str:
    if r.accept("in", "out"):
        return "inout"
    return r.one_of("in", "out", "inout", "variadic")


def _named_type(r: Reader, *, may_have_mode: bool) -> tuple[str | None, TypeName, str]:
    """What is read as a type up to the argument's end is one; otherwise the first word was the argument's name."""
    first = r.index
    try:
        found = routine_type_name(r)
    except NotUnderstood:
        pass
    else:
        if r.next is None or r.next.text in (",", ")", "=") or r.word in ("default", "order"):
            return None, found, ""
    r.back(first)
    name = function_or_type(r)
    mode = _mode(r) if may_have_mode else ""
    return name, routine_type_name(r), mode

"""What callers of a routine may count on, and what another definition of it changes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.sql.definitions import Argument, Setting, TypeName
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.schema.objects import Routine
from sqlmig.sql.schema.texts import type_text

_INPUT = ("in", "inout", "variadic")


def refusal(old: Routine, new: Routine) -> str | None:
    """Why the server does not take one routine in place of another with the same argument types; None when it does."""
    if old.kind is not new.kind:
        return f"a {old.kind.value} cannot become a {new.kind.value}"
    if _result(old) != _result(new):
        return "another result type needs a DROP first"
    for one, other in zip(_inputs(old), _inputs(new), strict=True):
        if one.name is not None and one.name != other.name:
            return f"argument {quote_ident(one.name)} cannot get another name"
    if _defaults(old) > _defaults(new):
        return "an argument cannot lose its default"
    return None


def serves_callers(old: Routine, new: Routine) -> bool:
    """Whether every call that fitted one routine fits another, by position and by name, and gets the same result."""
    theirs, ours = _inputs(old), _inputs(new)
    return (
        old.kind is new.kind
        and _result(old) == _result(new)
        and takes_calls_of(old, new)
        and all(one.name is None or one.name == other.name for one, other in zip(theirs, ours, strict=False))
    )


def takes_calls_of(old: Routine, new: Routine) -> bool:
    """Whether a call with all arguments of one routine fits another, whose further arguments have defaults."""
    theirs, ours = _inputs(old), _inputs(new)
    return (
        len(theirs) <= len(ours)
        and all(_plain(one.type) == _plain(other.type) for one, other in zip(theirs, ours, strict=False))
        and all(argument.default is not None for argument in ours[len(theirs) :])
    )


def lost(old: Routine, new: Routine, written: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What a new definition sets back because it does not repeat it: the words for it, and what to write.

    Args:
        old: the routine before.
        new: the routine after.
        written: the words of the statement, in lower case: what it says of itself is meant.
    """
    if old.security_definer and not new.security_definer and "invoker" not in written:
        yield "SECURITY DEFINER", "SECURITY DEFINER"
    if old.volatility != "volatile" and new.volatility == "volatile" and "volatile" not in written:
        yield old.volatility.upper(), old.volatility.upper()
    if old.strict and not new.strict and "called" not in written:
        yield "STRICT", "STRICT"
    for setting in old.settings:
        if new.setting(setting.name) is None:
            yield f"SET {setting.name}", f"SET {setting.name} {_values(setting)}"


def _values(setting: Setting) -> str:
    if setting.values == ("from current",):
        return "FROM CURRENT"
    return f"= {', '.join(map(quote_literal, setting.values or ()))}"


def signature(routine: Routine, name: str) -> str:
    """`deal_total(uuid, int4)`."""
    return f"{name}({', '.join(map(type_text, routine.argument_types))})"


def _inputs(routine: Routine) -> list[Argument]:
    return [argument for argument in routine.arguments if argument.mode in _INPUT]


def _defaults(routine: Routine) -> int:
    return sum(argument.default is not None for argument in routine.arguments)


def _plain(type_name: TypeName) -> tuple[str, str, bool, bool]:
    schema = "" if type_name.schema in (None, "pg_catalog") else type_name.schema or ""
    return schema, type_name.name, type_name.dimensions > 0, type_name.set_of


def _result(routine: Routine) -> object:
    """What a call returns; one column is a value, whatever it is called."""
    if routine.returns is not None:
        return [_plain(routine.returns)]
    out = [argument for argument in routine.arguments if argument.mode in ("out", "inout", "table")]
    many = any(argument.mode == "table" for argument in out)
    if len(out) == 1:
        schema, name, array, _ = _plain(out[0].type)
        return [(schema, name, array, many)]
    return many, [(argument.name, _plain(argument.type)) for argument in out]

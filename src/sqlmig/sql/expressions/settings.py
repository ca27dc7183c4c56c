"""How `current_setting` is called, from the tokens alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmig.sql.definitions import Expression, TypeName
from sqlmig.sql.expressions.calls import FunctionCall, calls, string_of
from sqlmig.sql.expressions.slices import is_name, matching, with_own_offsets
from sqlmig.sql.parse.keywords import RESERVED
from sqlmig.sql.parse.pieces import NotUnderstood, is_string
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.record import Record
from sqlmig.sql.tokens import Token


class SettingRead(Record):
    """One call of current_setting, with what stands around it."""

    setting: str | None
    """The setting's name in lower case; None when it is no plain string."""
    missing_ok: bool
    """Whether a setting that nobody made is NULL instead of an error; False when that is no plain constant."""
    nullif: bool
    """Whether an empty string becomes NULL: NULLIF(..., '')."""
    cast: str | None
    """The type that it is cast to, as pg_type calls it (`uuid`, `int8`, `app.key`); None without a cast."""
    in_subquery: bool
    """Whether it stands inside of `(SELECT ...)`."""
    at: int


def setting_reads(e: Expression) -> tuple[SettingRead, ...]:
    """All calls of current_setting."""
    pairs = matching(e.tokens)
    found = [call for call in calls(e) if call.name.name == "current_setting" and call.name.schema in _CATALOG]
    inside = _in_subqueries(e.tokens, pairs) if found else []
    return tuple(_read(call, pairs, in_subquery=inside[call.opening]) for call in found)


_CATALOG: Final = (None, "pg_catalog")


def _read(call: FunctionCall, pairs: dict[int, int], *, in_subquery: bool) -> SettingRead:
    name, missing_ok = call.named_argument(0, "setting_name"), call.named_argument(1, "missing_ok")
    setting = None if name is None else string_of(name)
    nullif, cast = _surroundings(call.within, call.name_from, call.closing, pairs)
    return SettingRead(
        setting=None if setting is None else setting.lower(),
        missing_ok=missing_ok is not None and _is_true(missing_ok),
        nullif=nullif,
        cast=cast,
        in_subquery=in_subquery,
        at=call.at,
    )


def _is_true(e: Expression) -> bool:
    if e.tokens[0].word == "true":
        return len(e.tokens) == 1 or e.tokens[1].text == "::"
    value = (string_of(e) or "").strip().lower()
    return value in ("1", "on") or (value != "" and ("true".startswith(value) or "yes".startswith(value)))


def _surroundings(e: Expression, first: int, last: int, pairs: dict[int, int]) -> tuple[bool, str | None]:
    """Whether NULLIF(..., '') stands around the tokens from first to last, and what the outermost cast casts to.

    They are followed outwards through parentheses, casts, NULLIF and `(SELECT ...)`, as long as nothing else is there.
    """
    local = with_own_offsets(e)
    r = Reader(local.tokens, local.text, local.start)
    nullif, cast = False, None
    while True:
        r.back(last + 1)
        cast = _casts(r) or cast
        last = r.index - 1
        opening = first - 2 if first and e.tokens[first - 1].word == "select" else first - 1
        if opening < 0 or e.tokens[opening].text != "(":
            return nullif, cast
        closing = pairs.get(opening, -1)
        before = e.tokens[opening - 1] if opening else None
        word = "" if before is None else before.word
        if closing == last + 1 and (before is None or not is_name(before) or word in RESERVED - {"cast"}):
            first, last = opening, closing
        elif word == "nullif" and closing == last + 3 and r.symbol(",") and is_string(r.next) and r.string() == "":
            nullif, first, last = True, opening - 1, closing
        elif word == "cast" and r.accept("as"):
            cast, first, last = _type(r) or cast, opening - 1, closing
        else:
            return nullif, cast


def _casts(r: Reader) -> str | None:
    """Step over all casts that come next: the type of the last one."""
    cast = None
    while r.symbol("::"):
        cast = _type(r) or cast
    return cast


def _type(r: Reader) -> str | None:
    try:
        return _named(type_name(r))
    except NotUnderstood:
        return None


def _named(found: TypeName) -> str:
    plain = found.name if found.schema in _CATALOG else f"{found.schema}.{found.name}"
    return plain + "[]" * found.dimensions


def _in_subqueries(tokens: Sequence[Token], pairs: dict[int, int]) -> list[bool]:
    """For each token whether it stands inside of `(SELECT ...)`."""
    found: list[bool] = []
    waiting: list[tuple[int, bool]] = [(len(tokens), False)]
    for index, token in enumerate(tokens):
        while index >= waiting[-1][0]:
            waiting.pop()
        found.append(waiting[-1][1])
        if token.text == "(" and index in pairs:
            query = index + 1 < len(tokens) and tokens[index + 1].word in ("select", "with", "values")
            waiting.append((pairs[index], waiting[-1][1] or query))
    return found

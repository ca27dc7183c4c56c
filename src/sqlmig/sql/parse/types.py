"""The names of types; of many PostgreSQL's grammar has words of its own: `double precision`, `time with time zone`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    attributes,
    expect,
    expect_symbol,
    function_or_type,
    identifier,
    in_parentheses,
    integer,
    is_string,
    number,
    refuse,
    string,
)
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind


def type_name(r: Reader) -> TypeName:
    """Read a type, with SETOF before it and array bounds behind it (Typename)."""
    set_of = r.accept("setof")
    found = _simple(r)
    dimensions = _bounds(r)
    return found.replaced(dimensions=dimensions, set_of=set_of) if dimensions or set_of else found


def routine_type_name(r: Reader) -> TypeName:
    """Read the type of an argument or a result, which may be `table.column%TYPE`: then its name is `column%type`."""
    first = r.index
    set_of = r.accept("setof")
    if (
        r.next is not None
        and r.next.kind in (Kind.WORD, Kind.IDENTIFIER)
        and (behind := r.ahead(1)) is not None
        and behind.text == "."
    ):
        parts = attributes(r, function_or_type(r))
        if r.symbol("%"):
            expect(r, "type")
            return TypeName(schema=parts[-2] if len(parts) > 1 else None, name=parts[-1] + "%type", set_of=set_of)
    r.back(first)
    return type_name(r)


def constant_type_name(r: Reader) -> TypeName:
    """Read one of the types that the grammar has words for, without array bounds; nothing else."""
    if (read := _BUILT_IN.get(r.word)) is None:
        refuse(r, "a type of the grammar's own")
    r.step()
    return read(r)


def starts_built_in(word: str) -> bool:
    """Whether a word begins one of the types that the grammar has words for."""
    return word in _BUILT_IN


def _simple(r: Reader) -> TypeName:
    read = _BUILT_IN.get(r.word)
    # `double` is a name like any other, unless PRECISION follows.
    if read is not None and (r.word != "double" or r.word_ahead(1) == "precision"):
        r.step()
        return read(r)
    at = r.at
    parts = attributes(r, function_or_type(r))
    if len(parts) > _MOST_PARTS:
        raise NotUnderstood("a type's name has at most three parts", at)
    return TypeName(schema=parts[-2] if len(parts) > 1 else None, name=parts[-1], modifiers=_modifiers(r))


_MOST_PARTS: Final = 3


def _bounds(r: Reader) -> int:
    """How many dimensions are written behind a type: `[]`, `[3]`, ARRAY, ARRAY[3]."""
    if r.accept("array"):
        if r.symbol("["):
            integer(r)
            expect_symbol(r, "]")
        return 1
    dimensions = 0
    while r.symbol("["):
        if not r.is_symbol("]"):
            integer(r)
        expect_symbol(r, "]")
        dimensions += 1
    return dimensions


def _modifiers(r: Reader) -> tuple[str, ...]:
    """Read what is in parentheses behind a type: constants and names, as PostgreSQL takes nothing else there."""
    return in_parentheses(r, _modifier) if r.is_symbol("(") else ()


def _modifier(r: Reader) -> str:
    start = r.at
    if is_string(r.next):
        string(r)
    elif r.next is not None and r.next.kind in (Kind.WORD, Kind.IDENTIFIER):
        identifier(r)
    else:
        number(r)
    return r.slice(start, r.last.end)


# --- the grammar's own words ---


def _built_in(name: str, *modifiers: str) -> TypeName:
    return TypeName(schema="pg_catalog", name=name, modifiers=modifiers)


def _plain(name: str) -> Callable[[Reader], TypeName]:
    found = _built_in(name)
    return lambda _: found


def _numeric(r: Reader) -> TypeName:
    return _built_in("numeric", *_modifiers(r))


def _float(r: Reader) -> TypeName:
    if not r.symbol("("):
        return _built_in("float8")
    at, digits = r.at, integer(r)
    expect_symbol(r, ")")
    if not 1 <= digits <= _FLOAT8_DIGITS:
        raise NotUnderstood("the precision of a float is 1 to 53", at)
    return _built_in("float4" if digits <= _FLOAT4_DIGITS else "float8")


_FLOAT4_DIGITS: Final = 24
_FLOAT8_DIGITS: Final = 53


def _double(r: Reader) -> TypeName:
    expect(r, "precision")
    return _built_in("float8")


def _bit(r: Reader) -> TypeName:
    if r.accept("varying"):
        return _built_in("varbit", *_modifiers(r))
    return _built_in("bit", *(_modifiers(r) or ("1",)))


def _character(r: Reader) -> TypeName:
    if r.accept("varying"):
        return _varchar(r)
    return _built_in("bpchar", *(_length(r) or ("1",)))


def _national(r: Reader) -> TypeName:
    if not r.one_of("character", "char"):
        refuse(r, "CHARACTER")
    return _character(r)


def _varchar(r: Reader) -> TypeName:
    return _built_in("varchar", *_length(r))


def _length(r: Reader) -> tuple[str, ...]:
    if not r.symbol("("):
        return ()
    length = integer(r)
    expect_symbol(r, ")")
    return (str(length),)


def _moment(without_zone: str, with_zone: str) -> Callable[[Reader], TypeName]:
    def read(r: Reader) -> TypeName:
        precision = _length(r)
        if r.accept("with", "time", "zone"):
            return _built_in(with_zone, *precision)
        r.accept("without", "time", "zone")
        return _built_in(without_zone, *precision)

    return read


def _interval(r: Reader) -> TypeName:
    return _built_in("interval", *(_length(r) or interval_fields(r)))


def interval_fields(r: Reader) -> tuple[str, ...]:
    """Read the fields of an interval: `day`, `day to second (3)`; nothing when there are none."""
    first = r.one_of(*_LATER_FIELDS)
    if not first:
        return ()
    fields = first
    if _LATER_FIELDS[first] and r.accept("to"):
        last = r.one_of(*_LATER_FIELDS[first]) or refuse(r, "a field of an interval")
        fields = f"{first} to {last}"
    return (fields, *_length(r)) if fields.endswith("second") else (fields,)


_LATER_FIELDS: Final = {
    "year": ("month",),
    "month": (),
    "day": ("hour", "minute", "second"),
    "hour": ("minute", "second"),
    "minute": ("second",),
    "second": (),
}


_BUILT_IN: Final[dict[str, Callable[[Reader], TypeName]]] = {
    "int": _plain("int4"),
    "integer": _plain("int4"),
    "smallint": _plain("int2"),
    "bigint": _plain("int8"),
    "real": _plain("float4"),
    "float": _float,
    "double": _double,
    "decimal": _numeric,
    "dec": _numeric,
    "numeric": _numeric,
    "boolean": _plain("bool"),
    "bit": _bit,
    "character": _character,
    "char": _character,
    "nchar": _character,
    "national": _national,
    "varchar": _varchar,
    "timestamp": _moment("timestamp", "timestamptz"),
    "time": _moment("time", "timetz"),
    "interval": _interval,
    "json": _plain("json"),
}

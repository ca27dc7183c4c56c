"""Whether a foreign key between two types works, as PostgreSQL 18 showed it."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from sqlmig.sql.definitions import TypeName


class Fit(Enum):
    """What comes of a foreign key between two types."""

    GOOD = auto()
    """The referencing column takes all values of the referenced one."""
    SMALLER = auto()
    """It does not take all of them."""
    OTHER = auto()
    """The types compare, but mean different things."""
    REFUSED = auto()
    """The server refuses such a key."""
    UNKNOWN = auto()


def fit_of(own: TypeName, other: TypeName) -> Fit:
    """What comes of a foreign key from one type to another. Domains are to be looked through before."""
    if own.name == other.name and own.dimensions == other.dimensions:
        return _by_modifier(own, other)
    family, other_family = _FAMILIES.get(own.builtin), _FAMILIES.get(other.builtin)
    if family is None or other_family is None:
        return Fit.UNKNOWN
    if family != other_family:
        return Fit.REFUSED
    match family:
        case "text":
            return _by_modifier(own, other)
        case "number":
            return _of_numbers(own.builtin, other.builtin)
        case _:
            return Fit.OTHER


_NUMBERS: Final = ("int2", "int4", "int8", "numeric", "float4", "float8")
_FAMILIES: Final = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(("text", "varchar", "bpchar"), "text"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "time"),
    "uuid": "uuid",
    "bool": "bool",
    "bytea": "bytea",
}
"""Types of different families do not compare."""


def _by_modifier(own: TypeName, other: TypeName) -> Fit:
    """Of text, and of equal types: the shorter one is the smaller one. Other modifiers are not looked into."""
    if _FAMILIES.get(own.builtin) != "text":
        return Fit.GOOD
    if "bpchar" in (own.name, other.name) and own.name != other.name:
        return Fit.OTHER
    length, other_length = _length(own), _length(other)
    return Fit.SMALLER if length is not None and (other_length is None or length < other_length) else Fit.GOOD


def _length(type_name: TypeName) -> int | None:
    """None for no limit."""
    return int(type_name.modifiers[0]) if type_name.modifiers and type_name.modifiers[0].isdigit() else None


def _of_numbers(own: str, other: str) -> Fit:
    """A number is cast by itself to the types behind it in the list, but not back."""
    place, other_place = _NUMBERS.index(own), _NUMBERS.index(other)
    if own[:3] == other[:3] == "int":
        return Fit.SMALLER if place < other_place else Fit.GOOD
    compares = place < other_place or own[:5] == other[:5] == "float"
    return Fit.OTHER if compares else Fit.REFUSED

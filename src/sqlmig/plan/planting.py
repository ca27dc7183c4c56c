"""Values for a row that the isolation probe plants: what a table's types, keys and checks are likely to accept."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmig.plan.probefacts import Column, Relation

MARK = "sqlmig probe"
"""Stands in texts of planted rows."""

TRIALS = 60
"""How many rows are tried for one table."""

Row = Mapping[str, str]
"""Literals by column; what is not in it gets its default."""


def candidates(table: Relation, column: Column, salt: str) -> tuple[str, ...]:
    """Values for a column, the likeliest first; none where nothing is known of its type.

    Args:
        table: its checks may name values.
        column: the one to fill.
        salt: another one gives another key.
    """
    plain = _plain(replace(column, counted=column.counted or column.name in table.key), salt)
    checks = [check.expression for check in table.checks if column.name in check.columns]
    listed = [value for expression in checks if "ARRAY[" in expression for value in _named(column, expression)]
    named = [value for expression in checks for value in _named(column, expression)]
    return tuple(dict.fromkeys([*listed, *plain[:1], *named, *plain[1:]]))


def needed(table: Relation) -> tuple[Column, ...]:
    """The columns that a row needs a value for: those that are NOT NULL without a default, and counted ones.

    A counter gets an explicit value, because a sequence that has moved does not move back.
    """
    return tuple(one for one in table.columns if one.counted or (one.not_null and not one.default))


def next_choice(choice: Mapping[str, int], counts: Mapping[str, int], columns: Sequence[str]) -> dict[str, int] | None:
    """The next combination of candidates for the columns that a check refused; None when there is no other.

    Args:
        choice: the number of the candidate in use, by column.
        counts: how many candidates each has.
        columns: those of the check.
    """
    following = dict(choice)
    for column in columns:
        if column not in following:
            continue
        if following[column] + 1 < counts[column]:
            following[column] += 1
            return following
        following[column] = 0
    return None


def arguments(function: Relation, tenant: str) -> tuple[str, ...]:
    """What a function is called with: where an argument could be a tenant's id, that one."""
    return tuple(_argument(one, tenant) for one in function.arguments)


def _argument(argument: Column, tenant: str) -> str:
    if argument.type == "uuid":
        return tenant if _UUID.fullmatch(tenant) else str(uuid.UUID(int=0))
    if argument.category == "N":
        return tenant if tenant.isdecimal() else "100"
    if argument.category == "S":
        return "probe"
    return next(iter(_plain(argument, tenant)), "")


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _plain(column: Column, salt: str) -> tuple[str, ...]:
    by_type = _BY_TYPE.get(column.type)
    if by_type is not None:
        return by_type
    if column.type == "uuid":
        return (str(uuid.uuid5(uuid.NAMESPACE_OID, salt)),)
    if column.type in ("vector", "halfvec"):
        return ("[" + ",".join(["1"] * max(column.length, 1)) + "]",)
    if column.category == "S":
        words = (
            f"{MARK} {uuid.uuid5(uuid.NAMESPACE_OID, salt)}",
            f"p{_number(salt)}",
            "probe@sqlmig.example",
            "PRB",
            "a.b",
            "https://sqlmig.example/p",
            "1",
        )
        # The length of a varchar counts four bytes more.
        return tuple(word[: column.length - 4] if column.length > 4 else word for word in words)
    if column.category == "N":
        number = _number(salt) % (30_000 if column.type == "int2" else 2_000_000_000) + 1
        # Sequences give no negative numbers.
        return (str(-number), str(number)) if column.counted else ("1", "0", str(number % 100), "-1")
    if column.category == "E":
        return column.labels
    return _BY_CATEGORY.get(column.category, ())


_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "bool": ("false", "true"),
    "json": ("{}", "[]", '""'),
    "jsonb": ("{}", "[]", '""'),
    "bytea": ("\\x00",),
    "xml": ("<probe/>",),
    "tsvector": ("probe",),
    "tsquery": ("probe",),
    "time": ("12:00",),
    "timetz": ("12:00+00",),
    "point": ("(0,0)",),
    "box": ("(1,1),(0,0)",),
    "path": ("((0,0),(1,1))",),
    "polygon": ("((0,0),(1,1),(1,0))",),
    "circle": ("<(0,0),1>",),
    "lseg": ("((0,0),(1,1))",),
    "line": ("{1,0,0}",),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "ltree": ("probe",),
    "hstore": ("",),
}

_BY_CATEGORY: Mapping[str, tuple[str, ...]] = {
    "A": ("{}",),
    "D": ("now", "2000-01-01", "tomorrow"),
    "T": ("1 day",),
    "I": ("127.0.0.1",),
    "R": ("empty",),
    "V": ("0", "1"),
}


def _number(salt: str) -> int:
    return int.from_bytes(hashlib.sha256(salt.encode()).digest()[:6])


_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"\b\d{1,9}\b")


def _named(column: Column, expression: str) -> list[str]:
    """Values that the text of a check suggests: a pattern of LIKE matches itself, a number may be a length."""
    numbers = [int(found) for found in _NUMBER.findall(expression)]
    lengths = [number for number in numbers if 0 < number <= 256]
    if column.category == "S":
        texts = [found.replace("''", "'") for found in _LITERAL.findall(expression)]
        return texts + ["0" * length for length in lengths]
    if column.type == "bytea":
        return ["\\x" + "00" * length for length in lengths]
    if column.category == "N" and not column.counted:
        return [str(number + more) for number in numbers for more in (0, 1)]
    return []

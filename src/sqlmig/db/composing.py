"""Statements as texts: names quoted by psycopg, values as literals that every setting of a session reads alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from psycopg import sql

Composed = sql.Composed


def assignments(settings: Mapping[str, str], verb: Literal["SET", "SET LOCAL"]) -> tuple[str, ...]:
    """The statements that give settings."""
    return tuple(_assignment(verb, name, value) for name, value in settings.items())


def _assignment(verb: str, name: str, value: str) -> str:
    # A search path is a list of names, quoted already; everything else is one value.
    written = value if name == "search_path" else literal(value)
    return f"{verb} {_setting(name)} = {written}"


@lru_cache(maxsize=64)
def _setting(name: str) -> str:
    return ".".join(map(_identifier, name.split(".")))


@cache
def text_of(name: str) -> str:
    """The SQL of one of this package's files."""
    return (resources.files("sqlmig.db") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def compose(text: str, **names: str) -> sql.Composed:
    """A statement with identifiers put in for `{placeholders}`, quoted."""
    return sql.SQL(text).format(**{k: sql.Identifier(v) for k, v in names.items()})


def filled(text: str, parameters: Mapping[str, object]) -> str:
    """A statement with its parameters written out as literals, which every setting of a session reads alike."""
    return text % {name: literal(value) for name, value in parameters.items()}


def partly_filled(text: str, parameters: Mapping[str, object], left: Iterable[str]) -> str:
    """A statement with some of its parameters written out, and those named in `left` still to come, for `filled`."""
    # Each per cent sign that is no parameter's is read twice more: here, and when the rest is filled in.
    written = {name: literal(value).replace("%", "%%") for name, value in parameters.items()}
    return text.replace("%%", "%%%%") % {**written, **{name: f"%({name})s" for name in left}}


def literal(value: object) -> str:
    """A value as SQL."""
    if isinstance(value, list):  # which cannot be remembered
        # Of bytes in an array psycopg doubles the quotes once too often.
        written = [f"\\x{one.hex()}" if isinstance(one, bytes) else one for one in value]
        kind = "::bytea[]" if any(isinstance(one, bytes) for one in value) else ""
        return sql.Literal(written).as_string() + kind
    return _literal(value)


@lru_cache(maxsize=4096, typed=True)
def _literal(value: object) -> str:
    """Most of what a run sends is the same for every target."""
    return sql.Literal(value).as_string()


def quoted(*names: str) -> str:
    """Identifiers as a list for search_path, quoted."""
    return ", ".join(map(_identifier, names))


@lru_cache(maxsize=1024)
def _identifier(name: str) -> str:
    return sql.Identifier(name).as_string()

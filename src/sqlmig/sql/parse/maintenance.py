"""Maintenance: VACUUM, ANALYZE, CLUSTER, LOCK TABLE."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Option
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import Analyze, Cluster, LockTable, Vacuum
from sqlmig.sql.parse.keywords import RESERVED
from sqlmig.sql.parse.pieces import (
    column_list,
    comma_list,
    expect,
    expect_one_of,
    identifier,
    in_parentheses,
    label,
    name,
    refuse,
)
from sqlmig.sql.parse.settings import value
from sqlmig.sql.parse.targets import tables, target
from sqlmig.sql.reader import Name, Reader

Operations = tuple[Operation, ...]


def vacuum(r: Reader) -> Operations:
    """Read VACUUM."""
    at = r.at
    expect(r, "vacuum")
    if r.is_symbol("("):
        given = utility_options(r)
        full = is_on(given, "full")
    else:
        full = r.accept("full")
        r.accept("freeze")
        r.accept("verbose")
        r.one_of("analyze", "analyse")
    return (Vacuum(tables=_maintained(r), full=full, at=at),)


def analyze(r: Reader) -> Operations:
    """Read ANALYZE."""
    at = r.at
    expect_one_of(r, "analyze", "analyse")
    if r.is_symbol("("):
        utility_options(r)
    else:
        r.accept("verbose")
    return (Analyze(tables=_maintained(r), at=at),)


def _maintained(r: Reader) -> tuple[Name, ...]:
    """Read tables, each perhaps with columns; nothing for all of them."""
    return () if r.next is None else comma_list(r, _with_columns)


def _with_columns(r: Reader) -> Name:
    found = target(r).table
    if r.is_symbol("("):
        column_list(r)
    return found


def cluster(r: Reader) -> Operations:
    """Read CLUSTER."""
    at = r.at
    expect(r, "cluster")
    if r.is_symbol("("):
        utility_options(r)
    else:
        r.accept("verbose")
    if r.next is None:
        return (Cluster(at=at),)
    found = name(r)
    if found.schema is None and r.accept("on"):
        return (Cluster(table=name(r), index=found.name, at=at),)
    return (Cluster(table=found, index=identifier(r) if r.accept("using") else None, at=at),)


def lock(r: Reader) -> Operations:
    """Read LOCK TABLE."""
    at = r.at
    expect(r, "lock")
    r.accept("table")
    locked = tables(r)
    mode = _lock_mode(r) if r.accept("in") else "access exclusive"
    return (LockTable(tables=locked, mode=mode, nowait=r.accept("nowait"), at=at),)


def _lock_mode(r: Reader) -> str:
    for mode in _LOCK_MODES:
        if r.accept(*mode.split(), "mode"):
            return mode
    return refuse(r, "a lock mode")


_LOCK_MODES: Final = (
    *("access share", "row share", "row exclusive", "share update exclusive"),
    *("share", "share row exclusive", "exclusive", "access exclusive"),
)


def utility_options(r: Reader) -> tuple[Option, ...]:
    """Read the options of VACUUM, EXPLAIN and the like: `(FULL, ANALYZE off)` (utility_option_list)."""
    return in_parentheses(r, _utility_option)


def _utility_option(r: Reader) -> Option:
    if r.word in RESERVED and r.word not in ("analyze", "analyse"):
        refuse(r, "an option")
    found = label(r)
    given = None if r.next is None or r.next.text in (",", ")") else value(r)
    return Option(name=found, value=given)


def is_on(options: tuple[Option, ...], name: str) -> bool:
    """Whether an option is switched on; the last one of this name counts."""
    return next((option.on for option in reversed(options) if option.name == name), False)

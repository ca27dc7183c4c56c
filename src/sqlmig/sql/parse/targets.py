"""Tables as statements that work on their rows name them, and what they read beside them: FROM, USING."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.parse.elements import call
from sqlmig.sql.parse.expressions import between, expression
from sqlmig.sql.parse.keywords import NOT_A_COLUMN
from sqlmig.sql.parse.pieces import (
    column_list,
    comma_list,
    expect,
    expect_symbol,
    identifier,
    name,
    refuse,
    routine_name,
)
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.tokens import Kind


@dataclass(frozen=True, slots=True)
class Target:
    """A table, and how it is named."""

    table: Name
    only: bool = False
    alias: str | None = None


def target(r: Reader) -> Target:
    """Read `name`, `name *`, `ONLY name` or `ONLY (name)` (relation_expr)."""
    if not r.accept("only"):
        table = name(r)
        r.symbol("*")
        return Target(table)
    if not r.symbol("("):
        return Target(name(r), only=True)
    table = name(r)
    expect_symbol(r, ")")
    return Target(table, only=True)


def tables(r: Reader) -> tuple[Name, ...]:
    """Read tables with commas between them, of which ONLY does not matter."""
    return tuple(found.table for found in comma_list(r, target))


def aliased_target(r: Reader) -> Target:
    """Read a table with its alias, if it has one (relation_expr_opt_alias)."""
    found = target(r)
    # SET is the next clause, and an alias only behind AS.
    if r.accept("as") or (_name_follows(r) and r.word != "set"):
        return Target(found.table, found.only, identifier(r))
    return found


def _name_follows(r: Reader) -> bool:
    return r.next is not None and r.next.kind in _NAMES and r.word not in NOT_A_COLUMN


_NAMES: Final = (Kind.WORD, Kind.IDENTIFIER)


# --- FROM ---


def tables_read(r: Reader) -> Expression:
    """Read tables, subqueries, functions and joins, with commas between them (from_list)."""
    first = r.index
    comma_list(r, _joined)
    return between(r, first, r.index)


def joined_tables(r: Reader) -> Expression:
    """Read one table, or several with JOIN between them (table_ref)."""
    first = r.index
    _joined(r)
    return between(r, first, r.index)


def _joined(r: Reader) -> None:
    _source(r)
    while _join(r):
        pass


def _join(r: Reader) -> bool:
    """Read JOIN with what is joined and its condition, which further joins may stand in front of."""
    if r.accept("cross", "join"):
        _source(r)
        return True
    natural = r.accept("natural")
    if r.one_of("left", "right", "full"):
        r.accept("outer")
        expect(r, "join")
    elif r.accept("inner") or natural:
        expect(r, "join")
    elif not r.accept("join"):
        return False
    _source(r)
    if natural:
        return True
    while r.word not in ("on", "using"):
        if not _join(r):
            refuse(r, "ON or USING")
    if r.accept("on"):
        expression(r)
    else:
        expect(r, "using")
        column_list(r)
        if r.accept("as"):
            identifier(r)
    return True


def _source(r: Reader) -> None:
    """Read what rows come from: a table, a subquery, joins in parentheses, a function; with its alias."""
    lateral = r.accept("lateral")
    if r.pair():
        _alias(r)
    elif _rows_from(r) or call(r):
        r.accept("with", "ordinality")
        _alias(r)
    elif lateral:
        refuse(r, "a subquery or a function")
    else:
        target(r)
        _alias(r)
        if r.accept("tablesample"):
            routine_name(r)
            _expect_pair(r)
            if r.accept("repeatable"):
                _expect_pair(r)


def _rows_from(r: Reader) -> bool:
    return r.word == "rows" and r.word_ahead(1) == "from" and r.accept("rows", "from") and r.pair()


def _alias(r: Reader) -> None:
    """Read an alias, with columns if it has any; a function's columns may do without one."""
    if r.accept("as"):
        if not r.pair():
            identifier(r)
            r.pair()
    elif _name_follows(r):
        identifier(r)
        r.pair()


def _expect_pair(r: Reader) -> None:
    if not r.is_symbol("(") or not r.pair():
        refuse(r, "a pair of parentheses")

"""Queries: where they end inside a statement, and the parts of them that do more than read, WITH and INTO."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.tables import Persistence
from sqlmig.sql.parse.expressions import between, expression
from sqlmig.sql.parse.keywords import NOT_A_COLUMN
from sqlmig.sql.parse.pieces import (
    column_list,
    comma_list,
    expect,
    expect_one_of,
    identifier,
    identifiers,
    label,
    name,
    names,
    operator,
    refuse,
)
from sqlmig.sql.parse.targets import tables_read, target
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.tokens import Kind


def query(r: Reader) -> Expression:
    """Read SELECT, VALUES, TABLE or WITH as far as it goes (SelectStmt). What is in parentheses is stepped over."""
    if not starts_query(r):
        refuse(r, "a query")
    first = r.index
    if r.word == "with":
        common_tables(r)
    _operand(r)
    while r.one_of("union", "intersect", "except"):
        r.one_of("all", "distinct")
        _operand(r)
    if r.accept("order", "by"):
        comma_list(r, _sort)
    while _limit_or_lock(r):
        pass
    return between(r, first, r.index)


def starts_query(r: Reader) -> bool:
    """Whether a query comes next: one of its first words, or parentheses around it."""
    count = 0
    while (token := r.ahead(count)) is not None and token.text == "(":
        count += 1
    if r.word_ahead(count) == "values":
        behind = r.ahead(count + 1)
        return behind is not None and behind.text == "("
    return r.word_ahead(count) in _FIRST_WORDS


_FIRST_WORDS: Final = frozenset({"select", "table", "with"})


def _operand(r: Reader) -> None:
    """Read one query of those that UNION and the like put together."""
    if r.is_symbol("(") and starts_query(r):
        r.pair()
    elif r.accept("values"):
        comma_list(r, _row)
    elif r.accept("table"):
        target(r)
    else:
        expect(r, "select")
        _select(r)


def _row(r: Reader) -> None:
    if not r.is_symbol("(") or _is_empty(r) or not r.pair():
        refuse(r, "a list in parentheses")


def _select(r: Reader) -> None:
    """Read what stands behind SELECT (simple_select)."""
    if r.accept("distinct"):
        if r.accept("on"):
            _row(r)
    else:
        r.accept("all")
    if r.next is not None and r.word not in _BEHIND_COLUMNS and r.next.text not in _CLOSING:
        comma_list(r, result_column)
    if r.accept("into"):
        into_target(r)
    if r.accept("from"):
        tables_read(r)
    if r.accept("where"):
        expression(r)
    if r.accept("group", "by"):
        r.one_of("all", "distinct")
        comma_list(r, _grouping)
    if r.accept("having"):
        expression(r)
    if r.accept("window"):
        comma_list(r, _window)


_BEHIND_COLUMNS: Final = frozenset(
    """
    as create except fetch for from grant group having intersect into limit offset on order returning union where
    window with
    """.split()  # noqa: SIM905
)
"""The words that cannot name a result column without AS in front, as far as they can stand behind one."""
_CLOSING: Final = frozenset({")", "]", ";"})
_OPENING: Final = frozenset({"(", "["})


def result_column(r: Reader) -> None:
    """Read `*`, or an expression with the name that the column shall have, with AS or without (target_el)."""
    if r.symbol("*"):
        return
    expression(r)
    if r.accept("as") or (r.next is not None and r.next.kind in _NAMES and r.word not in _BEHIND_COLUMNS):
        label(r)


_NAMES: Final = (Kind.WORD, Kind.IDENTIFIER)


def _grouping(r: Reader) -> None:
    if r.accept("grouping", "sets"):
        _row(r)
    elif not (r.is_symbol("(") and _is_empty(r) and r.pair()):
        expression(r)


def _is_empty(r: Reader) -> bool:
    behind = r.ahead(1)
    return behind is not None and behind.text == ")"


def _window(r: Reader) -> None:
    identifier(r)
    expect(r, "as")
    if not r.is_symbol("(") or not r.pair():
        refuse(r, "a window in parentheses")


def _sort(r: Reader) -> None:
    expression(r)
    if r.accept("using"):
        operator(r)
    else:
        r.one_of("asc", "desc")
    if r.accept("nulls"):
        expect_one_of(r, "first", "last")


def _limit_or_lock(r: Reader) -> bool:
    match r.one_of("limit", "offset", "fetch", "for"):
        case "limit":
            if not r.accept("all"):
                expression(r)
        case "offset":
            expression(r)
            r.one_of("row", "rows")
        case "fetch":
            expect_one_of(r, "first", "next")
            if not r.one_of("row", "rows"):
                expression(r)
                expect_one_of(r, "row", "rows")
            if not r.accept("only"):
                expect(r, "with", "ties")
        case "for":
            _lock(r)
        case _:
            return False
    return True


def _lock(r: Reader) -> None:
    if r.accept("read", "only"):
        return
    if not (r.accept("no", "key", "update") or r.accept("key", "share")):
        expect_one_of(r, "update", "share")
    if r.accept("of"):
        names(r)
    if not r.accept("nowait"):
        r.accept("skip", "locked")


# --- WITH ---


def common_tables(r: Reader) -> tuple[Reader, ...]:
    """Read WITH and all that it names (with_clause): a reader for the statement in each pair of parentheses."""
    expect(r, "with")
    behind = r.ahead(1)
    # `WITH recursive AS (...)` and `WITH recursive (a) AS (...)` name a table so.
    if r.word == "recursive" and behind is not None and behind.word != "as" and behind.text != "(":
        r.step()
    return comma_list(r, _common_table)


def _common_table(r: Reader) -> Reader:
    identifier(r)
    if r.is_symbol("("):
        column_list(r)
    expect(r, "as")
    if not r.accept("not", "materialized"):
        r.accept("materialized")
    first = r.index
    if not r.is_symbol("(") or not r.pair():
        refuse(r, "a statement in parentheses")
    statement = r.part(first + 1, r.index - 1)
    if r.accept("search"):
        expect_one_of(r, "depth", "breadth")
        expect(r, "first", "by")
        identifiers(r)
        expect(r, "set")
        identifier(r)
    if r.accept("cycle"):
        _cycle(r)
    return statement


def _cycle(r: Reader) -> None:
    identifiers(r)
    expect(r, "set")
    identifier(r)
    if r.accept("to"):
        expression(r)
        expect(r, "default")
        expression(r)
    expect(r, "using")
    identifier(r)


# --- INTO ---


def into_target(r: Reader) -> tuple[Name, Persistence]:
    """Read the table behind INTO (OptTempTableName)."""
    persistence = Persistence.PERMANENT
    if r.word in ("local", "global") and r.word_ahead(1) in _TEMPORARY:
        r.step()
    # Without a name behind it, the word itself is the table's name.
    if (r.word in _TEMPORARY or r.word == "unlogged") and _names_follow(r):
        persistence = Persistence.UNLOGGED if r.step().word == "unlogged" else Persistence.TEMPORARY
    r.accept("table")
    return name(r), persistence


_TEMPORARY: Final = ("temp", "temporary")


def _names_follow(r: Reader) -> bool:
    behind = r.ahead(1)
    if behind is None or behind.kind not in _NAMES:
        return False
    return behind.word == "table" or behind.word not in NOT_A_COLUMN


def step_to_into(r: Reader) -> bool:
    """Step over the beginning of a query that can be read: whether its first SELECT has an INTO, which comes next."""
    while r.symbol("(") or r.word == "with":
        if r.word == "with":
            common_tables(r)
    while (token := r.next) is not None and token.text not in _CLOSING:
        # INTO stands between what is selected and FROM.
        if r.word in _NEAR_INTO and r.last.text != "." and r.last.word not in ("as", "distinct"):
            return r.accept("into")
        if token.text not in _OPENING or not r.pair():
            r.step()
    return False


_NEAR_INTO: Final = frozenset({"into", "from", "where", "union", "intersect", "except"})

"""The words of the grammar in a query, and in INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.expressions.skeleton.words import Handler, as_type
from sqlmig.sql.expressions.skeleton.writer import (
    CLAUSES,
    QUERIES,
    Writer,
    clause,
    ends_here,
    leaf,
    named,
    opening,
    plain,
)
from sqlmig.sql.parse.pieces import label, name
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.tokens import Kind, Token

# --- queries ---


def _with(w: Writer) -> None:
    w.r.step()
    if not w.r.accept("ordinality"):
        w.write("with")
        if w.r.word == "recursive":
            plain(w)


def _table(w: Writer) -> None:
    """TABLE name is SELECT * FROM name."""
    w.r.step()
    w.write("select", "*", "from")


def _values(w: Writer) -> None:
    """VALUES (row), (row) is written as SELECT values((row), (row)), a query like any other; see `closed`."""
    if not w.follows("("):
        named(w)
    elif w.merging and not w.open:
        plain(w)
    else:
        w.write("select")
        leaf(w)
        w.write("(")
        w.push("values")


def closed(w: Writer, what: str) -> None:
    """Go on behind a closing parenthesis."""
    if what == "using" and w.r.accept("as"):
        label(w.r)
    if w.inside == "values" and not w.r.is_symbol(","):
        w.pop()
        w.write(")", operand=True)


def _where(w: Writer) -> None:
    if w.r.accept("where", "current", "of"):
        name(w.r)
    else:
        clause(w)


def _by(w: Writer) -> None:
    """GROUP BY, ORDER BY, PARTITION BY."""
    word = w.r.word
    if w.r.accept(word, "by"):
        w.write(word, "by")
        w.start()
    elif word == "partition":
        named(w)
    else:
        w.refuse(f"{word.upper()} without BY")


def _grouping(w: Writer) -> None:
    """GROUPING SETS (...), which is written as a call; GROUPING(...)."""
    w.r.accept("grouping") if w.r.word_ahead(1) == "sets" else None
    named(w)


def _for(w: Writer) -> None:
    """FOR UPDATE and its like."""
    r = w.r
    r.step()
    if not (r.one_of("update", "share") or r.accept("no", "key", "update") or r.accept("key", "share")):
        w.refuse("FOR")
    if r.accept("of"):
        name(r)
        while r.symbol(","):
            name(r)
    if not r.accept("nowait"):
        r.accept("skip", "locked")


def _limit(w: Writer) -> None:
    if not w.r.accept("limit", "all"):
        clause(w)


def _fetch(w: Writer) -> None:
    """FETCH FIRST n ROWS ONLY."""
    r = w.r
    r.step()
    r.one_of("first", "next")
    if r.next is not None and r.next.kind in (Kind.NUMBER, Kind.PARAMETER):
        r.step()
    if not r.one_of("row", "rows") or not (r.accept("only") or r.accept("with", "ties")):
        w.refuse("FETCH")


def _nulls(w: Writer) -> None:
    behind_key = w.operand or w.last in ("asc", "desc")
    if not (behind_key and (w.r.accept("nulls", "first") or w.r.accept("nulls", "last"))):
        named(w)


def _frame(w: Writer) -> None:
    """ROWS, RANGE and GROUPS of a window, to its end; ROWS FROM; the ROW or ROWS behind OFFSET."""
    r = w.r
    behind = r.ahead(1)
    if r.accept("rows", "from"):
        w.write("rows", "from")
    elif w.operand and ends_here(behind):
        r.step()
    elif (w.operand or w.last in ("asc", "desc") or w.inside == "over") and _is_bound(behind):
        while r.next is not None and not r.is_symbol(")"):
            if r.word not in _FRAMES and r.next.kind not in (Kind.NUMBER, Kind.STRING):
                w.refuse("the frame of a window")
            r.step()
    else:
        named(w)


def _is_bound(token: Token | None) -> bool:
    return token is not None and (token.word in ("between", "unbounded", "current") or token.kind is Kind.NUMBER)


_FRAMES: Final = frozenset(
    {
        *("rows", "range", "groups", "between", "and", "unbounded", "current", "row", "preceding", "following"),
        *("exclude", "no", "others", "ties", "group", "interval"),
    }
)


# --- sources ---


def _as(w: Writer) -> None:
    if w.inside == "cast":
        as_type(w)
        return
    r = w.r
    behind_call = w.last == ")"
    plain(w)
    if not r.accept("materialized"):
        r.accept("not", "materialized")
    if r.is_symbol("("):
        if behind_call:
            _column_definitions(w)
        return
    leaf(w)
    if r.is_symbol("("):
        _column_definitions(w)


def _column_definitions(w: Writer) -> None:
    """The columns of an alias; their types, which a function that returns `record` needs, are left out."""
    r = w.r
    if r.word_ahead(1) in QUERIES or w.follows("("):
        return
    r.step()
    w.write("(")
    while True:
        leaf(w)
        if not (r.is_symbol(",") or r.is_symbol(")")):
            type_name(r)
        if not r.symbol(","):
            break
        w.write(",")
    if not r.symbol(")"):
        w.refuse("the columns of an alias do not end")
    w.write(")", operand=True)


def _side(w: Writer) -> None:
    """LEFT and RIGHT join, or are functions."""
    if w.follows("("):
        named(w)
    else:
        plain(w)


def _using(w: Writer) -> None:
    """USING of a join, whose columns may have an alias."""
    plain(w)
    if w.r.is_symbol("("):
        opening(w, "using")


def _left_out(w: Writer) -> None:
    w.r.step()


def _tablesample(w: Writer) -> None:
    w.r.step()
    name(w.r)
    w.r.pair()
    if w.r.accept("repeatable"):
        w.r.pair()


def _into(w: Writer) -> None:
    """INTO of SELECT and of plpgsql: where the rows go says nothing about where they come from."""
    r = w.r
    r.step()
    r.one_of("strict", "temporary", "temp", "unlogged")
    r.accept("table")
    name(r)
    first = r.index
    while r.symbol(","):
        name(r)
    if r.next is not None and r.word not in CLAUSES:
        r.back(first)


# --- statements ---


def _statement(w: Writer) -> None:
    """INSERT, UPDATE, DELETE and MERGE where a statement may begin, or an action of MERGE or ON CONFLICT."""
    if w.last not in ("", "(", ")", "do", "then"):
        named(w)
        return
    w.merging = w.merging or w.r.word == "merge"
    plain(w)
    if w.r.word in ("into", "from"):
        plain(w)


def _matched(w: Writer) -> None:
    """WHEN [NOT] MATCHED [BY SOURCE or TARGET]."""
    if not w.merging or w.r.last.word not in ("when", "not"):
        named(w)
        return
    plain(w)
    if w.r.accept("by"):
        w.r.one_of("source", "target")


def _default(w: Writer) -> None:
    if w.r.accept("default", "values"):
        w.write("default", "values", operand=True)
    else:
        leaf(w)


def _overriding(w: Writer) -> None:
    r = w.r
    if not (r.accept("overriding", "system", "value") or r.accept("overriding", "user", "value")):
        named(w)


def _conflict(w: Writer) -> None:
    if w.last == "on":
        plain(w)
    else:
        named(w)


def _nothing(w: Writer) -> None:
    if w.last == "do":
        plain(w)
    else:
        named(w)


QUERY_WORDS: Final[dict[str, Handler]] = {
    **dict.fromkeys(("insert", "update", "delete", "merge"), _statement),
    **dict.fromkeys(("left", "right"), _side),
    **dict.fromkeys(("group", "order", "partition"), _by),
    **dict.fromkeys(("row", "rows", "range", "groups"), _frame),
    **dict.fromkeys(
        (
            *("select", "from", "having", "union", "intersect", "except", "offset", "asc", "desc"),
            *("on", "join", "inner", "cross", "full", "outer", "natural", "lateral", "window", "returning"),
            *("set", "do", "constraint"),
        ),
        clause,
    ),
    "as": _as,
    "conflict": _conflict,
    "default": _default,
    "fetch": _fetch,
    "for": _for,
    "grouping": _grouping,
    "into": _into,
    "limit": _limit,
    "matched": _matched,
    "nothing": _nothing,
    "nulls": _nulls,
    "only": _left_out,
    "overriding": _overriding,
    "table": _table,
    "tablesample": _tablesample,
    "using": _using,
    "values": _values,
    "where": _where,
    "with": _with,
}

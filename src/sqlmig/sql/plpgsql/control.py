"""Blocks, declarations, conditions and loops. A function reads on from behind its statement's first word."""

from __future__ import annotations

from sqlmig.sql.plpgsql.found import Use
from sqlmig.sql.plpgsql.scan import Open, Scan, cut, names, said
from sqlmig.sql.plpgsql.simple import cursor_arguments, dynamic

# --- blocks ---


def label(s: Scan) -> None:
    """<<name>> in front of a block or a loop, of which it is a part."""
    s.name()
    s.expect(">>")


def begin(s: Scan) -> None:
    """BEGIN."""
    s.open.append(Open.BLOCK)
    s.begin()


def end(s: Scan) -> None:
    """END, of whatever was opened last; behind the outermost block the semicolon may be left out."""
    closed = s.open.pop()
    if closed not in (Open.BLOCK, Open.HANDLERS):
        s.expect(closed.value)
    if said(s.r.next) != ";" and (s.open or s.r.next is not None):
        s.name()  # a label
    if s.open or s.r.next is not None:
        s.expect(";")
    s.begin()


def exception(s: Scan) -> None:
    """EXCEPTION."""
    _only_in(s, Open.BLOCK)
    s.open[-1] = Open.HANDLERS
    s.begin()


def _only_in(s: Scan, *allowed: Open) -> None:
    if s.open[-1] not in allowed:
        s.r.back(s.r.index - 1)
        s.refuse("a statement")


# --- declarations ---


def declare(s: Scan) -> None:
    """DECLARE and all declarations, up to BEGIN."""
    s.begin()
    while s.r.word != "begin":
        if not s.r.accept("declare"):
            _declaration(s)
        s.begin()


def _declaration(s: Scan) -> None:
    s.names.add(s.name())
    if s.r.accept("alias", "for"):
        s.skip(";")
    elif _is_cursor(s):
        s.names.update(names(part[:1] for part in cut(s.r.parenthesised())))
        s.expect("for", "is")
        s.sql(Use.QUERY, ";")
    elif s.skip("=", ":=", "default", ";")[1] != ";":
        s.sql(Use.EXPRESSION, ";")
    s.close()


def _is_cursor(s: Scan) -> bool:
    before = s.r.index
    _ = s.r.accept("no", "scroll") or s.r.accept("scroll")
    if s.r.accept("cursor"):
        return True
    s.r.back(before)
    return False


# --- conditions ---


def if_(s: Scan) -> None:
    """IF condition THEN."""
    s.sql(Use.EXPRESSION, "then")
    s.open.append(Open.IF)
    s.close()


def elsif(s: Scan) -> None:
    """ELSIF condition THEN."""
    _only_in(s, Open.IF)
    s.sql(Use.EXPRESSION, "then")
    s.close()


def else_(s: Scan) -> None:
    """ELSE, of IF or CASE."""
    _only_in(s, Open.IF, Open.CASE)
    s.begin()


def case(s: Scan) -> None:
    """CASE, with or without an expression, up to its first WHEN."""
    s.open.append(Open.CASE)
    if s.r.word != "when":
        s.sql(Use.EXPRESSION, "when")
        s.r.back(s.r.index - 1)
    s.close(s.r.index)


def when(s: Scan) -> None:
    """WHEN of CASE, with expressions, or of EXCEPTION, with names of conditions, up to THEN."""
    _only_in(s, Open.CASE, Open.HANDLERS)
    if s.open[-1] is Open.CASE:
        s.sql(Use.EXPRESSION, "then")
    else:
        s.skip("then")
    s.close()


# --- loops ---


def loop(s: Scan) -> None:
    """LOOP, alone or behind what stands in front of it."""
    s.open.append(Open.LOOP)
    s.close()


def while_(s: Scan) -> None:
    """WHILE condition LOOP."""
    s.sql(Use.EXPRESSION, "loop")
    loop(s)


def for_(s: Scan) -> None:
    """FOR targets IN numbers, a query, a cursor or EXECUTE, up to LOOP."""
    targets, _ = s.skip("in")
    if s.r.accept("execute"):
        dynamic(s, "loop")
    elif not _over_cursor(s):
        _over_rows_or_numbers(s)
    s.names.update(names(cut(targets)))
    loop(s)


def _over_cursor(s: Scan) -> bool:
    """Step over a cursor and its arguments, if one stands here: a variable, where a query has a word of SQL."""
    before = s.r.index
    name = s.r.name()
    arguments = s.r.parenthesised()
    if name is None or name.name not in s.names or not s.r.accept("loop"):
        s.r.back(before)
        return False
    cursor_arguments(s, arguments)
    return True


def _over_rows_or_numbers(s: Scan) -> None:
    s.r.accept("reverse")
    tokens, end = s.skip("..", "loop")
    s.add(Use.EXPRESSION if end == ".." else Use.QUERY, tokens)
    if end == ".." and s.sql(Use.EXPRESSION, "by", "loop") == "by":
        s.sql(Use.EXPRESSION, "loop")


def foreach(s: Scan) -> None:
    """FOREACH targets [SLICE number] IN ARRAY expression LOOP."""
    targets, end = s.skip("slice", "in")
    if end == "slice":
        s.skip("in")
    s.expect("array")
    s.sql(Use.EXPRESSION, "loop")
    s.names.update(names(cut(targets)))
    loop(s)

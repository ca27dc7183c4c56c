"""The statements that hold no others. A function reads on from behind its statement's first word."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.sql.plpgsql.found import Unreadable, Use
from sqlmig.sql.plpgsql.scan import RESERVED, VARIABLES, Scan, cut, said
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Token

# --- SQL that runs as it stands ---


def static(s: Scan) -> None:
    """Any statement of SQL, from its first word on. INTO with variables is kept apart from it."""
    first = s.r.index
    into = (first, first)
    inside = _Inside(s.r)
    while s.r.next is not None and not (inside.nothing and said(s.r.next) == ";"):
        inside.step(s.r)
        if _takes_result(s.r, first):
            if into != (first, first):
                raise Unreadable("INTO is written twice", s.r.last.start)
            into = (s.r.index - 1, _targets(s))
    s.expect(";")
    last = s.r.index - 1
    tokens = (*s.r.tokens(first, into[0]), *s.r.tokens(into[1], last))
    s.add(Use.STATEMENT, tokens, s.r.tokens(*into))
    s.close()


class _Inside:
    """Whether a semicolon belongs to the statement: in the parentheses of CREATE RULE, in the body of a routine."""

    def __init__(self, r: Reader) -> None:
        kind = 3 if (r.word_ahead(1), r.word_ahead(2)) == ("or", "replace") else 1
        self._routine = r.word == "create" and r.word_ahead(kind) in ("function", "procedure")
        self._parentheses = self._bodies = 0

    @property
    def nothing(self) -> bool:
        """Whether everything is closed."""
        return self._parentheses == self._bodies == 0

    def step(self, r: Reader) -> None:
        """Step over the next token."""
        text = said(r.step())
        self._parentheses = max(self._parentheses + (text == "(") - (text == ")"), 0)
        if self._routine and not self._parentheses:
            self._bodies = max(self._bodies + (text in ("begin", "case")) - (text == "end"), 0)


def _takes_result(r: Reader, first: int) -> bool:
    """Whether INTO was read last, and variables follow it, not the table that rows go to."""
    if r.last.word != "into":
        return False
    statement, before = (r.tokens(at, at + 1)[0].word for at in (first, r.index - 2))
    return statement != "import" and before not in ("insert", "merge")


def _targets(s: Scan) -> int:
    """Step over the variables behind INTO, and return the index behind them."""
    s.r.accept("strict")
    s.variable()
    while s.r.symbol(","):
        s.variable()
    return s.r.index


# --- SQL that is made first ---


def execute(s: Scan) -> None:
    """EXECUTE string."""
    dynamic(s, ";")
    s.close()


def dynamic(s: Scan, last: str) -> None:
    """The string behind EXECUTE, then INTO and USING in any order, up to and with `last`."""
    end = s.sql(Use.STRING, "into", "using", last)
    while end != last:
        if end == "into":
            _targets(s)
            end = s.expect("using", last)
        else:
            end = s.sql(Use.EXPRESSION, ",", "into", last)
            while end == ",":
                end = s.sql(Use.EXPRESSION, ",", "into", last)


# --- values ---


def starts_assignment(r: Reader) -> bool:
    """Whether a variable stands here that gets a value: only then its name may be one of plpgsql's words."""
    if r.next is None or r.next.kind not in VARIABLES or r.word in RESERVED:
        return False
    ahead = 1
    while said(r.ahead(ahead)) == ".":
        ahead += 2
    return said(r.ahead(ahead)) in ("=", ":=", "[")


def assignment(s: Scan) -> None:
    """Variable := expression; from the variable on."""
    s.skip("=", ":=")
    s.sql(Use.EXPRESSION, ";")
    s.close()


def perform(s: Scan) -> None:
    """PERFORM what could stand behind SELECT."""
    s.sql(Use.EXPRESSION, ";")
    s.close()


def return_(s: Scan) -> None:
    """RETURN, RETURN NEXT, RETURN QUERY, RETURN QUERY EXECUTE."""
    dotted = said(s.r.ahead(1)) == "."  # a field of a variable that is called so
    if not dotted and s.r.accept("query"):
        if s.r.accept("execute"):
            dynamic(s, ";")
        else:
            s.sql(Use.QUERY, ";")
    else:
        _ = dotted or s.r.accept("next")
        if said(s.r.next) == ";":
            s.r.step()
        else:
            s.sql(Use.EXPRESSION, ";")
    s.close()


def exit_(s: Scan) -> None:
    """EXIT, CONTINUE, with or without a label and WHEN."""
    if s.skip("when", ";")[1] == "when":
        s.sql(Use.EXPRESSION, ";")
    s.close()


def raise_(s: Scan) -> None:
    """RAISE a message with its arguments, or a condition; USING options."""
    s.r.one_of("exception", "warning", "notice", "info", "log", "debug")
    _, end = s.skip(",", "using", ";")
    while end == ",":
        end = s.sql(Use.EXPRESSION, ",", "using", ";")
    while end != ";":
        s.skip("=", ":=")
        end = s.sql(Use.EXPRESSION, ",", ";")
    s.close()


def assert_(s: Scan) -> None:
    """ASSERT condition, message."""
    if s.sql(Use.EXPRESSION, ",", ";") == ",":
        s.sql(Use.EXPRESSION, ";")
    s.close()


def null(s: Scan) -> None:
    """NULL."""
    s.expect(";")
    s.begin()


def without_sql(s: Scan) -> None:
    """GET DIAGNOSTICS, FETCH, MOVE, CLOSE."""
    s.skip(";")
    s.begin()


# --- cursors ---


def open_(s: Scan) -> None:
    """OPEN a cursor that has its query, with arguments or not; or FOR a query; or FOR EXECUTE."""
    s.variable()
    if s.r.is_symbol("(") or said(s.r.next) == ";":
        cursor_arguments(s, s.r.parenthesised())
        s.expect(";")
    else:
        _ = s.r.accept("no", "scroll") or s.r.accept("scroll")
        s.expect("for")
        if s.r.accept("execute"):
            dynamic(s, ";")
        else:
            s.sql(Use.QUERY, ";")
    s.close()


def cursor_arguments(s: Scan, tokens: Sequence[Token]) -> None:
    """The values in `1, name := 2`."""
    for argument in cut(tokens):
        assigned = next((at for at, token in enumerate(argument) if said(token) in (":=", "=>")), -1)
        s.add(Use.EXPRESSION, argument[assigned + 1 :])

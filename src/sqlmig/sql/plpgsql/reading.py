"""From the first token of a body to its last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlmig.sql.plpgsql import control, simple
from sqlmig.sql.plpgsql.found import Block, Unreadable
from sqlmig.sql.plpgsql.scan import RESERVED, Scan
from sqlmig.sql.tokens import Kind, Token


def read(tokens: Sequence[Token], names: frozenset[str] = frozenset()) -> Block:
    """Find the SQL in a body; it never raises.

    Args:
        tokens: of the whole body.
        names: the arguments of the routine.
    """
    s = Scan(tokens, names)
    unread = None
    try:
        _body(s)
    except Unreadable as error:
        unread = error
    return Block(steps=tuple(s.steps), names=frozenset(s.names), unread=unread)


def _body(s: Scan) -> None:
    while s.r.symbol("#"):  # an option of the compiler: #variable_conflict use_column
        s.name()
        s.name()
    if s.r.symbol("<<"):
        control.label(s)
    if s.r.accept("declare"):
        control.declare(s)
    s.expect("begin")
    control.begin(s)
    while s.open:
        _statement(s)
    if s.r.next is not None:
        s.refuse("the end")


def _statement(s: Scan) -> None:
    if s.r.symbol("<<"):
        control.label(s)
    elif simple.starts_assignment(s.r):
        simple.assignment(s)
    elif (rest := _STATEMENTS.get(s.r.word)) is not None:
        s.r.step()
        rest(s)
    elif s.r.next is not None and s.r.next.kind is Kind.WORD and s.r.word not in RESERVED:
        simple.static(s)
    else:
        s.refuse("a statement" if s.r.next is not None else "END")


_STATEMENTS: Final[dict[str, Callable[[Scan], None]]] = {
    "assert": simple.assert_,
    "begin": control.begin,
    "case": control.case,
    "close": simple.without_sql,
    "continue": simple.exit_,
    "declare": control.declare,
    "else": control.else_,
    "elseif": control.elsif,
    "elsif": control.elsif,
    "end": control.end,
    "exception": control.exception,
    "execute": simple.execute,
    "exit": simple.exit_,
    "fetch": simple.without_sql,
    "for": control.for_,
    "foreach": control.foreach,
    "get": simple.without_sql,
    "if": control.if_,
    "loop": control.loop,
    "move": simple.without_sql,
    "null": simple.null,
    "open": simple.open_,
    "perform": simple.perform,
    "raise": simple.raise_,
    "return": simple.return_,
    "when": control.when,
    "while": control.while_,
}

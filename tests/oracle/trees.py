"""Parts of libpg_query's trees as values that our texts can be compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import postgast
from google.protobuf.message import DecodeError, Message
from postgast import PgQueryError, pg_query_pb2

Reading = Callable[[str], Message]
REFUSALS = (PgQueryError, DecodeError, RecursionError)
"""What `postgast.parse` raises: a syntax error, or a tree too deep to be handed over."""


class Tree:
    """A part of a tree without positions, and how to read a text of ours so that it gives the same tree."""

    def __init__(self, message: Message, reading: Reading) -> None:
        self.message = cleared(message)
        self.reading = reading

    def difference(self, text: str) -> str | None:
        """In what our text is not this tree; None when it is."""
        try:
            ours = cleared(self.reading(text))
        except REFUSALS as error:
            return f"{text!r} cannot be read: {error}"
        return None if ours == self.message else f"{text!r}, not {self}"

    def __str__(self) -> str:
        return " ".join(str(self.message).split())[:300]

    __repr__ = __str__


def cleared(message: Message) -> Message:
    """A copy without positions."""
    copy = type(message)()
    copy.CopyFrom(message)
    _clear(copy)
    return copy


_POSITIONS = {
    "location",
    "list_start",
    "list_end",
    "rexpr_list_start",
    "rexpr_list_end",
    "stmt_location",
    "stmt_len",
    "name_location",
}


def _clear(message: Message) -> None:
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in value if field.is_repeated else (value,):
                _clear(part)
        elif field.name in _POSITIONS and field.cpp_type == field.CPPTYPE_INT32:
            message.ClearField(field.name)


# --- what stands in the statement ---


def expression(node: Message) -> Tree | None:
    return Tree(node, _expression) if node.ByteSize() else None


def statement(node: Message) -> Tree:
    """A query or another statement: a Node."""
    return Tree(node, _statement)


def statement_of(**field: Message) -> Tree:
    """The same of the statement itself: `statement_of(insert_stmt=...)`."""
    return Tree(pg_query_pb2.Node(**field), _statement)


def sources(nodes: Iterable[Message]) -> Tree | None:
    """What stands behind FROM; None where nothing does."""
    found = _list(nodes)
    return (
        Tree(found, lambda text: _list(_first(f"SELECT FROM {text}\n").select_stmt.from_clause))
        if found.items
        else None
    )


def bound(spec: Message) -> Tree:
    return Tree(spec, lambda text: _first(f"CREATE TABLE t PARTITION OF p FOR VALUES {text}\n").create_stmt.partbound)


def type_of(node: Message) -> Tree:
    return Tree(node, lambda text: _expression(f"NULL::{text}").type_cast.type_name)


def call(function: Message) -> Tree:
    return Tree(function, lambda text: _first(f"CALL {text}\n").call_stmt.funccall)


def statements(nodes: Iterable[Message]) -> Tree:
    """The actions of a rule, the statements of a body."""
    return Tree(_list(nodes), lambda text: _list(raw.stmt for raw in parsed(text + "\n").stmts))


def routine_body(node: Message) -> Tree:
    """RETURN expression, or what stands between BEGIN ATOMIC and END."""
    if node.WhichOneof("node") == "return_stmt":
        return Tree(node.return_stmt.returnval, _expression)
    return Tree(
        node, lambda text: _first(f"CREATE FUNCTION f() BEGIN ATOMIC {text}\n END").create_function_stmt.sql_body
    )


# --- reading ours ---


def words(text: str) -> list[str]:
    """The words, names and symbols of a text in lower case, without comments."""
    raw = text.encode()
    tokens = postgast.scan(text).tokens
    return [raw[token.start : token.end].decode().lower() for token in tokens if token.token not in _COMMENTS]


_COMMENTS = {pg_query_pb2.Token.Value("SQL_COMMENT"), pg_query_pb2.Token.Value("C_COMMENT")}


@lru_cache(maxsize=1024)
def parsed(text: str) -> pg_query_pb2.ParseResult:
    return postgast.parse(text)


def _first(text: str) -> pg_query_pb2.Node:
    result = parsed(text)
    if len(result.stmts) != 1:
        raise PgQueryError(f"{len(result.stmts)} statements")
    return result.stmts[0].stmt


def _statement(text: str) -> pg_query_pb2.Node:
    return _first(text + "\n")


def _expression(text: str) -> pg_query_pb2.Node:
    # One target of a SELECT without anything else; an alias or a list would make another tree.
    return _first(f"SELECT ({text}\n)").select_stmt.target_list[0].res_target.val


def _list(nodes: Iterable[Message]) -> pg_query_pb2.List:
    return pg_query_pb2.List(items=list(nodes))

"""The statements inside DO blocks, functions and procedures, with positions in the file's text.

A body goes through the same tokenizer, splitter and parser as a file does; plpgsql's own statements are looked through
for the SQL in them first. Bodies hold bodies: `_body`, `_sql`, `_plpgsql` and `_parsed` call each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Final

from sqlmig.sql.body_text import (
    Source,
    as_select,
    literal,
    returning,
    source_of,
    statement_of,
    statements_of,
    tokens_of,
    without_into,
)
from sqlmig.sql.definitions import Expression
from sqlmig.sql.offsets import IDENTITY, OffsetMap, read_string, relocated
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.routines import CreateRoutine, Do
from sqlmig.sql.operations.session import Control, DynamicSql, TransactionControl
from sqlmig.sql.parser import parse
from sqlmig.sql.plpgsql.found import Piece, Use
from sqlmig.sql.plpgsql.reading import read
from sqlmig.sql.record import Record, aside
from sqlmig.sql.statements import Statement
from sqlmig.sql.tokens import Kind, SqlTextError, Token


class Cause(Enum):
    """Why a body could not be read."""

    LANGUAGE = "language"
    """It is written in C, Python or another language that is not SQL: no mistake of anybody."""
    TEXT = "text"
    """PostgreSQL would not understand it either."""
    LIMIT = "limit"
    """It is not read here, although PostgreSQL may understand it."""


class Unread(Record):
    """A body, or the rest of one, that could not be read."""

    cause: Cause
    reason: str
    at: int = aside()
    """Offset in the file where that shows; the statement there, and what is behind it in this body, is not known."""


class BodyStatement(Record):
    """One statement inside a body, and what it does.

    In plpgsql it may be the head of one that holds others (IF ... THEN, FOR ... LOOP). Its expressions are there as
    `Select`, with the SELECT that PostgreSQL puts in front of them: that word alone stands nowhere in the file.
    """

    statement: Statement
    """As it is written, INTO and the words of plpgsql included. Its text is the body's, without escapes."""
    operations: tuple[Operation, ...]
    """At least one. `DynamicSql` of a literal is followed by what the literal does."""
    inner: tuple[BodyStatements, ...] = ()
    """The bodies of those operations that have one."""


class BodyStatements(Record):
    """What a body was found to do."""

    of: Do | CreateRoutine
    """Whose body it is: DO runs it, CREATE FUNCTION does not."""
    language: str
    statements: tuple[BodyStatement, ...] = ()
    unread: tuple[Unread, ...] = ()
    commits: tuple[int, ...] = ()
    """Offsets of COMMIT and ROLLBACK, those in a DO inside included."""
    names: frozenset[str] = frozenset()
    """Arguments and, in plpgsql, variables of any block."""


def body_statements(operation: Do | CreateRoutine) -> BodyStatements:
    """Read a body down to the bodies inside it; it never raises.

    The bodies inside are there already, as `inner`: only with their outer body their positions can be found.
    """
    return _body(operation, IDENTITY, 0)


class _Found(Record):
    """What reading a text gives."""

    statements: tuple[BodyStatement, ...] = ()
    unread: tuple[Unread, ...] = ()
    names: frozenset[str] = frozenset()


# --- which text, in which language ---


def _body(operation: Do | CreateRoutine, outer: OffsetMap, depth: int) -> BodyStatements:
    """The body of an operation whose own offsets `outer` moves to the file."""
    language = (operation.language or "sql").lower()
    arguments = operation.arguments if isinstance(operation, CreateRoutine) else ()
    names = frozenset(argument.name for argument in arguments if argument.name)
    found = _found(operation, language, outer, names, depth)
    return BodyStatements(
        of=operation if outer.shift == 0 else relocated(operation, outer),
        language=language,
        statements=found.statements,
        unread=found.unread,
        commits=tuple(_commits(found.statements)),
        names=found.names | names,
    )


def _found(operation: Do | CreateRoutine, language: str, outer: OffsetMap, names: frozenset[str], depth: int) -> _Found:
    sql_body = operation.sql_body if isinstance(operation, CreateRoutine) else None
    if sql_body is not None:
        return _written_out(sql_body, outer, depth)
    body = operation.body
    at = outer.start(body.tokens[0].start if body is not None and body.tokens else operation.at)
    if language not in ("sql", "plpgsql"):
        return _unread(Cause.LANGUAGE, f"a body in {language} is not read", at)
    if body is None:
        return _Found()
    string = read_string(body.tokens)
    if string is None or string[0] != body.text:
        return _unread(Cause.LIMIT, "where the characters of this body stand is not known", at)
    source = source_of(body.text, string[1].within(outer), depth)
    return _sql(source) if language == "sql" else _plpgsql(source, names)


def _written_out(sql_body: Expression, outer: OffsetMap, depth: int) -> _Found:
    """A body that is no string: the statements of BEGIN ATOMIC, each with its semicolon, or the value of RETURN."""
    source = Source(text=sql_body.text, base=sql_body.start, places=outer, depth=depth)
    tokens = sql_body.tokens
    if not tokens or tokens[-1].kind is Kind.SEMICOLON:
        return _sql(source)
    statement = Statement(1, sql_body.text, sql_body.start, tokens[-1].end, tokens)
    return _found_in(statement, [_piece(Piece(use=Use.EXPRESSION, tokens=tokens), tokens[0].start, source)], source)


def _unread(cause: Cause, reason: str, at: int) -> _Found:
    return _Found(unread=(Unread(cause=cause, reason=reason, at=at),))


def _commits(statements: Iterable[BodyStatement]) -> Iterator[int]:
    for statement in statements:
        for operation in statement.operations:
            if isinstance(operation, TransactionControl) and operation.control in (Control.COMMIT, Control.ROLLBACK):
                yield operation.at
        for body in statement.inner:
            if isinstance(body.of, Do):
                yield from body.commits


# --- the statements of a text ---


def _sql(source: Source) -> _Found:
    """Statements of SQL: a body in that language, or a string that EXECUTE runs."""
    if source.depth > _DEEPEST:
        return _too_deep(source)
    try:
        statements = statements_of(source)
    except SqlTextError as error:
        return _unread(Cause.TEXT, error.message, source.place(error.offset))
    return _joined(_found_in(statement, [_parsed(returning(statement), source)], source) for statement in statements)


def _plpgsql(source: Source, arguments: frozenset[str]) -> _Found:
    if source.depth > _DEEPEST:
        return _too_deep(source)
    try:
        scanned = tokens_of(source)
    except SqlTextError as error:
        return _unread(Cause.TEXT, error.message, source.place(error.offset))
    block = read(scanned.tokens, arguments)
    founds: list[_Found] = []
    for number, step in enumerate(block.steps, 1):
        statement = statement_of(number, step, scanned.comments, source)
        founds.append(_found_in(statement, [_piece(piece, statement.start, source) for piece in step.pieces], source))
    if block.unread is not None:
        founds.append(_unread(Cause.TEXT, block.unread.reason, source.places.start(block.unread.at)))
    return _joined(founds).replaced(names=block.names)


def _joined(parts: Iterable[_Found]) -> _Found:
    founds = tuple(parts)
    return _Found(
        statements=tuple(statement for found in founds for statement in found.statements),
        unread=tuple(unread for found in founds for unread in found.unread),
    )


# Nobody writes so many bodies inside bodies by hand; each level takes a dozen of Python's frames.
_DEEPEST: Final = 24


def _too_deep(source: Source) -> _Found:
    return _unread(Cause.LIMIT, f"more than {_DEEPEST} bodies stand inside each other", source.place(0))


# --- what a statement does ---


class _Done(Record):
    """What a piece of SQL does, in offsets of the file."""

    operations: tuple[Operation, ...] = ()
    inner: tuple[BodyStatements, ...] = ()
    unread: tuple[Unread, ...] = ()


def _found_in(statement: Statement, done: Sequence[_Done], source: Source) -> _Found:
    operations = tuple(operation for each in done for operation in each.operations)
    unread = tuple(unread for each in done for unread in each.unread)
    if not operations:
        return _Found(unread=unread)
    found = BodyStatement(
        statement=source.in_file(statement),
        operations=operations,
        inner=tuple(body for each in done for body in each.inner),
    )
    return _Found(statements=(found,), unread=unread)


def _piece(piece: Piece, at: int, source: Source) -> _Done:
    """What a piece of SQL in plpgsql does; `at` is where its statement starts."""
    match piece.use:
        case Use.STRING:
            return _dynamic(piece.tokens, at, source)
        case Use.STATEMENT | Use.QUERY:
            return _parsed(without_into(piece, source), source)
        case Use.EXPRESSION if len(piece.tokens) == 1:
            return _Done()  # a name or a literal: it reads nothing and calls nothing
        case Use.EXPRESSION:
            return _parsed(as_select(piece.tokens, source), source, piece.tokens[0].start)


def _parsed(statement: Statement, source: Source, at: int = 0) -> _Done:
    """What a statement does; none of it starts in front of `at`."""
    operations = parse(statement)
    placed = tuple(one.replaced(at=at) if one.at < at else one for one in operations)
    return _Done(
        operations=source.in_file(placed),
        inner=tuple(
            _body(operation, source.places, source.depth + 1)
            for operation in operations
            if isinstance(operation, (Do, CreateRoutine))
        ),
    )


def _dynamic(tokens: tuple[Token, ...], at: int, source: Source) -> _Done:
    """EXECUTE: its string is opaque, or one literal, whose statements are read as those of a body are."""
    first, last = tokens[0].start, tokens[-1].end
    expression = Expression(text=source.slice(first, last), start=first, tokens=tokens)
    whole = literal(tokens)
    dynamic = source.in_file(DynamicSql(statement=expression, literal=whole is not None, at=at))
    if whole is None:
        return _Done(operations=(dynamic,))
    text, places = whole
    found = _sql(source_of(text, places.within(source.places), source.depth + 1))
    return _Done(
        operations=(dynamic, *(one for statement in found.statements for one in statement.operations)),
        inner=tuple(body for statement in found.statements for body in statement.inner),
        unread=found.unread,
    )

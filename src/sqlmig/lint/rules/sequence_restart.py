"""Sequences that are set back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlmig.lint.asked import called
from sqlmig.lint.breaking import everywhere, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.expressions.calls import FunctionCall, calls, string_argument
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.rows import Select
from sqlmig.sql.operations.tables import SetIdentity
from sqlmig.sql.operations.types import AlterSequence
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.tokens import Kind, tokenize


@rule(AlterSequence, SetIdentity, Select, severity=Severity.WARNING)
def sequence_restart(operation: AlterSequence | SetIdentity | Select, context: Context) -> Iterator[Flag]:
    """RESTART of a sequence or an identity column, and setval() with a number written down.

    Effect: numbers that rows have already come again. INSERTs fail with a duplicate key, one after the other; without a
    unique key two rows get the same number.

    Instead: take the number from the rows.

    Unless: the sequence is made by the same migration, or setval() gets its number from a query.
    """
    for restart in _restarts(operation, context):
        sequence = context.before.sequence(restart.sequence) if restart.sequence is not None else None
        if sequence is not None and is_spared(sequence, context):
            continue
        owner = restart.owner or (sequence.owned_by if sequence is not None else None)
        table, column = (context.shown(owner[0]), quote_ident(owner[1])) if owner else ("<its table>", "<its column>")
        yield Flag(
            f"If {restart.name} has given such numbers before, it gives them again{everywhere(context)}: INSERTs fail"
            " with a duplicate key, or rows share a number.",
            "Take the number from the rows:",
            f"SELECT setval({restart.argument}, (SELECT max({column}) FROM {table}));",
            at=restart.at,
        )


@dataclass(frozen=True, slots=True)
class _Restart:
    name: str
    argument: str
    """What setval() takes for it."""
    sequence: Name | None = None
    owner: tuple[Name, str] | None = None
    at: int | None = None


def _restarts(operation: AlterSequence | SetIdentity | Select, context: Context) -> Iterator[_Restart]:
    match operation:
        case AlterSequence(sequence=name, restart=True):
            shown = context.shown(name)
            yield _Restart(shown, quote_literal(shown), name)
        case SetIdentity(table=name, column=column, restart=True):
            yield _of_column(name, column, context)
        case Select():
            for call in called(operation, {"setval"}):
                if len(call.arguments) > 1 and [token.kind for token in call.arguments[1].tokens] == [Kind.NUMBER]:
                    yield _of_call(call, context)


def _of_call(call: FunctionCall, context: Context) -> _Restart:
    argument, written = call.arguments[0].text, string_argument(call, 0)
    if written is not None:
        name = Reader(tokenize(written).tokens).name()
        return _Restart(context.shown(name) if name else argument, argument, name, at=call.at)
    for inner in calls(call.arguments[0]):
        table, column = string_argument(inner, 0), string_argument(inner, 1)
        name = Reader(tokenize(table or "").tokens).name()
        if inner.name.name == "pg_get_serial_sequence" and name is not None and column is not None:
            return replace(_of_column(name, column, context), argument=argument, at=call.at)
    return _Restart(argument, argument, at=call.at)


def _of_column(name: Name, column: str, context: Context) -> _Restart:
    shown, table = context.shown(name), context.before.table(name)
    known = table.column(column) if table is not None else None
    return _Restart(
        f"{shown}.{quote_ident(column)}",
        f"pg_get_serial_sequence({quote_literal(shown)}, {quote_literal(column)})",
        known.sequence if known is not None else None,
        (context.before.resolve(name), column),
    )

"""Names of objects that stand where no parser looks for them: in strings, and anywhere with a schema in front."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.calls import calls, string_of
from sqlmig.sql.expressions.slices import is_name, with_own_offsets
from sqlmig.sql.identifiers import fold
from sqlmig.sql.parse.pieces import NotUnderstood, is_string
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.tokens import SqlTextError, Token, tokenize


def literal_names(e: Expression) -> tuple[Name, ...]:
    """The objects that strings name: `'app.t'::regclass`, `nextval('app.s')`, `create_hypertable('app.m', ...)`.

    Each has the offset of its string, in whose order they come.
    """
    found = {(name.at, name.schema, name.name): name for name in (*_cast_strings(e), *_given_strings(e))}
    return tuple(found[key] for key in sorted(found, key=itemgetter(0)))


def qualified_names(tokens: Sequence[Token]) -> tuple[Name, ...]:
    """Every two parts that a dot joins. Which of them are a schema and an object in it, the caller can tell.

    `a.b.c` gives both `a.b` and `b.c`: it may be a column of a table with its schema, or a table with its database.
    """
    return tuple(
        Name(fold(tokens[index - 1]), fold(tokens[index + 1]), tokens[index - 1].start)
        for index in range(1, len(tokens) - 1)
        if tokens[index].text == "." and is_name(tokens[index - 1]) and is_name(tokens[index + 1])
    )


# --- strings with a type ---


def _cast_strings(e: Expression) -> Iterator[Name]:
    """Strings that are cast to regclass and its like, or have that type in front of them."""
    local = with_own_offsets(e)
    r = Reader(local.tokens, local.text, local.start)
    for index, token in enumerate(e.tokens):
        if is_string(token):
            r.back(index)
            value = r.string()
            before = e.tokens[index - 1] if index else None
            typed = before is not None and is_name(before) and fold(before) in _REGISTERED
            if value is not None and (typed or any(name in _REGISTERED for name in _types(r))):
                yield from _named_by(value, token.start)


def _types(r: Reader) -> Iterator[str]:
    """The types that a value is cast to whose last token is read, also from inside of parentheses and of CAST."""
    try:
        while r.symbol(")") or r.symbol("::") or r.accept("as"):
            if r.last.text != ")":
                yield type_name(r).name
    except NotUnderstood:
        return


_REGISTERED: Final = frozenset({"regclass", "regproc", "regprocedure", "regtype", "regoper", "regoperator"})


# --- strings that functions take for names ---


def _given_strings(e: Expression) -> Iterator[Name]:
    for call in calls(e):
        if call.name.name in _TAKE_A_NAME:
            argument = call.named_argument(0, "relation", "hypertable", "main_table")
            value = None if argument is None else string_of(argument)
            if argument is not None and value is not None:
                yield from _named_by(value, argument.start)


def _named_by(text: str, at: int) -> Iterator[Name]:
    """The name that a string holds; regprocedure has types behind it, in parentheses."""
    try:
        r = Reader(tokenize(text).tokens)
    except SqlTextError:
        return
    name = r.name()
    if name is not None and (r.next is None or r.is_symbol("(")):
        yield replace(name, at=at)


_TAKE_A_NAME: Final = frozenset(
    {
        *("nextval", "currval", "setval", "pg_get_serial_sequence", "pg_sequence_last_value"),
        *("to_regclass", "to_regtype", "to_regproc", "to_regprocedure", "to_regoper", "to_regoperator"),
        *("pg_relation_size", "pg_table_size", "pg_total_relation_size", "pg_indexes_size", "pg_relation_filenode"),
        *("pg_get_indexdef", "pg_get_viewdef", "row_security_active", "pg_prewarm"),
        # TimescaleDB
        *("create_hypertable", "add_dimension", "set_chunk_time_interval", "show_chunks", "drop_chunks"),
        *("hypertable_size", "hypertable_detailed_size", "add_reorder_policy", "remove_reorder_policy"),
        *("add_retention_policy", "remove_retention_policy", "add_compression_policy", "remove_compression_policy"),
        *("add_columnstore_policy", "remove_columnstore_policy", "compress_chunk", "decompress_chunk"),
        *("convert_to_columnstore", "convert_to_rowstore", "add_continuous_aggregate_policy"),
        # Citus
        *("create_distributed_table", "create_reference_table"),
    }
)
"""Functions whose first argument is the name of a table, a sequence or another object."""

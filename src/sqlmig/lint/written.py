"""Which names a migration writes out, where, and whether they stand in the template itself or came from it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import expressions
from sqlmig.lint.context import File, FileContext, Occurrence
from sqlmig.sql.expressions.names import literal_names, qualified_names
from sqlmig.sql.expressions.queries import relations, source_relations
from sqlmig.sql.identifiers import fold
from sqlmig.sql.offsets import read_string
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.routines import AlterRoutine, CreateRoutine, Do
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.tokens import Kind, SqlTextError, tokenize


def is_literal(file: File, at: int, text: str) -> bool:
    """Whether a name at an offset of the rendered text is written in the template as it is, and not by an expression.

    Quotes in front of it do not matter: of `'{{ schema }}.deals'` it is the expression that counts.
    """
    place = file.place(at)
    if place.excerpt is None or place.column is None:
        return False
    source = place.excerpt[place.column - 1 :].lstrip("\"'")
    behind = source[len(text) : len(text) + 2]
    return source.lower().startswith(text.lower()) and not behind.startswith("{{") and not behind[:1].isalnum()


def dotted_names(file: FileContext) -> Iterator[Name]:
    """Every name with a schema in front, in statements, in bodies, and in strings that are names; each place once.

    `a.b` may be a column of a table, too: the caller can tell by what stands in front of the dot.
    """
    seen: set[int] = set()
    for occurrence in file.occurrences:
        for name in (*_in_tokens(occurrence), *_in_strings(occurrence.operation), *table_names(occurrence.operation)):
            if name.schema is not None and name.at >= 0 and name.at not in seen:
                seen.add(name.at)
                yield name


def named_schemas(file: FileContext) -> Iterator[Name]:
    """The schemas that statements name by themselves: behind SCHEMA, and in the search_path of a function."""
    for occurrence in file.occurrences:
        tokens = occurrence.statement.tokens
        operation = occurrence.operation
        first = tokens[0].word if tokens else ""
        if occurrence.statement is not occurrence.outer or first in ("set", "reset", "comment"):
            continue
        in_path = isinstance(operation, CreateRoutine | AlterRoutine)
        for index, token in enumerate(tokens):
            before = tokens[index - 1].word if index else ""
            path = in_path and index > 1 and tokens[index - 2].word == "search_path"
            if token.kind in (Kind.WORD, Kind.IDENTIFIER) and (before == "schema" or path):
                yield Name(None, fold(token), token.start)


def _in_tokens(occurrence: Occurrence) -> Iterator[Name]:
    yield from qualified_names(occurrence.statement.tokens)
    operation = occurrence.operation
    body = operation.body if isinstance(operation, CreateRoutine | Do) else None
    string = read_string(body.tokens) if body is not None and occurrence.statement is occurrence.outer else None
    if body is None or string is None:
        return
    try:
        tokens = tokenize(body.text).tokens
    except SqlTextError:
        return
    for name in qualified_names(tokens):
        yield Name(name.schema, name.name, string[1].start(name.at))


def _in_strings(operation: Operation) -> Iterator[Name]:
    for expression in expressions(operation):
        yield from literal_names(expression)


def table_names(operation: Operation) -> Iterator[Name]:
    """The relations that an operation names or reads, as they are written."""
    yield from _names(operation)
    match operation:
        case Update(statement=statement) | Delete(statement=statement) | Insert(statement=statement):
            read = relations(statement)
        case Merge(statement=statement):
            read = relations(statement)
        case CreateRoutine() | Do():
            return
        case _:
            read = ()
            for expression in expressions(operation):
                read = (*read, *(relations(expression) or ()))
    if read is None and isinstance(operation, Update | Delete) and operation.sources is not None:
        read = source_relations(operation.sources)
    for relation in read or ():
        yield relation.name


_RELATIONS = frozenset({"table", "references", "view", "index", "sequence", "partition", "parent"})
_LISTS = frozenset({"tables", "inherits", "partition_of"})
_NESTED = frozenset({"constraint", "constraints", "column", "columns", "likes"})


def _names(value: object) -> Iterator[Name]:
    if isinstance(value, tuple):
        for item in value:
            yield from _names(item)
    elif isinstance(value, Name):
        yield value
    elif isinstance(value, Record):
        for field in value.field_names():
            if field in _RELATIONS or field in _LISTS or field in _NESTED:
                yield from _names(getattr(value, field))

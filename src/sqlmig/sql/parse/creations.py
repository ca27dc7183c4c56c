"""CREATE of the kinds that have no operation of their own. Most of what is written there is read and left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.access import CreateExtension
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import CreateObject
from sqlmig.sql.parse import foreign_data, operators, replication
from sqlmig.sql.parse.arguments import signature
from sqlmig.sql.parse.elements import key
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    column_list,
    comma_list,
    expect,
    expect_one_of,
    expect_symbol,
    identifier,
    if_not_exists,
    in_parentheses,
    label,
    name,
    options,
    refuse,
    role,
    routine_name,
    string,
)
from sqlmig.sql.parse.settings import value
from sqlmig.sql.parse.subjects import (
    aggregate_signature,
    cast,
    plain_name,
    subject_kind,
    transform,
)
from sqlmig.sql.parse.targets import aliased_target
from sqlmig.sql.reader import Name, Reader


def create_object(r: Reader) -> tuple[Operation, ...]:
    """Read CREATE of a kind that has no function of its own."""
    at = r.at
    expect(r, "create")
    or_replace = r.accept("or", "replace")
    modifier = r.one_of("default", "trusted")
    kind = subject_kind(r, _CREATED)
    if (or_replace and kind not in _REPLACED) or modifier not in ("", _MODIFIERS.get(kind)):
        raise NotUnderstood(f"this cannot be said of a {kind.value}", at)
    if kind is Kind.LANGUAGE:
        return (_language(r, at, or_replace=or_replace),)
    unless_there = kind in _UNLESS_THERE and if_not_exists(r)
    found, table = _statistics(r, named=unless_there) if kind is Kind.STATISTICS else (_READERS[kind](r), None)
    return (CreateObject(kind=kind, name=found, or_replace=or_replace, if_not_exists=unless_there, table=table, at=at),)


_REPLACED: Final = frozenset({Kind.AGGREGATE, Kind.LANGUAGE, Kind.TRANSFORM})
_UNLESS_THERE: Final = frozenset({Kind.COLLATION, Kind.SERVER, Kind.STATISTICS, Kind.USER_MAPPING})
_MODIFIERS: Final = {Kind.CONVERSION: "default", Kind.LANGUAGE: "trusted"}


def _access_method(r: Reader) -> Name:
    found = plain_name(r)
    expect(r, "type")
    expect_one_of(r, "index", "table")
    expect(r, "handler")
    name(r)
    return found


def _aggregate(r: Reader) -> Name:
    """Read an aggregate; before PostgreSQL 8.2 the type of its argument stood among the options."""
    first = r.index
    found = routine_name(r)
    behind = r.ahead(2)
    if behind is None or behind.text != "=":
        r.back(first)
        found, _ = aggregate_signature(r)
    options(r)
    return found


def _cast(r: Reader) -> None:
    cast(r)
    if r.accept("with", "function"):
        signature(r)
    elif not r.accept("without", "function"):
        expect(r, "with", "inout")
    if r.accept("as"):
        expect_one_of(r, "implicit", "assignment")


def _collation(r: Reader) -> Name:
    found = name(r)
    if r.accept("from"):
        name(r)
    else:
        options(r)
    return found


def _conversion(r: Reader) -> Name:
    found = name(r)
    expect(r, "for")
    string(r)
    expect(r, "to")
    string(r)
    expect(r, "from")
    name(r)
    return found


def _database(r: Reader) -> Name:
    found = plain_name(r)
    r.accept("with")
    database_options(r)
    return found


def database_options(r: Reader) -> str:
    """Read the options of a database, to the end of the statement: the words of the first."""
    first = ""
    while r.next is not None:
        connections = r.accept("connection", "limit") or r.accept("connection_limit")
        option = "connection limit" if connections else r.one_of(*_DATABASE_OPTIONS)
        if not option:
            refuse(r, "an option of a database")
        first = first or option
        r.symbol("=")
        if not r.accept("default"):
            value(r)
    return first


_DATABASE_OPTIONS: Final = (
    *("owner", "template", "encoding", "strategy", "locale", "lc_collate", "lc_ctype", "builtin_locale", "icu_locale"),
    *("icu_rules", "locale_provider", "collation_version", "tablespace", "allow_connections", "is_template", "oid"),
    "location",
)


def _event_trigger(r: Reader) -> Name:
    found = plain_name(r)
    expect(r, "on")
    label(r)
    more = r.accept("when")
    while more:
        identifier(r)
        expect(r, "in")
        in_parentheses(r, string)
        more = r.accept("and")
    expect(r, "execute")
    expect_one_of(r, "function", "procedure")
    routine_name(r)
    expect_symbol(r, "(")
    expect_symbol(r, ")")
    return found


def _language(r: Reader, at: int, *, or_replace: bool) -> Operation:
    """Read a language; one without a handler is an extension."""
    found = plain_name(r)
    if not r.accept("handler"):
        return CreateExtension(extension=found.name, if_not_exists=or_replace, at=at)
    name(r)
    if r.accept("inline"):
        name(r)
    if r.accept("validator"):
        name(r)
    elif r.accept("no"):
        expect(r, "validator")
    return CreateObject(kind=Kind.LANGUAGE, name=found, or_replace=or_replace, at=at)


def _statistics(r: Reader, *, named: bool) -> tuple[Name | None, Name]:
    found = name(r) if named or (r.word != "on" and not r.is_symbol("(")) else None
    if r.is_symbol("("):
        column_list(r)
    expect(r, "on")
    comma_list(r, key)
    expect(r, "from")
    return found, aliased_target(r).table


def _tablespace(r: Reader) -> Name:
    found = plain_name(r)
    if r.accept("owner"):
        role(r)
    expect(r, "location")
    string(r)
    if r.accept("with"):
        options(r)
    return found


def _text_search(r: Reader) -> Name:
    found = name(r)
    options(r)
    return found


def _transform(r: Reader) -> None:
    transform(r)
    in_parentheses(r, _transform_function)


def _transform_function(r: Reader) -> None:
    expect_one_of(r, "from", "to")
    expect(r, "sql", "with", "function")
    signature(r)


_READERS: Final[dict[Kind, Callable[[Reader], Name | None]]] = {
    Kind.ACCESS_METHOD: _access_method,
    Kind.AGGREGATE: _aggregate,
    Kind.CAST: _cast,
    Kind.COLLATION: _collation,
    Kind.CONVERSION: _conversion,
    Kind.DATABASE: _database,
    Kind.EVENT_TRIGGER: _event_trigger,
    Kind.TABLESPACE: _tablespace,
    Kind.TEXT_SEARCH_CONFIGURATION: _text_search,
    Kind.TEXT_SEARCH_DICTIONARY: _text_search,
    Kind.TEXT_SEARCH_PARSER: _text_search,
    Kind.TEXT_SEARCH_TEMPLATE: _text_search,
    Kind.TRANSFORM: _transform,
    **foreign_data.CREATED,
    **operators.CREATED,
    **replication.CREATED,
}
_CREATED: Final = frozenset(_READERS) | {Kind.LANGUAGE, Kind.STATISTICS}

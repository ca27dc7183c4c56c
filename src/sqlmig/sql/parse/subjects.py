"""The objects that statements are about, of every kind, and what any of them can be told: RENAME TO, OWNER TO, ..."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import AlterObject, ChangeOwner, Rename, SetSchema
from sqlmig.sql.parse.arguments import argument, signature
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    attributes,
    comma_list,
    expect,
    expect_symbol,
    identifier,
    is_string,
    name,
    number,
    qualified_operator,
    refuse,
    role,
    routine_name,
)
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Name, Reader


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that a statement names."""

    kind: Kind
    name: Name | None
    """None for a cast, a transform, a user mapping."""
    table: Name | None = None
    """Of a column, constraint, policy, rule, trigger: the table, or the domain."""


def subject(r: Reader, kinds: frozenset[Kind]) -> Subject:
    """Read an object of one of these kinds, as COMMENT ON names it."""
    kind = subject_kind(r, kinds)
    if kind is Kind.COLUMN:
        return _column(r)
    if kind is Kind.CONSTRAINT:
        return _constraint(r)
    if kind in ON_TABLES:
        found, table = named_on_table(r)
        return Subject(kind, found, table)
    return Subject(kind, NAMES[kind](r))


def subject_kind(r: Reader, kinds: frozenset[Kind]) -> Kind:
    """Read the words for one of these kinds."""
    if Kind.LANGUAGE in kinds and r.accept("procedural"):
        expect(r, "language")
        return Kind.LANGUAGE
    for kind, words in _WORDS.items():
        if kind in kinds and r.accept(*words):
            return kind
    return refuse(r, "a kind of object")


# OPERATOR CLASS before OPERATOR.
_WORDS: Final = {kind: tuple(kind.value.split()) for kind in sorted(Kind, key=lambda kind: -len(kind.value.split()))}


# --- names, kind by kind ---


def plain_name(r: Reader) -> Name:
    """Read a name without a schema, of an object that lives in none."""
    at = r.at
    return Name(None, identifier(r), at)


def _type(r: Reader) -> Name:
    at, found = r.at, type_name(r)
    return Name(found.schema, found.name, at)


def _routine(r: Reader) -> Name:
    return signature(r)[0]


def _aggregate(r: Reader) -> Name:
    return aggregate_signature(r)[0]


def aggregate_signature(r: Reader) -> tuple[Name, tuple[TypeName, ...]]:
    """Read an aggregate's name and the types of its arguments; none for `(*)` (aggregate_with_argtypes)."""
    found = routine_name(r)
    expect_symbol(r, "(")
    types: tuple[TypeName, ...] = ()
    if not r.symbol("*"):
        types += () if r.word == "order" else comma_list(r, _argument_type)
        types += comma_list(r, _argument_type) if r.accept("order", "by") else ()
    expect_symbol(r, ")")
    return found, types


def _argument_type(r: Reader) -> TypeName:
    return argument(r).type


def operator_name(r: Reader) -> Name:
    """Read an operator, perhaps with its schema: the name is `+`."""
    at = r.at
    schema, _, symbol = qualified_operator(r).rpartition(".")
    return Name(schema or None, symbol, at)


def operator_signature(r: Reader) -> Name:
    """Read an operator with the types of both its sides, of which one may be NONE (operator_with_argtypes)."""
    found = operator_name(r)
    expect_symbol(r, "(")
    none = r.accept("none")
    if not none:
        type_name(r)
    expect_symbol(r, ",")
    if none or not r.accept("none"):
        type_name(r)
    expect_symbol(r, ")")
    return found


def operator_class(r: Reader) -> Name:
    """Read an operator class or family with the access method that it is for."""
    found = name(r)
    expect(r, "using")
    identifier(r)
    return found


def _large_object(r: Reader) -> Name:
    at = r.at
    return Name(None, number(r), at)


def cast(r: Reader) -> None:
    """Read the types of a cast."""
    expect_symbol(r, "(")
    type_name(r)
    expect(r, "as")
    type_name(r)
    expect_symbol(r, ")")


def transform(r: Reader) -> None:
    """Read the type and the language of a transform."""
    expect(r, "for")
    type_name(r)
    expect(r, "language")
    identifier(r)


def user_mapping(r: Reader) -> None:
    """Read the role and the server of a user mapping."""
    expect(r, "for")
    if not r.accept("user"):
        role(r)
    expect(r, "server")
    identifier(r)


RELATIONS: Final = frozenset(
    {Kind.TABLE, Kind.SEQUENCE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.INDEX, Kind.FOREIGN_TABLE}
)
QUALIFIED: Final = RELATIONS | frozenset(
    {
        *(Kind.COLLATION, Kind.CONVERSION, Kind.STATISTICS, Kind.TEXT_SEARCH_PARSER, Kind.TEXT_SEARCH_DICTIONARY),
        *(Kind.TEXT_SEARCH_TEMPLATE, Kind.TEXT_SEARCH_CONFIGURATION),
    }
)
"""The kinds that live in a schema and have plain names."""
UNQUALIFIED: Final = frozenset(
    {
        *(Kind.ACCESS_METHOD, Kind.EVENT_TRIGGER, Kind.EXTENSION, Kind.FOREIGN_DATA_WRAPPER, Kind.LANGUAGE),
        *(Kind.PUBLICATION, Kind.SCHEMA, Kind.SERVER, Kind.DATABASE, Kind.SUBSCRIPTION, Kind.TABLESPACE),
    }
)
"""The kinds that live in no schema."""
ROUTINES: Final = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE})
ON_TABLES: Final = frozenset({Kind.POLICY, Kind.RULE, Kind.TRIGGER})
LABELLED: Final = (QUALIFIED | UNQUALIFIED | ROUTINES) | {
    *(Kind.COLUMN, Kind.ROLE, Kind.TYPE, Kind.DOMAIN, Kind.AGGREGATE, Kind.LARGE_OBJECT),
}
"""The kinds that SECURITY LABEL knows."""
COMMENTED: Final = (LABELLED | ON_TABLES) | {
    *(Kind.CONSTRAINT, Kind.OPERATOR, Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY, Kind.TRANSFORM, Kind.CAST),
}
"""The kinds that COMMENT ON knows."""

NAMES: Final[dict[Kind, Callable[[Reader], Name | None]]] = {
    **dict.fromkeys(QUALIFIED, name),
    **dict.fromkeys(UNQUALIFIED, plain_name),
    **dict.fromkeys(ROUTINES, _routine),
    **dict.fromkeys((Kind.TYPE, Kind.DOMAIN), _type),
    **dict.fromkeys((Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY), operator_class),
    Kind.ROLE: plain_name,
    Kind.AGGREGATE: _aggregate,
    Kind.OPERATOR: operator_signature,
    Kind.LARGE_OBJECT: _large_object,
    Kind.CAST: cast,
    Kind.TRANSFORM: transform,
    Kind.USER_MAPPING: user_mapping,
}
"""How an object is named, for each kind that is not on a table."""


def named_on_table(r: Reader) -> tuple[Name, Name]:
    """Read `name ON table`."""
    found = plain_name(r)
    expect(r, "on")
    return found, name(r)


def _constraint(r: Reader) -> Subject:
    found = plain_name(r)
    expect(r, "on")
    # A table may have the name `domain`.
    if r.word == "domain" and r.word_ahead(1) != "is" and not _dotted(r):
        r.step()
        return Subject(Kind.DOMAIN_CONSTRAINT, found, name(r))
    return Subject(Kind.CONSTRAINT, found, name(r))


def _dotted(r: Reader) -> bool:
    behind = r.ahead(1)
    return behind is not None and behind.text == "."


def _column(r: Reader) -> Subject:
    """Read `table.column` or `schema.table.column`."""
    at, parts = r.at, attributes(r, identifier(r))
    if not 2 <= len(parts) <= _MOST_PARTS:
        raise NotUnderstood("expected a column with its table", at)
    table = Name(parts[-3] if len(parts) > 2 else None, parts[-2], at)
    return Subject(Kind.COLUMN, Name(None, parts[-1], r.last.start), table)


_MOST_PARTS: Final = 4


# --- what any object can be told ---


def general_change(r: Reader, found: Subject, at: int, *, if_exists: bool = False) -> Operation | None:
    """Read RENAME TO, OWNER TO, SET SCHEMA or DEPENDS ON EXTENSION, where the kind has it; None for all else."""
    kind, subject_name = found.kind, found.name
    if subject_name is None:
        return None
    if kind in _RENAMED and r.accept("rename", "to"):
        new = identifier(r)
        return Rename(kind=kind, name=subject_name, new=new, table=found.table, if_exists=if_exists, at=at)
    if kind in _OWNED and r.accept("owner", "to"):
        return ChangeOwner(kind=kind, name=subject_name, role=role(r), if_exists=if_exists, at=at)
    if kind in _MOVED and r.word == "set" and r.word_ahead(1) == "schema" and not is_string(r.ahead(2)):
        expect(r, "set", "schema")
        return SetSchema(kind=kind, name=subject_name, schema=identifier(r), if_exists=if_exists, at=at)
    if kind in _DEPENDENT and (r.word == "depends" or r.word_ahead(1) == "depends"):
        action = "no depends on extension" if r.accept("no") else "depends on extension"
        expect(r, "depends", "on", "extension")
        identifier(r)
        return AlterObject(kind=kind, name=subject_name, action=action, at=at)
    return None


_MOVED: Final = ROUTINES | {
    *(Kind.AGGREGATE, Kind.COLLATION, Kind.CONVERSION, Kind.DOMAIN, Kind.EXTENSION, Kind.OPERATOR, Kind.TYPE),
    *(Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY, Kind.STATISTICS, Kind.TEXT_SEARCH_CONFIGURATION),
    *(Kind.TEXT_SEARCH_DICTIONARY, Kind.TEXT_SEARCH_PARSER, Kind.TEXT_SEARCH_TEMPLATE),
}
_RENAMED: Final = (_MOVED | ON_TABLES | UNQUALIFIED | {Kind.ROLE}) - {
    *(Kind.OPERATOR, Kind.EXTENSION, Kind.ACCESS_METHOD),
}
_OWNED: Final = (_MOVED | UNQUALIFIED | {Kind.LARGE_OBJECT}) - {
    *(Kind.EXTENSION, Kind.ACCESS_METHOD, Kind.TEXT_SEARCH_PARSER, Kind.TEXT_SEARCH_TEMPLATE),
}
_DEPENDENT: Final = ROUTINES | {Kind.TRIGGER}

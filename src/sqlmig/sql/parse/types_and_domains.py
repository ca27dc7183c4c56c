"""Types, domains and sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlmig.sql.definitions import Check, Column, NotNull
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import AlterObject, CreateObject, Rename
from sqlmig.sql.operations.tables import Persistence
from sqlmig.sql.operations.types import (
    AddDomainConstraint,
    AddEnumValue,
    AlterAttribute,
    AlterSequence,
    Change,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateSequence,
    DropDomainConstraint,
    RenameEnumValue,
    SetDomainDefault,
    SetDomainNotNull,
    ValidateDomainConstraint,
)
from sqlmig.sql.parse.alter import alter_relation
from sqlmig.sql.parse.columns import qualifiers
from sqlmig.sql.parse.constraints import domain_constraint
from sqlmig.sql.parse.expressions import expression
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    comma_list,
    expect,
    expect_one_of,
    expect_symbol,
    identifier,
    if_exists,
    if_not_exists,
    name,
    options,
    string,
)
from sqlmig.sql.parse.sequences import sequence_options
from sqlmig.sql.parse.subjects import Subject, general_change, plain_name
from sqlmig.sql.parse.tables import persistence
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Name, Reader

Operations = tuple[Operation, ...]
T = TypeVar("T")


# --- types ---


def create_type(r: Reader) -> Operations:
    """Read CREATE TYPE."""
    at = r.at
    expect(r, "create", "type")
    created = name(r)
    if r.accept("as", "enum"):
        return (CreateEnum(type=created, labels=_perhaps_empty_list(r, string), at=at),)
    if r.accept("as", "range"):
        options(r)
    elif r.accept("as"):
        return (CreateCompositeType(type=created, attributes=_perhaps_empty_list(r, _attribute), at=at),)
    elif r.is_symbol("("):
        options(r)
    return (CreateObject(kind=Kind.TYPE, name=created, at=at),)


def _perhaps_empty_list(r: Reader, item: Callable[[Reader], T]) -> tuple[T, ...]:
    expect_symbol(r, "(")
    found = () if r.is_symbol(")") else comma_list(r, item)
    expect_symbol(r, ")")
    return found


def _attribute(r: Reader) -> Column:
    """Read an attribute of a composite type (TableFuncElement)."""
    at, attribute, written = r.at, identifier(r), type_name(r)
    collation = name(r) if r.accept("collate") else None
    return Column(name=attribute, type=written, collation=collation, at=at)


def alter_type(r: Reader) -> Operations:
    """Read ALTER TYPE."""
    at = r.at
    expect(r, "alter", "type")
    altered = name(r)
    if (change := general_change(r, Subject(Kind.TYPE, altered), at)) is not None:
        return (change,)
    if r.accept("add", "value"):
        return (_add_value(r, altered, at),)
    if r.accept("rename", "value"):
        value = string(r)
        expect(r, "to")
        return (RenameEnumValue(type=altered, value=value, new=string(r), at=at),)
    if r.accept("rename", "attribute"):
        attribute = plain_name(r)
        expect(r, "to")
        renamed = Rename(kind=Kind.COLUMN, name=attribute, new=identifier(r), table=altered, at=at)
        cascade(r)
        return (renamed,)
    if r.accept("set"):
        options(r)
        return (AlterObject(kind=Kind.TYPE, name=altered, action="set", at=at),)
    return comma_list(r, lambda r: _attribute_change(r, altered))


def _add_value(r: Reader, altered: Name, at: int) -> Operation:
    unless_there, value = if_not_exists(r), string(r)
    place = r.one_of("before", "after")
    said = {place: string(r)} if place else {}
    return AddEnumValue(type=altered, value=value, if_not_exists=unless_there, at=at, **said)


def _attribute_change(r: Reader, altered: Name) -> Operation:
    at = r.at
    change = Change(expect_one_of(r, "add", "drop", "alter"))
    expect(r, "attribute")
    if change is Change.DROP:
        if_exists(r)
    attribute = identifier(r)
    written = None
    if change is not Change.DROP:
        if change is Change.ALTER:
            r.accept("set", "data")
            expect(r, "type")
        written = type_name(r)
        if r.accept("collate"):
            name(r)
    return AlterAttribute(
        type=altered, attribute=attribute, change=change, attribute_type=written, cascade=cascade(r), at=at
    )


# --- domains ---


def create_domain(r: Reader) -> Operations:
    """Read CREATE DOMAIN."""
    at = r.at
    expect(r, "create", "domain")
    created = name(r)
    r.accept("as")
    base = type_name(r)
    at_rest = r.at
    said = qualifiers(r, "")
    only_checks = all(isinstance(found, Check | NotNull) for found in said.constraints)
    if not only_checks or said.identity is not None or said.generated is not None:
        raise NotUnderstood("a domain cannot have this", at_rest)
    return (
        CreateDomain(
            domain=created,
            type=base,
            default=said.default,
            not_null=said.not_null,
            collation=said.collation,
            constraints=said.constraints,
            at=at,
        ),
    )


def alter_domain(r: Reader) -> Operations:
    """Read ALTER DOMAIN."""
    at = r.at
    expect(r, "alter", "domain")
    altered = name(r)
    if (change := general_change(r, Subject(Kind.DOMAIN, altered), at)) is not None:
        return (change,)
    return (_domain_action(r, altered, at),)


def _domain_action(r: Reader, altered: Name, at: int) -> Operation:
    match expect_one_of(r, "set", "drop", "add", "validate", "rename"):
        case "set" if r.accept("default"):
            return SetDomainDefault(domain=altered, default=expression(r), at=at)
        case "drop" if r.accept("default"):
            return SetDomainDefault(domain=altered, default=None, at=at)
        case "drop" if r.accept("constraint"):
            missing_ok, dropped = if_exists(r), identifier(r)
            return DropDomainConstraint(domain=altered, name=dropped, if_exists=missing_ok, cascade=cascade(r), at=at)
        case "set" | "drop" as action:
            expect(r, "not", "null")
            return SetDomainNotNull(domain=altered, not_null=action == "set", at=at)
        case "validate":
            expect(r, "constraint")
            return ValidateDomainConstraint(domain=altered, name=identifier(r), at=at)
        case "rename":
            expect(r, "constraint")
            old = plain_name(r)
            expect(r, "to")
            return Rename(kind=Kind.DOMAIN_CONSTRAINT, name=old, new=identifier(r), table=altered, at=at)
        case _:
            return AddDomainConstraint(domain=altered, constraint=domain_constraint(r), at=at)


# --- sequences ---


def create_sequence(r: Reader) -> Operations:
    """Read CREATE SEQUENCE."""
    at = r.at
    expect(r, "create")
    temporary = persistence(r) is Persistence.TEMPORARY
    expect(r, "sequence")
    unless_there, created = if_not_exists(r), name(r)
    said = sequence_options(r)
    return (
        CreateSequence(
            sequence=created,
            if_not_exists=unless_there,
            temporary=temporary,
            type=said.type,
            owned_by=said.owned_by,
            at=at,
        ),
    )


def alter_sequence(r: Reader) -> Operations:
    """Read ALTER SEQUENCE; what it has in common with ALTER TABLE is read there."""
    at, first = r.at, r.index
    expect(r, "alter", "sequence")
    missing_ok, altered = if_exists(r), name(r)
    start = r.index
    said = sequence_options(r)
    if r.index == start:
        r.back(first)
        return alter_relation(r)
    return (
        AlterSequence(
            sequence=altered,
            if_exists=missing_ok,
            restart=said.restart,
            restart_with=said.restart_with,
            type=said.type,
            owned_by=said.owned_by,
            at=at,
        ),
    )

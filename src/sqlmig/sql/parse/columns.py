"""Columns, and what stands behind them: defaults, collations, and constraints of one column."""

from __future__ import annotations

from typing import Any

from sqlmig.sql.definitions import (
    Check,
    Column,
    Constraint,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    NotNull,
    Unique,
)
from sqlmig.sql.parse.constraints import index_storage, nulls_not_distinct, references
from sqlmig.sql.parse.expressions import parenthesised, restricted_expression
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    expect,
    expect_one_of,
    expect_symbol,
    generic_options,
    identifier,
    name,
    refuse,
)
from sqlmig.sql.parse.sequences import sequence_options
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.record import Record


class Qualifiers(Record):
    """What stands behind a column's or a domain's type; the fields are those of Column."""

    default: Expression | None = None
    not_null: bool = False
    identity: Identity | None = None
    generated: Generated | None = None
    expression: Expression | None = None
    collation: Name | None = None
    constraints: tuple[Constraint, ...] = ()


def column(r: Reader) -> Column:
    """Read a column with its type and everything behind it (columnDef)."""
    at, found, written = r.at, identifier(r), type_name(r)
    storage = storage_name(r) if r.accept("storage") else None
    compression = storage_name(r) if r.accept("compression") else None
    if r.accept("options"):
        generic_options(r)
    said = _qualifiers(r, found)
    return Column(name=found, type=written, storage=storage, compression=compression, at=at, **said)


def column_without_type(r: Reader) -> Column:
    """Read a column of a table whose types come from elsewhere: PARTITION OF, OF (columnOptions)."""
    at, found = r.at, identifier(r)
    r.accept("with", "options")
    return Column(name=found, type=None, at=at, **_qualifiers(r, found))


def qualifiers(r: Reader, column: str) -> Qualifiers:
    """Read everything behind a type (ColQualList); the constraints are on this column, '' for a domain."""
    return Qualifiers(**_qualifiers(r, column))


def storage_name(r: Reader) -> str:
    """Read a way of storage or compression: a name, or DEFAULT."""
    return "default" if r.accept("default") else identifier(r)


def identity_kind(r: Reader) -> Identity:
    """Read ALWAYS or BY DEFAULT."""
    if r.accept("always"):
        return Identity.ALWAYS
    expect(r, "by", "default")
    return Identity.BY_DEFAULT


def _qualifiers(r: Reader, column: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    constraints: list[Constraint] = []
    while r.next is not None:
        at = r.at
        if r.accept("collate"):
            said["collation"] = name(r)
            continue
        if constraints and _attribute(r, constraints):
            continue
        label = identifier(r) if r.accept("constraint") else None
        constraint = _constraint(r, column, label, at)
        if constraint is not None:
            constraints.append(constraint)
            said["not_null"] = said.get("not_null", False) or isinstance(constraint, NotNull)
        elif not _value(r, said):
            if label is not None:
                refuse(r, "a constraint")
            break
    if constraints:
        said["constraints"] = tuple(constraints)
    return said


def _constraint(r: Reader, column: str, label: str | None, at: int) -> Constraint | None:
    match r.word:
        case "check":
            r.step()
            condition = parenthesised(r)
            return Check(name=label, expression=condition, no_inherit=r.accept("no", "inherit"), at=at)
        case "not" if r.accept("not", "null"):
            return NotNull(name=label, column=column, no_inherit=r.accept("no", "inherit"), at=at)
        case "unique":
            r.step()
            distinct = nulls_not_distinct(r)
            index_storage(r)
            return Unique(name=label, primary=False, columns=(column,), nulls_not_distinct=distinct, at=at)
        case "primary":
            r.step()
            expect(r, "key")
            index_storage(r)
            return Unique(name=label, primary=True, columns=(column,), at=at)
        case "references":
            return ForeignKey(name=label, columns=(column,), at=at, **references(r))
        case _:
            return None


def _value(r: Reader, said: dict[str, Any]) -> bool:
    """Read what says where the column's value comes from; plain NULL says nothing."""
    match r.one_of("default", "generated", "null"):
        case "default":
            said["default"] = restricted_expression(r)
        case "generated":
            _generated(r, said)
        case "":
            return False
    return True


def _generated(r: Reader, said: dict[str, Any]) -> None:
    at = r.at
    kind = identity_kind(r)
    expect(r, "as")
    if r.accept("identity"):
        said["identity"] = kind
        if r.symbol("("):
            sequence_options(r)
            expect_symbol(r, ")")
        return
    if kind is Identity.BY_DEFAULT:
        raise NotUnderstood("a generated column is GENERATED ALWAYS", at)
    said["expression"] = parenthesised(r)
    said["generated"] = Generated(r.one_of("stored", "virtual"))


def _attribute(r: Reader, constraints: list[Constraint]) -> bool:
    """Read DEFERRABLE, ENFORCED and their like, which belong to the constraint in front of them."""
    at = r.at
    negated = r.word == "not" and r.word_ahead(1) in ("deferrable", "enforced")
    if negated:
        r.step()
    match r.one_of("deferrable", "enforced", "initially"):
        case "deferrable":
            fields = {"deferrable": not negated}
        case "enforced":
            fields = {"enforced": not negated}
        case "initially" if expect_one_of(r, "deferred", "immediate") == "deferred":
            fields = {"deferrable": True, "initially_deferred": True}
        case "initially":
            fields = {"initially_deferred": False}
        case _:
            return False
    if not fields.keys() <= set(constraints[-1].field_names()):
        raise NotUnderstood("the constraint cannot have this", at)
    constraints[-1] = constraints[-1].replaced(**fields)
    return True

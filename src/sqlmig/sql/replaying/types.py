"""Enums, domains, composite types, and sequences."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Check, Constraint, NotNull
from sqlmig.sql.operations.types import (
    AddDomainConstraint,
    AddEnumValue,
    AlterAttribute,
    AlterDomain,
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
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.replaying.making import with_column
from sqlmig.sql.schema.objects import CompositeType, Domain, EnumType, Sequence
from sqlmig.sql.schema.tables import TableColumn, TableConstraint

# --- enums ---


def create_enum(draft: Draft, operation: CreateEnum) -> None:
    """CREATE TYPE ... AS ENUM."""
    name = draft.state.resolve_new(operation.type)
    draft.put_type(EnumType(name=name, labels=operation.labels, made_by=draft.origin))


def add_enum_value(draft: Draft, operation: AddEnumValue) -> None:
    """ADD VALUE, at its place."""
    enum = _enum(draft, operation.type)
    if enum.labels is not None and operation.value in enum.labels:
        return
    added = (*enum.added, (operation.value, draft.origin))
    labels = enum.labels
    if labels is not None:
        neighbour = operation.before or operation.after
        at = labels.index(neighbour) + (operation.before is None) if neighbour in labels else len(labels)
        labels = (*labels[:at], operation.value, *labels[at:])
    draft.put_type(enum.replaced(labels=labels, added=added))


def rename_enum_value(draft: Draft, operation: RenameEnumValue) -> None:
    """RENAME VALUE."""
    enum = _enum(draft, operation.type)
    if enum.labels is not None:
        labels = (operation.new if label == operation.value else label for label in enum.labels)
        draft.put_type(enum.replaced(labels=tuple(labels)))


def _enum(draft: Draft, name: Name) -> EnumType:
    found = draft.state.type(name)
    return found if isinstance(found, EnumType) else EnumType(name=draft.state.resolve_type(name), labels=None)


# --- composite types ---


def create_composite_type(draft: Draft, operation: CreateCompositeType) -> None:
    """CREATE TYPE ... AS (...)."""
    name = draft.state.resolve_new(operation.type)
    attributes = tuple(
        TableColumn(name=attribute.name, type=draft.state.known_type(attribute.type), collation=attribute.collation)
        for attribute in operation.attributes
    )
    draft.put_type(CompositeType(name=name, attributes=attributes, made_by=draft.origin))


def alter_attribute(draft: Draft, operation: AlterAttribute) -> None:
    """ADD, DROP, ALTER ATTRIBUTE; tables OF the type follow it with CASCADE."""
    composite = draft.state.type(operation.type)
    if not isinstance(composite, CompositeType) or composite.attributes is None:
        return
    attributes = tuple(found for found in composite.attributes if found.name != operation.attribute)
    changed = TableColumn(name=operation.attribute, type=draft.state.known_type(operation.attribute_type))
    match operation.change:
        case Change.ADD:
            attributes = (*composite.attributes, changed)
        case Change.ALTER:
            attributes = tuple(
                changed if found.name == operation.attribute else found for found in composite.attributes
            )
        case Change.DROP:
            pass
    draft.put_type(composite.replaced(attributes=attributes))
    for table in [table for table in draft.state.tables.values() if table.of_type == composite.name]:
        if operation.change is Change.DROP:
            columns = tuple(column for column in table.columns if column.name != operation.attribute)
            draft.put_table(table.replaced(columns=columns))
        else:
            known = table.column(operation.attribute)
            draft.put_table(with_column(table, changed if known is None else known.replaced(type=changed.type)))


# --- domains ---


def create_domain(draft: Draft, operation: CreateDomain) -> None:
    """CREATE DOMAIN, with the names of its constraints."""
    name = draft.state.resolve_new(operation.domain)
    domain = Domain(
        name=name,
        type=draft.state.known_type(operation.type),
        not_null=operation.not_null,
        default=operation.default,
        collation=operation.collation,
        made_by=draft.origin,
    )
    draft.put_type(domain)
    for constraint in operation.constraints:
        _add_constraint(draft, domain.name, constraint)


def add_domain_constraint(draft: Draft, operation: AddDomainConstraint) -> None:
    """ADD CONSTRAINT."""
    domain = _domain(draft, operation)
    draft.put_type(domain)
    _add_constraint(draft, domain.name, operation.constraint)


def _add_constraint(draft: Draft, name: Name, constraint: Constraint) -> None:
    domain = draft.state.types[name]
    assert isinstance(domain, Domain)  # noqa: S101  (put there by the caller)
    if isinstance(constraint, NotNull):
        draft.put_type(domain.replaced(not_null=True))
    if not isinstance(constraint, Check):
        return
    chosen = constraint.name or draft.constraint_name(name, None, "check")
    made = TableConstraint(
        name=chosen,
        definition=constraint.replaced(name=chosen),
        valid=not constraint.not_valid,
        made_by=draft.origin,
    )
    draft.put_type(domain.replaced(constraints=(*domain.constraints, made)))
    draft.has_constraint(name, chosen)


def drop_domain_constraint(draft: Draft, operation: DropDomainConstraint) -> None:
    """DROP CONSTRAINT."""
    domain = _domain(draft, operation)
    kept = tuple(constraint for constraint in domain.constraints if constraint.name != operation.name)
    draft.put_type(domain.replaced(constraints=kept))


def validate_domain_constraint(draft: Draft, operation: ValidateDomainConstraint) -> None:
    """VALIDATE CONSTRAINT."""
    domain = _domain(draft, operation)
    constraints = (
        constraint.replaced(valid=True) if constraint.name == operation.name else constraint
        for constraint in domain.constraints
    )
    draft.put_type(domain.replaced(constraints=tuple(constraints)))


def set_domain_not_null(draft: Draft, operation: SetDomainNotNull) -> None:
    """SET NOT NULL, DROP NOT NULL."""
    draft.put_type(_domain(draft, operation).replaced(not_null=operation.not_null))


def set_domain_default(draft: Draft, operation: SetDomainDefault) -> None:
    """SET DEFAULT, DROP DEFAULT."""
    draft.put_type(_domain(draft, operation).replaced(default=operation.default))


def _domain(draft: Draft, operation: AlterDomain) -> Domain:
    found = draft.state.type(operation.domain)
    return found if isinstance(found, Domain) else Domain(name=draft.state.resolve_type(operation.domain), type=None)


# --- sequences ---


def create_sequence(draft: Draft, operation: CreateSequence) -> None:
    """CREATE SEQUENCE."""
    name = draft.state.resolve_new(operation.sequence, temporary=operation.temporary)
    if operation.if_not_exists and draft.state.relation(name) is not None:
        return
    draft.put_sequence(Sequence(name=name, temporary=operation.temporary, made_by=draft.origin))
    _own(draft, name, operation.owned_by)


def alter_sequence(draft: Draft, operation: AlterSequence) -> None:
    """ALTER SEQUENCE: only OWNED BY is of interest."""
    name = draft.state.resolve(operation.sequence)
    if name in draft.state.sequences:
        _own(draft, name, operation.owned_by)


def _own(draft: Draft, sequence: Name, owned_by: tuple[str, ...]) -> None:
    if len(owned_by) > 1:
        *schema, table, column = owned_by
        owner = draft.state.resolve(Name(schema[-1] if schema else None, table))
        draft.put_sequence(draft.state.sequences[sequence].replaced(owned_by=(owner, column)))


HANDLERS: Final[dict[type, Handler]] = {
    CreateEnum: create_enum,
    AddEnumValue: add_enum_value,
    RenameEnumValue: rename_enum_value,
    CreateCompositeType: create_composite_type,
    AlterAttribute: alter_attribute,
    CreateDomain: create_domain,
    AddDomainConstraint: add_domain_constraint,
    DropDomainConstraint: drop_domain_constraint,
    ValidateDomainConstraint: validate_domain_constraint,
    SetDomainNotNull: set_domain_not_null,
    SetDomainDefault: set_domain_default,
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
}

"""Operations on types, domains and sequences."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.definitions import Column, Constraint, Expression, TypeName
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.reader import Name


class CreateEnum(Operation):
    """CREATE TYPE ... AS ENUM."""

    type: Name
    labels: tuple[str, ...]


class CreateCompositeType(Operation):
    """CREATE TYPE ... AS (...)."""

    type: Name
    attributes: tuple[Column, ...]


class AddEnumValue(Operation):
    """ALTER TYPE ... ADD VALUE."""

    type: Name
    value: str
    if_not_exists: bool = False
    before: str | None = None
    after: str | None = None


class RenameEnumValue(Operation):
    """ALTER TYPE ... RENAME VALUE."""

    type: Name
    value: str
    new: str


class Change(Enum):
    """What happens to an attribute of a composite type."""

    ADD = "add"
    DROP = "drop"
    ALTER = "alter"


class AlterAttribute(Operation):
    """ADD, DROP, ALTER ATTRIBUTE of a composite type."""

    type: Name
    attribute: str
    change: Change
    attribute_type: TypeName | None = None
    cascade: bool = False


class CreateDomain(Operation):
    """CREATE DOMAIN."""

    domain: Name
    type: TypeName
    default: Expression | None = None
    not_null: bool = False
    collation: Name | None = None
    constraints: tuple[Constraint, ...] = ()


class AlterDomain(Operation):
    """One action of ALTER DOMAIN."""

    domain: Name


class AddDomainConstraint(AlterDomain):
    """ADD CONSTRAINT."""

    constraint: Constraint


class DropDomainConstraint(AlterDomain):
    """DROP CONSTRAINT."""

    name: str
    if_exists: bool = False
    cascade: bool = False


class ValidateDomainConstraint(AlterDomain):
    """VALIDATE CONSTRAINT."""

    name: str


class SetDomainNotNull(AlterDomain):
    """SET NOT NULL, DROP NOT NULL."""

    not_null: bool


class SetDomainDefault(AlterDomain):
    """SET DEFAULT; None is DROP DEFAULT."""

    default: Expression | None


class CreateSequence(Operation):
    """CREATE SEQUENCE."""

    sequence: Name
    if_not_exists: bool = False
    temporary: bool = False
    type: TypeName | None = None
    owned_by: tuple[str, ...] = ()
    """The name written behind OWNED BY, in parts, the column last; empty for none and for NONE."""


class AlterSequence(Operation):
    """ALTER SEQUENCE with sequence options."""

    sequence: Name
    if_exists: bool = False
    restart: bool = False
    restart_with: int | None = None
    type: TypeName | None = None
    owned_by: tuple[str, ...] = ()

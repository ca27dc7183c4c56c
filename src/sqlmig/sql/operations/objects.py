"""Operations that any kind of object knows, and the kinds that have none of their own."""

from __future__ import annotations

from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name


class CreateObject(Operation):
    """CREATE of a kind that has no operation of its own: server, publication, language, cast, event trigger, ..."""

    kind: Kind
    name: Name | None
    """None for a cast, a transform, a user mapping, and for statistics without a name; of an operator its symbol."""
    or_replace: bool = False
    if_not_exists: bool = False
    table: Name | None = None
    """Of statistics: the table they are on."""


class AlterObject(Operation):
    """ALTER of a kind, or with an action, that has no operation of its own."""

    kind: Kind
    name: Name | None
    action: str
    """The words behind the name, in lower case, as far as they say what is done: "refresh version", "add table"."""


class DropObject(Operation):
    """DROP of one object of a kind that has no operation of its own: view, type, sequence, role, rule, ..."""

    kind: Kind
    name: Name | None
    table: Name | None = None
    """Of a rule: the table it is on."""
    if_exists: bool = False
    cascade: bool = False


class Rename(Operation):
    """RENAME TO of an object: a table, an index, a policy, a type. Columns, constraints and labels have their own."""

    kind: Kind
    name: Name
    new: str
    table: Name | None = None
    """Of a policy, a trigger, a rule: the table it is on; of DOMAIN_CONSTRAINT the domain, of an attribute (COLUMN) the
    type."""
    if_exists: bool = False


class SetSchema(Operation):
    """SET SCHEMA of an object."""

    kind: Kind
    name: Name
    schema: str
    if_exists: bool = False


class ChangeOwner(Operation):
    """OWNER TO of an object."""

    kind: Kind
    name: Name | None
    role: str
    if_exists: bool = False


class CommentOn(Operation):
    """COMMENT ON."""

    kind: Kind
    name: Name | None
    """Of a column, its table and the column's name are in `table` and `name`."""
    text: str | None
    table: Name | None = None
    """Of a column, constraint, policy, trigger, rule: the table, or the domain."""


class SecurityLabel(Operation):
    """SECURITY LABEL."""

    kind: Kind
    name: Name | None
    label: str | None
    provider: str | None = None
    table: Name | None = None

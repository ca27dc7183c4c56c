"""What the isolation probe has to know of a schema: its tables, views and functions, as the catalog tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class RelationKind(Enum):
    """What rows can come from."""

    TABLE = "table"
    VIEW = "view"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a row can be written with, or that a view or a function shows."""

    name: str
    type: str = "text"
    """The name of its base type, without a length."""
    category: str = "S"
    """As `pg_type.typcategory` has it, of the base type."""
    length: int = -1
    """As `pg_attribute.atttypmod` has it."""
    not_null: bool = False
    default: bool = False
    counted: bool = False
    """Filled from a sequence."""
    labels: tuple[str, ...] = ()
    """Of an enum."""
    may_insert: bool = True
    """Whether the role may write it in an INSERT."""
    may_update: bool = True


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key."""

    name: str
    columns: tuple[str, ...]
    schema: str
    table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckConstraint:
    """A check, with what its text could tell of the values that it accepts."""

    name: str
    columns: tuple[str, ...]
    expression: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, a view or a function."""

    schema: str
    name: str
    kind: RelationKind = RelationKind.TABLE
    owner: str = ""
    columns: tuple[Column, ...] = ()
    """Without those that are generated."""
    key: tuple[str, ...] = ()
    """The primary key; empty without one."""
    references: tuple[Reference, ...] = ()
    checks: tuple[CheckConstraint, ...] = ()
    rights: frozenset[str] = frozenset()
    """What the role may do: `insert`, `update`, `delete`, `truncate`, `own`."""
    row_security: bool = False
    forced: bool = False
    partition: bool = False
    invoker: bool = False
    """A view with `security_invoker`."""
    small: bool = False
    """Whether an UPDATE may go through the whole of it."""
    arguments: tuple[Column, ...] = ()
    """Of a function: those without a default."""
    argument_types: tuple[str, ...] = ()
    """The same, as casts write them."""

    def has(self, column: str) -> bool:
        """Whether there is a column of that name."""
        return any(one.name == column for one in self.columns)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in the schemas of a pair, and in those that all tenants share."""

    relations: tuple[Relation, ...]
    by_name: Mapping[tuple[str, str], Relation] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tables = (one for one in self.relations if one.kind is RelationKind.TABLE)
        object.__setattr__(self, "by_name", {(one.schema, one.name): one for one in tables})

    def table(self, schema: str, name: str) -> Relation | None:
        """The table of that name."""
        return self.by_name.get((schema, name))


@dataclass(frozen=True, slots=True)
class Role:
    """The application's role."""

    name: str
    superuser: bool = False
    bypasses: bool = False
    """Whether row level security does not bind it."""
    schemas: frozenset[str] = frozenset()
    """Those of the tenants that it may use."""

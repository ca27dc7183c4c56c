"""Everything in a schema that is no table: views, routines, types, sequences, and the rest."""

from __future__ import annotations

from sqlmig.sql.definitions import Argument, Body, Expression, Option, Setting, TypeName
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record, aside
from sqlmig.sql.schema.reads import mentions
from sqlmig.sql.schema.tables import Origin, TableColumn, TableConstraint


class View(Record):
    """A view or a materialized view."""

    name: Name
    kind: Kind = Kind.VIEW
    """VIEW or MATERIALIZED_VIEW."""
    query: Expression | None = None
    """None when only statements were seen that alter it."""
    columns: tuple[str, ...] | None = None
    """None when they are not known."""
    reads: tuple[Name, ...] | None = None
    """The relations that its query reads, as far as they are known by name; None when it is not known which."""
    options: tuple[Option, ...] = ()
    check_option: str | None = None
    populated: bool = True
    """False after WITH NO DATA."""
    temporary: bool = False
    known_from_creation: bool = True
    made_by: Origin | None = aside(default=None)

    @property
    def materialized(self) -> bool:
        """Whether it stores its rows."""
        return self.kind is Kind.MATERIALIZED_VIEW

    def may_read(self, column: str) -> bool:
        """Whether its query has a column's name in it, or a star that may stand for it."""
        if self.query is None or mentions(column, self.query):
            return True
        starred = any(token.text == "*" for token in self.query.tokens)
        return starred and (self.columns is None or column in self.columns)

    def option(self, name: str) -> Option | None:
        """An option by its name."""
        return next((option for option in self.options if option.name == name), None)


class Sequence(Record):
    """A sequence, those of serial and identity columns included."""

    name: Name
    owned_by: tuple[Name, str] | None = None
    """The table and its column with which it goes."""
    identity: bool = False
    temporary: bool = False
    made_by: Origin | None = aside(default=None)


class Routine(Record):
    """A function, a procedure or an aggregate; overloads are routines of their own."""

    name: Name
    kind: Kind = Kind.FUNCTION
    arguments: tuple[Argument, ...] = ()
    returns: TypeName | None = None
    language: str | None = None
    security_definer: bool = False
    volatility: str = "volatile"
    strict: bool = False
    leakproof: bool = False
    parallel: str = "unsafe"
    settings: tuple[Setting, ...] = ()
    body: Body | None = None
    sql_body: Expression | None = None
    made_by: Origin | None = aside(default=None)

    @property
    def argument_types(self) -> tuple[TypeName, ...]:
        """The types that tell it from its overloads: those of its input arguments."""
        return tuple(argument.type for argument in self.arguments if argument.mode in ("in", "inout", "variadic"))

    def setting(self, name: str) -> Setting | None:
        """A setting by its name: `search_path`."""
        return next((setting for setting in self.settings if setting.name == name), None)


class EnumType(Record):
    """An enum."""

    name: Name
    labels: tuple[str, ...] | None
    """In order; None when only statements were seen that alter it."""
    added: tuple[tuple[str, Origin | None], ...] = aside(default=())
    """The labels that ADD VALUE brought, and when."""
    made_by: Origin | None = aside(default=None)


class Domain(Record):
    """A domain."""

    name: Name
    type: TypeName | None
    """None when only statements were seen that alter it."""
    not_null: bool = False
    default: Expression | None = None
    collation: Name | None = None
    constraints: tuple[TableConstraint, ...] = ()
    made_by: Origin | None = aside(default=None)

    @property
    def constrained(self) -> bool | None:
        """Whether it has a constraint of its own, valid or not; None when it is not known."""
        if self.not_null or self.constraints:
            return True
        return None if self.type is None else False


class CompositeType(Record):
    """A composite type."""

    name: Name
    attributes: tuple[TableColumn, ...] | None
    made_by: Origin | None = aside(default=None)


class OtherType(Record):
    """A type of another sort: a range, a base type, a shell."""

    name: Name
    made_by: Origin | None = aside(default=None)


Type = EnumType | Domain | CompositeType | OtherType


class Extension(Record):
    """An extension."""

    name: str
    schema: str | None = None
    """None when none is written."""
    made_by: Origin | None = aside(default=None)


class Object(Record):
    """An object of a kind that nothing more is known of: a server, a publication, statistics, a role, a schema."""

    kind: Kind
    name: Name
    table: Name | None = None
    """Of statistics: the table they are on."""
    made_by: Origin | None = aside(default=None)

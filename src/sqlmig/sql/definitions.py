"""What operations are made of: types, columns, constraints, expressions. Values, as the statement writes them."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record, aside
from sqlmig.sql.tokens import Token


class Expression(Record):
    """A piece of SQL that stands inside a statement: a condition, a default, a query. `sql/expressions.py` reads it."""

    text: str
    """The slice of the source, without what surrounds it."""
    start: int = aside()
    """Offset of its first character in the text that the statement came from."""
    tokens: tuple[Token, ...] = aside()
    """Its tokens; their offsets count in the same text as `start`."""


class TypeName(Record):
    """A type, by the name that pg_type has for it: `int` is int4, `character varying(5)` is varchar with modifier 5."""

    schema: str | None
    """The schema that is written; pg_catalog for the types whose names are words of the grammar (int, varchar, ...)."""
    name: str
    modifiers: tuple[str, ...] = ()
    """Precision, scale, length, as written: ("12", "2"); of an interval its fields come first, as one word or more."""
    dimensions: int = 0
    """0 for a plain type, 1 and more for arrays."""
    set_of: bool = False

    @property
    def builtin(self) -> str:
        """The name of a plain type of pg_catalog (`int8`), also when no schema is written; '' for an array."""
        return self.name if self.schema in (None, "pg_catalog") and not self.dimensions else ""

    @property
    def serial(self) -> bool:
        """Whether it is one of serial, bigserial and smallserial, which are columns with a sequence, not types."""
        return self.schema is None and self.name in _SERIAL and not self.dimensions


_SERIAL = frozenset({"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"})


class Option(Record):
    """One storage parameter or option: `fillfactor = 70`, `security_invoker`, `timescaledb.compress`."""

    name: str
    """With its namespace, if it has one: `timescaledb.compress`."""
    value: str | None = None
    """The value's characters, without quotes; None when only the name is written."""

    @property
    def on(self) -> bool:
        """Whether a boolean option is switched on, as PostgreSQL reads it."""
        value = (self.value or "true").lower()
        return value == "1" or value == "on" or (value != "" and ("true".startswith(value) or "yes".startswith(value)))


# --- constraints ---


class ReferentialAction(Enum):
    """What happens to the referencing row."""

    NO_ACTION = "no action"
    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set null"
    SET_DEFAULT = "set default"


class _Constraint(Record):
    name: str | None = None
    """None when PostgreSQL shall choose it."""
    at: int = aside(default=0)
    """Offset of its first word."""


class Check(_Constraint):
    """CHECK (expression)."""

    expression: Expression
    not_valid: bool = False
    no_inherit: bool = False
    enforced: bool = True


class NotNull(_Constraint):
    """NOT NULL column, as a table constraint (PostgreSQL 18) or at its column."""

    column: str
    not_valid: bool = False
    no_inherit: bool = False


class Unique(_Constraint):
    """UNIQUE or PRIMARY KEY."""

    primary: bool
    columns: tuple[str, ...] = ()
    """Empty with `using_index`."""
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    using_index: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False


class ForeignKey(_Constraint):
    """FOREIGN KEY ... REFERENCES, or REFERENCES at a column."""

    columns: tuple[str, ...]
    references: Name
    referenced_columns: tuple[str, ...] = ()
    """Empty: the primary key."""
    period: bool = False
    match_full: bool = False
    on_delete: ReferentialAction = ReferentialAction.NO_ACTION
    on_update: ReferentialAction = ReferentialAction.NO_ACTION
    on_delete_columns: tuple[str, ...] = ()
    """The columns behind ON DELETE SET NULL or SET DEFAULT; empty: all of them."""
    not_valid: bool = False
    enforced: bool = True
    deferrable: bool = False
    initially_deferred: bool = False


class Exclude(_Constraint):
    """EXCLUDE USING method (element WITH operator, ...)."""

    elements: tuple[IndexElement, ...]
    method: str | None = None
    include: tuple[str, ...] = ()
    where: Expression | None = None
    deferrable: bool = False
    initially_deferred: bool = False


Constraint = Check | NotNull | Unique | ForeignKey | Exclude


# --- columns ---


class Generated(Enum):
    """How a generated column keeps its value. Written with neither word, it is VIRTUAL on 18 and an error before."""

    STORED = "stored"
    VIRTUAL = "virtual"
    UNSPECIFIED = ""


class Identity(Enum):
    """Who may give an identity column its value."""

    ALWAYS = "always"
    BY_DEFAULT = "by default"


class Column(Record):
    """A column with everything that is written behind it."""

    name: str
    type: TypeName | None
    """None where it may be left out: in the columns of PARTITION OF and OF."""
    default: Expression | None = None
    not_null: bool = False
    """NOT NULL is written (without NOT VALID); PRIMARY KEY, identity and serial imply it, but do not set this."""
    identity: Identity | None = None
    generated: Generated | None = None
    expression: Expression | None = None
    """What a generated column is computed from."""
    collation: Name | None = None
    constraints: tuple[Constraint, ...] = ()
    """CHECK, UNIQUE, PRIMARY KEY, REFERENCES and NOT NULL behind this column, each with `columns` filled in."""
    storage: str | None = None
    compression: str | None = None
    at: int = aside(default=0)


# --- indexes ---


class IndexElement(Record):
    """One column or expression of an index."""

    column: str | None
    expression: Expression | None = None
    """When it is not a plain column."""
    collation: Name | None = None
    opclass: Name | None = None
    opclass_options: tuple[Option, ...] = ()
    descending: bool = False
    nulls_first: bool | None = None
    """None when neither NULLS FIRST nor NULLS LAST is written."""
    operator: str | None = None
    """Of EXCLUDE: what stands behind WITH."""


# --- partitions ---


class PartitionBy(Record):
    """PARTITION BY strategy (keys)."""

    strategy: str
    """"range", "list" or "hash"."""
    keys: tuple[IndexElement, ...]


class BoundKind(Enum):
    """Which rows a partition takes."""

    RANGE = "range"
    LIST = "list"
    HASH = "hash"
    DEFAULT = "default"


class Bound(Record):
    """FOR VALUES ..., or DEFAULT."""

    kind: BoundKind
    text: str
    """What is written behind FOR VALUES; empty for DEFAULT."""


# --- routines ---


class Argument(Record):
    """An argument of a routine; a column of RETURNS TABLE has mode "table"."""

    mode: str
    """"in", "out", "inout", "variadic" or "table"."""
    name: str | None
    type: TypeName
    default: Expression | None = None


class Body(Record):
    """The body of a routine or of DO, as text that a language reads."""

    text: str
    """The characters that the string stands for."""
    tokens: tuple[Token, ...] = aside()
    """The string's tokens in the statement; positions in the body are found through them."""


class Setting(Record):
    """`SET name = values` of a routine, a role or a database, or of a session."""

    name: str
    """Folded: `search_path`, `app.tenant`; TIME ZONE is `timezone`."""
    values: tuple[str, ...] | None
    """Their characters, without quotes; None for DEFAULT and RESET. FROM CURRENT gives ("from current",)."""


PUBLIC = "public"
"""The role name that stands for everybody; as a quoted identifier it cannot be a role's name."""

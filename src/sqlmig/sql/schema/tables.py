"""Tables, with what belongs to one and goes when it goes: columns, constraints, policies, triggers. And indexes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from sqlmig.sql.definitions import (
    Bound,
    Check,
    Constraint,
    Exclude,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    IndexElement,
    NotNull,
    Option,
    PartitionBy,
    TypeName,
    Unique,
)
from sqlmig.sql.operations.tables import Firing, Persistence
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record, aside
from sqlmig.sql.schema.reads import Renames, as_written, mentions


class Origin(Record):
    """Which statement made an object."""

    mark: Hashable
    """What the caller of replay() said of it: the file, for instance."""
    at: int = 0
    """Offset of the operation in that file's text."""
    transaction: bool = True
    """Whether it ran in its file's transaction."""


class TableColumn(Record):
    """A column."""

    name: str
    type: TypeName | None = None
    """None when it is not known. A type that replay knows has its schema."""
    not_null: bool = False
    """Whether no row has NULL there: by NOT NULL that is valid, by a primary key, by identity or serial."""
    not_null_name: str | None = None
    """The name of its NOT NULL constraint, valid or not, which counts from PostgreSQL 18 on."""
    not_null_by: Origin | None = aside(default=None)
    """What made that constraint."""
    default: Expression | None = None
    """Of a column made with serial None, although it has one."""
    sequence: Name | None = None
    """Where a serial or an identity column gets its numbers."""
    identity: Identity | None = None
    generated: Generated | None = None
    expression: Expression | None = None
    """What a generated column is computed from."""
    renames: Renames = ()
    """The columns that were renamed since, which `expression` has by the old name."""
    collation: Name | None = None
    known_from_creation: bool = True
    """False when statements altered it, but none that was replayed made it: what they do not say is not known."""
    made_by: Origin | None = aside(default=None)

    @property
    def has_default(self) -> bool:
        """Whether a row that says nothing of this column gets something else than NULL."""
        return not (self.default is None and self.sequence is None and self.generated is None)


class TableConstraint(Record):
    """A constraint of a table or a domain, by the name that PostgreSQL has for it."""

    name: str
    definition: Constraint
    """As it was written, but with the columns and tables that it is about by their present names, schemas included."""
    valid: bool = True
    """False after NOT VALID and NOT ENFORCED."""
    enforced: bool = True
    inherited: bool = False
    """Whether it came from a parent."""
    renames: Renames = ()
    """The columns that were renamed since, which its expression has by the old name."""
    made_by: Origin | None = aside(default=None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is about, in order; of CHECK and EXCLUDE nothing."""
        match self.definition:
            case Unique(columns=columns) | ForeignKey(columns=columns):
                return columns
            case NotNull(column=column):
                return (column,)
            case _:
                return ()

    def proves_not_null(self, column: str) -> bool:
        """Whether it is a CHECK, and valid, that no row can pass which has NULL in this column."""
        written = as_written(column, self.renames)
        if not isinstance(self.definition, Check) or not self.valid or written is None:
            return False
        condition = self.definition.expression
        if not mentions(written, condition):
            return False
        # Loaded late: reading expressions is more than most files ask for.
        from sqlmig.sql.expressions.not_null import proves_not_null

        return written in (proves_not_null(condition) or ())


class Policy(Record):
    """A policy."""

    name: str
    permissive: bool = True
    command: str = "all"
    roles: tuple[str, ...] = ("public",)
    using: Expression | None = None
    with_check: Expression | None = None
    renames: Renames = ()
    """The columns that were renamed since, which its expressions have by the old name."""
    made_by: Origin | None = aside(default=None)


class Trigger(Record):
    """A trigger."""

    name: str
    function: Name
    timing: str
    events: tuple[str, ...]
    update_columns: tuple[str, ...] = ()
    for_each_row: bool = False
    when: Expression | None = None
    constraint: bool = False
    firing: Firing = Firing.ENABLE
    inherited: bool = False
    """Whether a partition has it from its parent."""
    made_by: Origin | None = aside(default=None)


class Rule(Record):
    """A rewrite rule."""

    name: str
    event: str
    instead: bool = False
    actions: Expression | None = None
    made_by: Origin | None = aside(default=None)


class Hypertable(Record):
    """What TimescaleDB knows of a table."""

    time_column: str | None
    """None when it could not be read."""
    columnstore: bool = False
    """Whether chunks may be compressed."""
    segment_by: tuple[str, ...] = ()
    order_by: str | None = None
    made_by: Origin | None = aside(default=None)


class Table(Record):
    """A table, partitioned and foreign ones included."""

    name: Name
    columns: tuple[TableColumn, ...] = ()
    """In order."""
    constraints: tuple[TableConstraint, ...] = ()
    """All but NOT NULL, which stands at its column."""
    policies: tuple[Policy, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    row_security: bool = False
    forced_row_security: bool = False
    partition_by: PartitionBy | None = None
    partition_of: Name | None = None
    bound: Bound | None = None
    inherits: tuple[Name, ...] = ()
    of_type: Name | None = None
    persistence: Persistence = Persistence.PERMANENT
    foreign: bool = False
    options: tuple[Option, ...] = ()
    access_method: str = "heap"
    drops_at_commit: bool = False
    hypertable: Hypertable | None = None
    complete: bool = True
    """Whether all columns are known, at least by name."""
    known_from_creation: bool = True
    """False when statements altered it, but none that was replayed made it: what they do not say is not known."""
    made_by: Origin | None = aside(default=None)

    def column(self, name: str) -> TableColumn | None:
        """A column by its name; of a table that is not `complete` None says nothing."""
        return next((column for column in self.columns if column.name == name), None)

    def not_null(self, column: str) -> bool | None:
        """Whether a column is NOT NULL, and that is valid; None when it is not known."""
        found = self.column(column)
        if found is None:
            return None
        return found.not_null or (False if found.known_from_creation else None)

    def proves_not_null(self, column: str) -> bool:
        """Whether PostgreSQL knows that no row has NULL there: by NOT NULL or by a CHECK, both valid."""
        found = self.column(column)
        if found is not None and found.not_null:
            return True
        return any(constraint.proves_not_null(column) for constraint in self.checks)

    def constraint(self, name: str) -> TableConstraint | None:
        """A constraint by its name, a NOT NULL included."""
        return next((constraint for constraint in self._all_constraints() if constraint.name == name), None)

    def _all_constraints(self) -> Iterator[TableConstraint]:
        yield from self.constraints
        for column in self.columns:
            if column.not_null_name is not None:
                definition = NotNull(name=column.not_null_name, column=column.name, not_valid=not column.not_null)
                yield TableConstraint(
                    name=column.not_null_name,
                    definition=definition,
                    valid=column.not_null,
                    made_by=column.not_null_by,
                )

    @property
    def primary_key(self) -> TableConstraint | None:
        """The primary key."""
        keys = self.unique_keys
        return next((key for key in keys if isinstance(key.definition, Unique) and key.definition.primary), None)

    @property
    def unique_keys(self) -> tuple[TableConstraint, ...]:
        """UNIQUE constraints and the primary key; unique indexes that are no constraint are not among them."""
        return tuple(constraint for constraint in self.constraints if isinstance(constraint.definition, Unique))

    @property
    def foreign_keys(self) -> tuple[TableConstraint, ...]:
        """The foreign keys of this table."""
        return tuple(constraint for constraint in self.constraints if isinstance(constraint.definition, ForeignKey))

    @property
    def checks(self) -> tuple[TableConstraint, ...]:
        """The CHECK constraints."""
        return tuple(constraint for constraint in self.constraints if isinstance(constraint.definition, Check))

    @property
    def exclusions(self) -> tuple[TableConstraint, ...]:
        """The EXCLUDE constraints."""
        return tuple(constraint for constraint in self.constraints if isinstance(constraint.definition, Exclude))

    def policy(self, name: str) -> Policy | None:
        """A policy by its name."""
        return next((policy for policy in self.policies if policy.name == name), None)

    def trigger(self, name: str) -> Trigger | None:
        """A trigger by its name."""
        return next((trigger for trigger in self.triggers if trigger.name == name), None)

    @property
    def temporary(self) -> bool:
        """Whether only its own session sees it."""
        return self.persistence is Persistence.TEMPORARY

    @property
    def parents(self) -> tuple[Name, ...]:
        """The partitioned table it is a partition of, or the tables it inherits from."""
        return self.inherits if self.partition_of is None else (self.partition_of,)


class Index(Record):
    """An index; that of a constraint has the constraint's name."""

    name: Name
    table: Name
    """A table or a materialized view."""
    elements: tuple[IndexElement, ...]
    unique: bool = False
    primary: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    where: Expression | None = None
    options: tuple[Option, ...] = ()
    valid: bool = True
    """False for an index ON ONLY a partitioned table to which not every partition has attached its own."""
    constraint: str | None = None
    """The constraint that it serves; dropped with it, and not without it."""
    parent: Name | None = None
    """The index of the partitioned table that it is attached to."""
    renames: Renames = ()
    """The columns that were renamed since, which its expressions have by the old name."""
    own_names: tuple[str, ...] = aside(default=())
    """What its own columns are called, those of INCLUDE behind the others; renaming the table's does not change it."""
    made_by: Origin | None = aside(default=None)

    @property
    def columns(self) -> tuple[str | None, ...]:
        """Its columns in order, without those of INCLUDE; None where an expression stands."""
        return tuple(element.column for element in self.elements)

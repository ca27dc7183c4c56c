"""Operations on tables, as CREATE, ALTER and DROP TABLE have them."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.definitions import Bound, Column, Constraint, Expression, Identity, Option, PartitionBy, TypeName
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record


class Persistence(Enum):
    """How long a table lives, and whether a crash empties it."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    UNLOGGED = "unlogged"


class Like(Record):
    """LIKE table INCLUDING ... within CREATE TABLE."""

    table: Name
    including: frozenset[str] = frozenset()
    """Of "all", "comments", "compression", "constraints", "defaults", "generated", "identity", "indexes",
    "statistics" and "storage", what is included at the end of the list; ALL is spelled out."""


class CreateTable(Operation):
    """CREATE [FOREIGN] TABLE with its columns, PARTITION OF and OF included."""

    table: Name
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    """Those of the table; the columns have their own."""
    if_not_exists: bool = False
    persistence: Persistence = Persistence.PERMANENT
    likes: tuple[Like, ...] = ()
    inherits: tuple[Name, ...] = ()
    partition_of: Name | None = None
    bound: Bound | None = None
    partition_by: PartitionBy | None = None
    of_type: Name | None = None
    options: tuple[Option, ...] = ()
    access_method: str | None = None
    tablespace: str | None = None
    on_commit: str | None = None
    """"drop", "delete rows" or "preserve rows"."""
    server: str | None = None
    """Of a foreign table."""


class CreateTableAs(Operation):
    """CREATE TABLE AS, SELECT INTO."""

    table: Name
    query: Expression
    columns: tuple[str, ...] = ()
    if_not_exists: bool = False
    persistence: Persistence = Persistence.PERMANENT
    options: tuple[Option, ...] = ()
    with_data: bool = True


class DropTable(Operation):
    """DROP [FOREIGN] TABLE of one table."""

    table: Name
    if_exists: bool = False
    cascade: bool = False
    foreign: bool = False


class AlterTable(Operation):
    """One action of ALTER TABLE, and of ALTER VIEW, INDEX, SEQUENCE and so on where they have the same action."""

    table: Name
    kind: Kind = Kind.TABLE
    """What stands behind ALTER."""
    if_exists: bool = False
    only: bool = False


class AddColumn(AlterTable):
    """ADD COLUMN."""

    column: Column
    if_not_exists: bool = False


class DropColumn(AlterTable):
    """DROP COLUMN."""

    column: str
    if_column_exists: bool = False
    cascade: bool = False


class AlterColumn(AlterTable):
    """One action of ALTER COLUMN."""

    column: str
    """Of an index its number, as text."""


class SetNotNull(AlterColumn):
    """SET NOT NULL."""


class DropNotNull(AlterColumn):
    """DROP NOT NULL."""


class SetDefault(AlterColumn):
    """SET DEFAULT."""

    default: Expression


class DropDefault(AlterColumn):
    """DROP DEFAULT."""


class AlterColumnType(AlterColumn):
    """[SET DATA] TYPE."""

    type: TypeName
    collation: Name | None = None
    using: Expression | None = None


class SetExpression(AlterColumn):
    """SET EXPRESSION AS (...), of a generated column."""

    expression: Expression


class DropExpression(AlterColumn):
    """DROP EXPRESSION."""

    if_expression_exists: bool = False


class AddIdentity(AlterColumn):
    """ADD GENERATED ... AS IDENTITY."""

    identity: Identity


class SetIdentity(AlterColumn):
    """SET GENERATED, SET sequence option, RESTART."""

    identity: Identity | None = None
    restart: bool = False


class DropIdentity(AlterColumn):
    """DROP IDENTITY."""

    if_identity_exists: bool = False


class SetStatistics(AlterColumn):
    """SET STATISTICS; None is DEFAULT."""

    target: int | None


class SetStorage(AlterColumn):
    """SET STORAGE."""

    storage: str


class SetCompression(AlterColumn):
    """SET COMPRESSION."""

    compression: str


class SetColumnOptions(AlterColumn):
    """SET (n_distinct = ...), RESET (...), and OPTIONS (...) of a foreign table's column."""

    options: tuple[Option, ...]
    reset: bool = False


class AddConstraint(AlterTable):
    """ADD [CONSTRAINT name] ..."""

    constraint: Constraint


class AlterConstraint(AlterTable):
    """ALTER CONSTRAINT; None where nothing is said."""

    name: str
    deferrable: bool | None = None
    initially_deferred: bool | None = None
    enforced: bool | None = None
    inherit: bool | None = None


class ValidateConstraint(AlterTable):
    """VALIDATE CONSTRAINT."""

    name: str


class DropConstraint(AlterTable):
    """DROP CONSTRAINT."""

    name: str
    if_constraint_exists: bool = False
    cascade: bool = False


class RenameColumn(AlterTable):
    """RENAME [COLUMN] name TO new."""

    name: str
    new: str


class RenameConstraint(AlterTable):
    """RENAME CONSTRAINT name TO new."""

    name: str
    new: str


class RowSecurity(Enum):
    """What ALTER TABLE does to row level security."""

    ENABLE = "enable"
    DISABLE = "disable"
    FORCE = "force"
    NO_FORCE = "no force"


class SetRowSecurity(AlterTable):
    """ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY."""

    action: RowSecurity


class SetOptions(AlterTable):
    """SET (...), RESET (...), and OPTIONS (...) of a foreign table."""

    options: tuple[Option, ...]
    reset: bool = False


class SetPersistence(AlterTable):
    """SET LOGGED, SET UNLOGGED."""

    persistence: Persistence


class SetTablespace(AlterTable):
    """SET TABLESPACE."""

    tablespace: str


class SetAccessMethod(AlterTable):
    """SET ACCESS METHOD; None is DEFAULT."""

    method: str | None


class ClusterOn(AlterTable):
    """CLUSTER ON index; None is SET WITHOUT CLUSTER."""

    index: str | None


class SetReplicaIdentity(AlterTable):
    """REPLICA IDENTITY "default", "full", "nothing" or "index"."""

    identity: str
    index: str | None = None


class Firing(Enum):
    """When a trigger or a rule fires."""

    ENABLE = "enable"
    DISABLE = "disable"
    REPLICA = "enable replica"
    ALWAYS = "enable always"


class SetTrigger(AlterTable):
    """ENABLE and DISABLE TRIGGER; the name is None for ALL, and for USER."""

    trigger: str | None
    firing: Firing
    user_only: bool = False


class SetRule(AlterTable):
    """ENABLE and DISABLE RULE."""

    rule: str
    firing: Firing


class SetInheritance(AlterTable):
    """INHERIT parent, NO INHERIT parent."""

    parent: Name
    inherit: bool


class SetOfType(AlterTable):
    """OF type; None is NOT OF."""

    type: Name | None


class AttachPartition(AlterTable):
    """ATTACH PARTITION; of an index (kind INDEX) without a bound."""

    partition: Name
    bound: Bound | None = None


class Detach(Enum):
    """How a partition is detached."""

    PLAIN = ""
    CONCURRENTLY = "concurrently"
    FINALIZE = "finalize"


class DetachPartition(AlterTable):
    """DETACH PARTITION."""

    partition: Name
    mode: Detach = Detach.PLAIN


class SetWithoutOids(AlterTable):
    """SET WITHOUT OIDS: it does nothing since PostgreSQL 12."""

"""Maintenance; what concerns the session and the transaction."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.definitions import Expression, Setting
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.reader import Name


class Vacuum(Operation):
    """VACUUM."""

    tables: tuple[Name, ...] = ()
    full: bool = False


class Analyze(Operation):
    """ANALYZE."""

    tables: tuple[Name, ...] = ()


class Cluster(Operation):
    """CLUSTER."""

    table: Name | None = None
    index: str | None = None


class LockTable(Operation):
    """LOCK TABLE."""

    tables: tuple[Name, ...]
    mode: str = "access exclusive"
    nowait: bool = False


class Lifetime(Enum):
    """How long SET lasts."""

    SESSION = "session"
    LOCAL = "local"


class SetParameter(Operation):
    """SET, RESET; RESET ALL is the setting "all" without values. SET TIME ZONE is the setting "timezone"."""

    setting: Setting
    lifetime: Lifetime = Lifetime.SESSION


class SetRole(Operation):
    """SET ROLE, RESET ROLE; None is NONE."""

    role: str | None
    lifetime: Lifetime = Lifetime.SESSION


class SetSessionAuthorization(Operation):
    """SET SESSION AUTHORIZATION; None is DEFAULT and RESET."""

    role: str | None
    lifetime: Lifetime = Lifetime.SESSION


class SetConstraints(Operation):
    """SET CONSTRAINTS; no names is ALL."""

    names: tuple[Name, ...] = ()
    deferred: bool


class Control(Enum):
    """What a statement does to the transaction."""

    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    SAVEPOINT = "savepoint"
    RELEASE = "release"
    ROLLBACK_TO = "rollback to"
    PREPARE = "prepare transaction"
    COMMIT_PREPARED = "commit prepared"
    ROLLBACK_PREPARED = "rollback prepared"
    SET = "set transaction"
    """SET TRANSACTION, SET SESSION CHARACTERISTICS."""


class TransactionControl(Operation):
    """BEGIN, COMMIT, SAVEPOINT and their like."""

    control: Control


class SessionCommand(Operation):
    """What touches the session only: LISTEN, DISCARD, PREPARE, EXECUTE, DECLARE, FETCH, SHOW, LOAD, CHECKPOINT, ..."""

    command: str
    """Its first word, in lower case; of DISCARD the second too: "discard all"."""
    name: str | None = None


class Explain(Operation):
    """EXPLAIN; with ANALYZE the operations of the statement follow it, because they run."""

    analyze: bool


class ImportForeignSchema(Operation):
    """IMPORT FOREIGN SCHEMA."""

    schema: str
    server: str
    into: str


class DynamicSql(Operation):
    """EXECUTE of a string inside a body: what it will do is not known before it runs."""

    statement: Expression
    literal: bool
    """Whether the whole string is there to read; then what it does follows as operations."""

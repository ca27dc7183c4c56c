"""Operations on policies, triggers and rules."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.reader import Name


class CreatePolicy(Operation):
    """CREATE POLICY."""

    policy: str
    table: Name
    permissive: bool = True
    command: str = "all"
    """"all", "select", "insert", "update" or "delete"."""
    roles: tuple[str, ...] = ("public",)
    roles_written: bool = False
    """Whether there is a TO; without it the policy is for PUBLIC."""
    using: Expression | None = None
    with_check: Expression | None = None


class AlterPolicy(Operation):
    """ALTER POLICY; None where nothing is said."""

    policy: str
    table: Name
    roles: tuple[str, ...] | None = None
    using: Expression | None = None
    with_check: Expression | None = None


class DropPolicy(Operation):
    """DROP POLICY."""

    policy: str
    table: Name
    if_exists: bool = False
    cascade: bool = False


class CreateTrigger(Operation):
    """CREATE TRIGGER."""

    trigger: str
    table: Name
    function: Name
    timing: str
    """"before", "after" or "instead of"."""
    events: tuple[str, ...]
    """Of "insert", "update", "delete" and "truncate", in the order written."""
    update_columns: tuple[str, ...] = ()
    for_each_row: bool = False
    when: Expression | None = None
    constraint: bool = False
    or_replace: bool = False
    deferrable: bool = False
    initially_deferred: bool = False


class DropTrigger(Operation):
    """DROP TRIGGER."""

    trigger: str
    table: Name
    if_exists: bool = False
    cascade: bool = False


class CreateRule(Operation):
    """CREATE RULE."""

    rule: str
    table: Name
    event: str
    instead: bool = False
    or_replace: bool = False
    actions: Expression | None = None
    """None for NOTHING."""

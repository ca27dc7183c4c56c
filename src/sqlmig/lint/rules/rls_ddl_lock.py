"""Row level security changed on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.patience import is_patient
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy, DropPolicy
from sqlmig.sql.operations.tables import SetRowSecurity


@rule(SetRowSecurity, CreatePolicy, AlterPolicy, DropPolicy, severity=Severity.WARNING)
def rls_ddl_lock(
    operation: SetRowSecurity | CreatePolicy | AlterPolicy | DropPolicy, context: Context
) -> Iterator[Flag]:
    """ENABLE, FORCE or DISABLE ROW LEVEL SECURITY, and CREATE, ALTER or DROP POLICY, without a limit for the wait.

    Effect: an ACCESS EXCLUSIVE lock on the table. The change takes a moment; but while it waits for a transaction
    that is open, all reads and writes wait behind it.

    Instead: a lock_timeout: the runner sets `apply.lock_timeout` and tries again. Keep what belongs to one table
    together.

    Unless: the table is made by the same migration, or lock_timeout is set: by the configuration, or by the file.
    """
    if not context.is_new(operation.table) and is_patient(context):
        yield Flag(
            f"While this waits for its lock on {context.shown(operation.table)}, all reads and writes wait behind it,"
            " and nothing limits that.",
            "Limit it at the head of the file, or with `apply.lock_timeout` in the configuration:",
            "-- sqlmig: lock_timeout 2s",
        )

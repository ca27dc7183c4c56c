"""Row level security that lets nobody see a row."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import conditions, holds_tenants, name_at_end, tenant_policy
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.policies import CreatePolicy
from sqlmig.sql.operations.tables import RowSecurity, SetRowSecurity
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table


@file_rule(severity=Severity.WARNING)
def rls_no_policy(file: FileContext) -> Iterator[Flag]:
    """ENABLE ROW LEVEL SECURITY, and at the end of the migration no permissive policy with a condition.

    Effect: queries find no row, INSERT fails. Restrictive policies allow nothing by themselves.

    Instead: create the policies in the same migration.

    Unless: it is a partition: queries of the partitioned table go by the policies of that one.
    """
    seen: set[Name] = set()
    for occurrence in file.running(SetRowSecurity, CreatePolicy):
        operation = occurrence.operation
        assert isinstance(operation, SetRowSecurity | CreatePolicy)  # noqa: S101  what running() was asked for
        name = name_at_end(operation.table, occurrence, file)
        table = file.end.tables.get(name)
        if isinstance(operation, SetRowSecurity) and operation.action is not RowSecurity.ENABLE:
            continue
        if table is None or name in seen or not table.row_security or table.partition_of is not None:
            continue
        seen.add(name)
        if any(policy.permissive and conditions(policy) for policy in table.policies):
            continue
        shown = file.context(occurrence).shown(name)
        yield Flag(
            f"Whoever row level security binds finds no row in {shown} and can insert none: {_why(table)}.",
            "Create one in this migration:" if holds_tenants(table, file) else "Create one in this migration.",
            tenant_policy(table, shown, file.settings) if holds_tenants(table, file) else "",
            at=operation.at,
        )


def _why(table: Table) -> str:
    if not table.policies:
        return "the migrations show no policy"
    if any(policy.permissive for policy in table.policies):
        return "its permissive policies have no condition"
    return "all of its policies are restrictive"

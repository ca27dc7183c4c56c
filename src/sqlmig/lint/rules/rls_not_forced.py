"""Row level security that the table's owner is not bound by."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.rowsecurity import holds_tenants, name_at_end
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Edit, Fix, Flag, Severity
from sqlmig.sql.operations.tables import RowSecurity, SetRowSecurity


@file_rule()
def rls_not_forced(file: FileContext) -> Iterator[Flag]:
    """ENABLE ROW LEVEL SECURITY, and at the end of the migration no FORCE.

    Effect: the table's owner reads and writes all rows, whatever the policies say. Often the owner is the role that
    migrates, and the application logs in as the same role.

    Instead: FORCE ROW LEVEL SECURITY. Roles with BYPASSRLS, and superusers, are not bound even then.

    Unless: the table is listed in `lint.exempt_tables`.
    """
    last = {
        name_at_end(_of(occurrence.operation).table, occurrence, file): occurrence
        for occurrence in file.running(SetRowSecurity)
        if _of(occurrence.operation).action is RowSecurity.ENABLE
    }
    for name, occurrence in last.items():
        table = file.end.tables.get(name)
        if table is None or not table.row_security or table.forced_row_security or table.temporary:
            continue
        if file.settings.is_exempt(name):
            continue
        context = file.context(occurrence)
        shown = context.shown(name)
        yield Flag(
            f"The policies of {shown} do not bind its owner: a session that runs as the owner reads and writes all"
            " rows.",
            "Force it, too:",
            f"ALTER TABLE {shown} FORCE ROW LEVEL SECURITY;",
            at=occurrence.operation.at,
            severity=Severity.ERROR if holds_tenants(table, file) else Severity.WARNING,
            fix=_fix(context),
        )


def _of(operation: object) -> SetRowSecurity:
    assert isinstance(operation, SetRowSecurity)  # noqa: S101  what running() was asked for
    return operation


def _fix(context: Context) -> Fix | None:
    statement = context.occurrence.statement
    if statement is not context.occurrence.outer or context.actions > 1:
        return None
    return Fix("add FORCE ROW LEVEL SECURITY", (Edit(statement.end, statement.end, ", FORCE ROW LEVEL SECURITY"),))

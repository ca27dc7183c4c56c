"""Changes of rows that row level security hides."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.tenantsetting import changes_role, sets_tenant
from sqlmig.lint.values import Flag
from sqlmig.project.model import Scope
from sqlmig.sql.expressions.queries import relations
from sqlmig.sql.expressions.settings import setting_reads
from sqlmig.sql.expressions.tenancy import compares_setting
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update
from sqlmig.sql.schema.tables import Policy, Table


@rule(Update, Delete, Merge, Insert)
def force_rls_backfill(operation: Update | Delete | Merge | Insert, context: Context) -> Iterator[Flag]:
    """UPDATE, DELETE, MERGE, or INSERT ... SELECT from a table that forces row level security, while the migration says
    nothing of the tenant.

    Effect: FORCE holds for the table's owner, too. Without the tenant's setting no row passes the policies, so the
    statement changes nothing, says so to nobody, and the migration counts as done. Only a superuser, or a role with
    BYPASSRLS, sees the rows.

    Instead: set the tenant for this transaction, where the migration runs for one; otherwise migrate as a role
    with BYPASSRLS, or switch FORCE off around the statement, in the same transaction: that locks the table against
    reads and writes until it commits.

    Unless: the migration sets the tenant, or goes on as another role, before it; or a policy lets rows pass that does
    not compare the tenant.
    """
    tables = [context.before.table(operation.table)]
    if isinstance(operation, Insert):
        # A row that no policy allows is refused: that cannot be overlooked.
        read = relations(operation.source) if operation.source is not None and operation.from_query else ()
        tables = [context.before.table(relation.name) for relation in read or ()]
    hidden = next((table for table in tables if table is not None and _hides_all(table, operation, context)), None)
    if hidden is None or sets_tenant(context) or changes_role(context):
        return
    name, setting = context.shown(hidden.name), context.settings.lint.tenant_setting
    does = {Update: "changes", Delete: "deletes", Merge: "merges", Insert: "copies"}[type(operation)]
    if _fails(hidden):
        message = (
            f"{name} forces row level security, and its policies read {setting}, which this file does not set: unless"
            " the role that migrates has BYPASSRLS, the statement fails."
        )
    else:
        message = (
            f"{name} forces row level security, and this file does not set {setting}: unless the role that migrates has"
            f" BYPASSRLS, this {does} no row at all, without an error, and the migration counts as done."
        )
    if context.file.scope is Scope.TENANT:
        instead, sql = "Set the tenant first:", f"SET LOCAL {setting} = {{{{ tenant.id | literal }}}};"
    else:
        instead = (
            "Migrate as a role with BYPASSRLS; or, where the rows are few, let the owner see them, in one transaction,"
            f" which keeps everybody else away from {name}:"
        )
        sql = (
            f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;\n{context.written}\n"
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;"
        )
    yield Flag(message, instead, sql)


def _hides_all(table: Table, operation: Operation, context: Context) -> bool:
    if not (table.row_security and table.forced_row_security and table.known_from_creation):
        return False
    wanted = {"all", _COMMANDS.get(type(operation), "update")}
    return all(
        _compares(policy, context) for policy in table.policies if policy.permissive and policy.command in wanted
    )


_COMMANDS: dict[type[Operation], str] = {Delete: "delete", Insert: "select"}


def _compares(policy: Policy, context: Context) -> bool:
    settings = context.settings
    if policy.using is None:
        return False
    return (
        compares_setting(policy.using, settings.tenant_column, settings.tenant_settings, settings.tenant_functions)
        is True
    )


def _fails(table: Table) -> bool:
    """Whether a policy reads a setting in a way that is an error when nobody has made it."""
    return any(
        not read.missing_ok
        for policy in table.policies
        if policy.using is not None
        for read in setting_reads(policy.using)
    )

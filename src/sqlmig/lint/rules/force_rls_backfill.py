"""Changes of rows that row level security hides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmig.lint.context import Context
from sqlmig.lint.rowsecurity import of_roles, tenant_condition
from sqlmig.lint.rule import rule
from sqlmig.lint.tenantsetting import changes_role, works_for_tenant
from sqlmig.lint.values import Flag
from sqlmig.project.model import Scope
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.expressions.queries import relations
from sqlmig.sql.expressions.settings import setting_reads
from sqlmig.sql.expressions.tenancy import compares_setting
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update
from sqlmig.sql.schema.tables import Policy, Table


@rule(Update, Delete, Merge, Insert)
def force_rls_backfill(operation: Update | Delete | Merge | Insert, context: Context) -> Iterator[Flag]:
    """UPDATE, DELETE, MERGE, or INSERT ... SELECT from a table that forces row level security, where no policy shows a
    row to the role that migrates.

    Effect: FORCE holds for the table's owner, too. The statement changes nothing, says so to nobody, and the migration
    counts as done. It is so where the policies compare the tenant's setting and the migration does not say for which
    tenant it works; and where they are for other roles than the one that migrates, such as the application's. Only a
    superuser, or a role with BYPASSRLS, sees the rows.

    Instead: in a tenant track sqlmig gives the setting the tenant's id before each file; what is missing there is a
    policy for the role that migrates. In a shared track migrate as a role with BYPASSRLS, or switch FORCE off around
    the statement, in the same transaction: that locks the table against reads and writes until it commits.

    Unless: the migration goes on as another role before it; or, where the tenant is set, one of the policies is for the
    role that migrates, or may be: for PUBLIC, for the track's `run_as`, or, once `lint.app_roles` names the
    application's roles, for any other role; or, where it is not set, one of them lets rows pass without comparing the
    tenant.
    """
    if changes_role(context):
        return
    tenant_is_set = works_for_tenant(context)
    for table in _with_hidden_rows(operation, context):
        policies = _permissive(table, operation)
        if tenant_is_set and not any(_may_be_for_migration(policy, context) for policy in policies):
            yield _for_others(table, policies, operation, context)
            return
        if not tenant_is_set and all(_compares(policy, context) for policy in policies):
            yield _without_setting(table, operation, context)
            return


def _with_hidden_rows(operation: Operation, context: Context) -> Iterator[Table]:
    """The tables whose rows the statement looks for, and that force row level security."""
    names = [operation.table] if isinstance(operation, Update | Delete | Merge) else []
    if isinstance(operation, Insert) and operation.source is not None and operation.from_query:
        # A row that no policy allows is refused: that cannot be overlooked. One that is not read, can.
        names = [relation.name for relation in relations(operation.source) or ()]
    for table in map(context.before.table, names):
        if table is not None and table.row_security and table.forced_row_security and table.known_from_creation:
            yield table


def _for_others(table: Table, policies: Sequence[Policy], operation: Operation, context: Context) -> Flag:
    name, condition = context.shown(table.name), tenant_condition(table, context.settings)
    roles = tuple(dict.fromkeys(role for policy in policies for role in policy.roles))
    reason = f"its policies are for {of_roles(roles)}" if policies else "it has no policy for this"
    unless = f"has BYPASSRLS, or is a member of {' or '.join(map(quote_ident, roles))}" if policies else "has BYPASSRLS"
    return Flag(
        f"{name} forces row level security, and {reason}: unless the role that migrates {unless}, this"
        f" {_does(operation)} no row at all, without an error, and the migration counts as done.",
        "Give the role that migrates a policy of its own, in a file before this one; the tenant is set:",
        f"CREATE POLICY migrations ON {name} TO CURRENT_USER\n    USING ({condition})\n    WITH CHECK ({condition});",
    )


def _without_setting(table: Table, operation: Operation, context: Context) -> Flag:
    name, setting = context.shown(table.name), context.settings.lint.tenant_setting
    takes_back = context.file.scope is Scope.TENANT
    if _fails(table):
        message = (
            f"{name} forces row level security, and its policies read {setting}, which this file"
            f" {'takes back' if takes_back else 'does not set'}: unless the role that migrates has BYPASSRLS, the"
            " statement fails."
        )
    else:
        does = f"takes {setting} back" if takes_back else f"does not set {setting}"
        message = (
            f"{name} forces row level security, and this file {does}: unless the role that migrates has BYPASSRLS, this"
            f" {_does(operation)} no row at all, without an error, and the migration counts as done."
        )
    if takes_back:
        sql = f"SET LOCAL {setting} = {{{{ tenant.id | literal }}}};"
        return Flag(message, "Leave alone what sqlmig has set, or set it again:", sql)
    return Flag(
        message,
        "Migrate as a role with BYPASSRLS; or, where the rows are few, let the owner see them, in one transaction,"
        f" which keeps everybody else away from {name}:",
        f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;\n{context.written}\n"
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
    )


def _does(operation: Operation) -> str:
    return {Update: "changes", Delete: "deletes", Merge: "merges", Insert: "copies"}[type(operation)]


def _permissive(table: Table, operation: Operation) -> list[Policy]:
    """The policies that can let the statement's rows pass."""
    wanted = {"all", _COMMANDS.get(type(operation), "update")}
    return [policy for policy in table.policies if policy.permissive and policy.command in wanted]


_COMMANDS: dict[type[Operation], str] = {Delete: "delete", Insert: "select"}


def _may_be_for_migration(policy: Policy, context: Context) -> bool:
    """Whether the role that migrates may be one of the policy's roles."""
    own = {PUBLIC, *_WHO_MIGRATES, context.settings.run_as.get(context.file.track, PUBLIC)}
    app_roles = context.settings.lint.app_roles
    return not own.isdisjoint(policy.roles) or bool(app_roles and set(policy.roles) - set(app_roles))


_WHO_MIGRATES = ("current_user", "current_role", "session_user")


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

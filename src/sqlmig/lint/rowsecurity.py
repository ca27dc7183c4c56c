"""What rules about row level security share: which tables it is for, which policies count, how one is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context, FileContext, Occurrence
from sqlmig.lint.functions import is_own_function
from sqlmig.lint.lookup import READABLE
from sqlmig.lint.settings import Settings
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import PUBLIC, Expression
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.expressions.settings import setting_reads
from sqlmig.sql.expressions.tenancy import compares_setting
from sqlmig.sql.expressions.values import columns
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import Rename, SetSchema
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.reads import as_written, mentions
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Policy, Table
from sqlmig.sql.schema.texts import type_text

# --- tables ---


def holds_tenants(table: Table, file: FileContext) -> bool:
    """Whether a table holds rows of several tenants: by the configuration, or because it has the tenant column."""
    if is_tenant_table(table, file):
        return True
    if table.temporary or file.settings.is_exempt(table.name) or table.name in file.tenant_lists:
        return False
    return table.column(file.settings.tenant_column) is not None


def is_protected(table: Table, file: FileContext) -> bool:
    """Whether row level security keeps a table's rows apart at the end of the file, or ought to."""
    if table.temporary or file.settings.is_exempt(table.name):
        return False
    return table.row_security or is_tenant_table(table, file)


def uses_row_security(file: FileContext) -> bool:
    """Whether the project counts on row level security anywhere."""
    return file.settings.row_level or any(table.row_security for table in file.end.tables.values())


def protected_behind(names: tuple[Name, ...], file: FileContext) -> tuple[Table, ...]:
    """The tables of `is_protected` among these relations, and behind the views among them."""
    found: dict[Name, Table] = {}
    seen: set[Name] = set()
    pending = list(names)
    while pending:
        name = pending.pop(0)
        if name in seen:
            continue
        seen.add(name)
        table, view = file.end.tables.get(name), file.end.views.get(name)
        if table is not None and is_protected(table, file):
            found[name] = table
        elif view is not None and not view.materialized:
            pending += view.reads or ()
    return tuple(found.values())


def name_at_end(name: Name, occurrence: Occurrence, file: FileContext) -> Name:
    """The full name that the table of an operation has at the end of the file, which may rename or move it."""
    current = occurrence.before.resolve(name)
    for later in file.running(Rename, SetSchema):
        match later.operation:
            case Rename() | SetSchema() as change if change.at < occurrence.operation.at or change.kind not in READABLE:
                continue
            case Rename(name=old, new=new) if later.before.resolve(old) == current:
                current = Name(current.schema, new)
            case SetSchema(name=old, schema=schema) if later.before.resolve(old) == current:
                current = Name(schema, current.name)
    return current


# --- policies ---


@dataclass(frozen=True, slots=True)
class Written:
    """A policy that a file creates or alters, as it is at the end of the file."""

    table: Table
    policy: Policy
    context: Context
    """Where it was written last."""

    @property
    def name(self) -> str:
        """`Policy own_rows of deals`."""
        return f"Policy {quote_ident(self.policy.name)} of {self.shown}"

    @property
    def shown(self) -> str:
        """The table, as the author would write it."""
        return self.context.shown(self.table.name)


def written_policies(file: FileContext) -> Iterator[Written]:
    """Each policy that the file creates or alters and leaves there; not those of temporary tables.

    None in a down file: what it brings back was there before, and is no finding of its own.
    """
    if is_down(file.file):
        return
    found: dict[tuple[Name, str], Occurrence] = {}
    for occurrence in file.running(CreatePolicy, AlterPolicy):
        operation = occurrence.operation
        assert isinstance(operation, CreatePolicy | AlterPolicy)  # noqa: S101  what running() was asked for
        found[name_at_end(operation.table, occurrence, file), operation.policy] = occurrence
    for (name, policy_name), occurrence in found.items():
        table = file.end.tables.get(name) or _unknown_table(name, file)
        policy = table.policy(policy_name) if table is not None else None
        if table is not None and policy is None:
            policy = _unknown_policy(occurrence.operation, table, file)
        if table is not None and policy is not None and not table.temporary:
            yield Written(table, policy, file.context(occurrence))


def _unknown_table(name: Name, file: FileContext) -> Table | None:
    """A table that no migration made, and none has changed but for its policies."""
    gone = (Kind.TABLE, name, None) in file.end.dropped or name in file.start.tables
    return None if gone else Table(name=name, complete=False, known_from_creation=False)


def _unknown_policy(operation: Operation, table: Table, file: FileContext) -> Policy | None:
    """A policy that no migration made, as far as ALTER POLICY says what it is: for which roles may not be known."""
    if table.known_from_creation or not isinstance(operation, AlterPolicy):
        return None
    if (Kind.POLICY, table.name, operation.policy) in file.end.dropped:
        return None
    roles = operation.roles or ()
    return Policy(name=operation.policy, roles=roles, using=operation.using, with_check=operation.with_check)


def binds_application(policy: Policy, settings: Settings) -> bool:
    """Whether a policy is for a role of the application: any role, as long as `lint.app_roles` does not name them."""
    app_roles = settings.lint.app_roles
    return not app_roles or PUBLIC in policy.roles or not set(app_roles).isdisjoint(policy.roles)


_COMMANDS = ("select", "insert", "update", "delete")


def commands_of(policy: Policy) -> tuple[str, ...]:
    """The commands that a policy is for."""
    return _COMMANDS if policy.command == "all" else (policy.command,)


def conditions(policy: Policy) -> dict[str, Expression]:
    """What a policy says: by `USING` for rows that are there, by `WITH CHECK` for rows that are written."""
    said = {"USING": policy.using, "WITH CHECK": policy.with_check}
    return {words: condition for words, condition in said.items() if condition is not None}


def is_guarded(policy: Policy, words: str, table: Table, keeps: Callable[[Expression, Policy], bool]) -> bool:
    """Whether rows that pass one condition of a permissive policy have to pass restrictive ones, too, that keep apart.

    Args:
        policy: the permissive policy.
        words: which of its conditions.
        table: its table, with the other policies.
        keeps: says of a condition of a restrictive policy whether it is good enough.
    """

    def guards(command: str, role: str) -> bool:
        for other in table.policies:
            condition = _condition(other, words)
            if (
                not other.permissive
                and condition is not None
                and command in commands_of(other)
                and not {role, PUBLIC}.isdisjoint(other.roles)
                and keeps(condition, other)
            ):
                return True
        return False

    commands = [command for command in commands_of(policy) if command in _COMMANDS_OF[words]]
    return all(guards(command, role) for command in commands for role in policy.roles or (PUBLIC,))


_COMMANDS_OF = {"USING": ("select", "update", "delete"), "WITH CHECK": ("insert", "update")}


def _condition(policy: Policy, words: str) -> Expression | None:
    """Without WITH CHECK, USING counts for rows that are written, too."""
    return policy.using if words == "USING" else policy.with_check or policy.using


# --- conditions ---


def keeps_to_tenant(condition: Expression, policy: Policy, state: SchemaState, settings: Settings) -> bool | None:
    """Whether a condition of a policy lets pass rows of the current tenant only; None when it cannot be told.

    A function that reads the tenant's setting returns the tenant, as far as this goes.
    """
    column = as_written(settings.tenant_column, policy.renames)
    if column is None:
        return False
    functions = settings.tenant_functions | _that_read_setting(condition, state, settings)
    return compares_setting(condition, column, settings.tenant_settings, functions)


def keeps_to_session(condition: Expression, policy: Policy, settings: Settings) -> bool | None:
    """Whether it would, if every setting that it reads and every function that it calls told the tenant.

    None when a function of the project's gets a column of the row, or a role decides: they may do as they like.
    """
    column = as_written(settings.tenant_column, policy.renames)
    if column is None:
        return False
    names = settings.tenant_settings | {read.setting for read in setting_reads(condition) if read.setting is not None}
    functions = settings.tenant_functions | frozenset(own_functions(condition))
    if compares_setting(condition, column, names, functions):
        return True
    gets_row = any(columns(one) for call in calls(condition) if is_own_function(call) for one in call.arguments)
    by_role = mentions(column, condition) and any(token.word in _SESSION_USERS for token in condition.tokens)
    return None if gets_row or by_role else False


_SESSION_USERS = frozenset({"current_user", "session_user", "current_role", "user", "system_user"})


def own_functions(condition: Expression) -> tuple[str, ...]:
    """The functions that it calls and that do not come with PostgreSQL, as they are written."""
    return tuple(dict.fromkeys(str(call.name) for call in calls(condition) if is_own_function(call)))


def _that_read_setting(condition: Expression, state: SchemaState, settings: Settings) -> frozenset[str]:
    return frozenset(
        str(call.name)
        for call in calls(condition)
        for routine in state.routine(call.name)
        for body in (routine.body or routine.sql_body,)
        if body is not None and any(setting in body.text for setting in settings.tenant_settings)
    )


# --- remedies ---


def tenant_condition(table: Table, settings: Settings) -> str:
    """The condition that a policy of a table should have, ready to paste; it casts to the type of the column."""
    column = table.column(settings.tenant_column)
    if settings.lint.tenant_type is not None or column is None or column.type is None:
        return settings.tenant_condition
    setting = quote_literal(settings.lint.tenant_setting)
    cast = type_text(column.type)
    return f"{quote_ident(settings.tenant_column)} = (SELECT nullif(current_setting({setting}, true), '')::{cast})"


def policy_statement(written: Written, said: dict[str, str], settings: Settings) -> str:
    """The statement that wrote a policy, with other conditions."""
    policy, operation = written.policy, written.context.occurrence.operation
    assert isinstance(operation, CreatePolicy | AlterPolicy)  # noqa: S101  what written_policies() looked for
    # In the place of the statement, where a table that the file renames still has its old name.
    table = written.context.shown(operation.table)
    if isinstance(operation, AlterPolicy):
        lines = "".join(f"\n    {words} ({condition})" for words, condition in said.items())
        return f"ALTER POLICY {quote_ident(policy.name)} ON {table}{lines};"
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    command = "" if policy.command == "all" else f" FOR {policy.command.upper()}"
    roles = to_roles(policy.roles if PUBLIC not in policy.roles else settings.lint.app_roles)
    lines = "".join(f"\n    {words} ({condition})" for words, condition in said.items())
    return f"CREATE POLICY {quote_ident(policy.name)} ON {table}{kind}{command}{roles}{lines};"


def tenant_policy(table: Table, shown: str, settings: Settings) -> str:
    """The policy that a table of tenants' rows should have."""
    condition = tenant_condition(table, settings)
    return (
        f"CREATE POLICY tenant_isolation ON {shown}{to_roles(settings.lint.app_roles)}\n"
        f"    USING ({condition})\n    WITH CHECK ({condition});"
    )


def to_roles(roles: tuple[str, ...]) -> str:
    """` TO app, reporting`; nothing for no roles."""
    return f" TO {', '.join(map(quote_ident, roles))}" if roles else ""


def of_roles(roles: Sequence[str]) -> str:
    """`app and reporting`; PUBLIC is everybody, and none means that they are not known."""
    if not roles:
        return "its roles"
    return listed(["every role" if role == PUBLIC else quote_ident(role) for role in roles])

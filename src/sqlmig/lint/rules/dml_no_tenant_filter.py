"""Writes to the rows of whichever tenant."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context, Runs
from sqlmig.lint.keys import mentions_behind_where, mixed_table, routine_around
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.tenantsetting import sets_tenant
from sqlmig.lint.values import Flag, Severity
from sqlmig.project.model import Scope
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.conditions import filters
from sqlmig.sql.expressions.queries import relations
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table

Change = Update | Delete | Merge | Insert


@rule(Update, Delete, Merge, Insert, inside=Inside.ALL)
def dml_no_tenant_filter(operation: Change, context: Context) -> Iterator[Flag]:
    """UPDATE, DELETE, MERGE or INSERT ... SELECT on a table with the rows of several tenants that does not compare the
    tenant column, where only one tenant's rows can be meant: in a tenant track, which runs once per tenant, and in
    functions that row level security does not hold back.

    Effect: in a tenant track each tenant's run changes the rows of all tenants. A function does the same for whoever
    calls it; with an id of another tenant, it changes that tenant's row.

    Instead: compare the tenant column with the tenant that the migration runs for, or that the session is set to.

    Unless: the migration of a shared track writes itself, for it may well mean all tenants; the function is SECURITY
    INVOKER and the table has row level security, or SECURITY DEFINER and the table forces it; the migration has set the
    tenant, and the table forces row level security; the table is made by the same migration; or, with `lint.tenancy:
    both`, it is in the tenant's own schema.
    """
    later = context.occurrence.runs is Runs.LATER
    if not later and context.file.scope is not Scope.TENANT:
        return
    unfiltered = _unfiltered(operation, context)
    if unfiltered is None or (not later and context.is_new(unfiltered.name)) or _is_held_back(unfiltered, context):
        return
    name, column = context.shown(unfiltered.name), quote_ident(context.settings.tenant_column)
    verb = {Update: "changes", Delete: "deletes", Merge: "merges into", Insert: "copies"}[type(operation)]
    if not later:
        yield Flag(
            f"Every tenant's run of this {verb} rows of all tenants in {name}: nothing compares {column}.",
            "Compare it with the tenant that the migration runs for, for instance:",
            f"{column} = {{{{ tenant.id | literal }}}}",
        )
        return
    routine = routine_around(context)
    definer = routine is not None and routine.security_definer
    called = f"{routine.name.name}()" if routine is not None else "The function"
    why = (
        "it runs with its owner's rights, whom the policies do not bind"
        if definer
        else f"row level security is off for {name}"
    )
    yield Flag(
        f"{called} {verb} rows of {name} whoever they belong to: nothing compares {column}, and {why}.",
        "Compare it with the session's tenant:",
        context.settings.tenant_condition,
        severity=Severity.ERROR if definer else Severity.WARNING,
    )


def _unfiltered(operation: Change, context: Context) -> Table | None:
    """The table whose rows are not told apart by tenant."""
    column = context.settings.tenant_column
    match operation:
        case Insert(source=source):
            if source is None or not operation.from_query or mentions_behind_where(source, column):
                return None
            read = (mixed_table(relation.name, context) for relation in relations(source) or ())
            return next((table for table in read if table is not None), None)
        case Merge(on=on, table=name):
            return _unless_filtered(name, on, operation.statement, context)
        case _:
            return (
                None
                if operation.current_of
                else _unless_filtered(operation.table, operation.where, operation.statement, context)
            )


def _unless_filtered(name: Name, condition: Expression | None, statement: Expression, context: Context) -> Table | None:
    column = context.settings.tenant_column
    table = mixed_table(name, context)
    if table is None or condition is None:
        return table
    compared = filters(condition, column)
    # What is not understood gets the benefit of the doubt where the column is mentioned at all.
    safe = compared is True or (compared is None and mentions_behind_where(statement, column))
    return None if safe else table


def _is_held_back(table: Table, context: Context) -> bool:
    """Whether row level security applies, so that only the session's tenant is changed."""
    if not table.row_security:
        return False
    if context.occurrence.runs is Runs.NOW:
        return table.forced_row_security and sets_tenant(context)
    routine = routine_around(context)
    return table.forced_row_security or (routine is not None and not routine.security_definer)

"""Copies of tenants' rows that nothing keeps apart."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.rowsecurity import protected_behind, tenant_condition, to_roles
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.expressions.queries import relations
from sqlmig.sql.operations.indexes import CreateMaterializedView
from sqlmig.sql.operations.tables import CreateTableAs, Persistence
from sqlmig.sql.schema.objects import View
from sqlmig.sql.schema.tables import Table


@file_rule(severity=Severity.WARNING)
def matview_tenant_data(file: FileContext) -> Iterator[Flag]:
    """A materialized view, or a table made by CREATE TABLE AS, of tables with row level security.

    Effect: it holds what its owner saw, perhaps of all tenants, and the policies of those tables do not reach it. A
    materialized view cannot have row level security of its own.

    Instead: let no role of the application read it but through a view that compares the tenant column; a table gets row
    level security itself.

    Unless: the table has row level security at the end of the migration, or is temporary.
    """
    for occurrence in file.running(CreateMaterializedView, CreateTableAs):
        operation, context = occurrence.operation, file.context(occurrence)
        if isinstance(operation, CreateMaterializedView):
            made: View | Table | None = file.end.views.get(occurrence.before.resolve_new(operation.view))
        elif isinstance(operation, CreateTableAs) and operation.persistence is not Persistence.TEMPORARY:
            made = file.end.tables.get(occurrence.before.resolve_new(operation.table))
        else:
            continue
        query = operation.query
        if made is None or file.settings.is_exempt(made.name) or (isinstance(made, Table) and _is_kept(made, file)):
            continue
        read = tuple(occurrence.before.resolve(relation.name) for relation in relations(query) or ())
        if tables := protected_behind(read, file):
            yield _flag(made, tables, context)


def _is_kept(table: Table, file: FileContext) -> bool:
    """Whether it has row level security, or rls-missing asks for it."""
    return table.row_security or is_tenant_table(table, file)


def _flag(made: View | Table, tables: tuple[Table, ...], context: Context) -> Flag:
    shown, settings = context.shown(made.name), context.settings
    column = settings.tenant_column
    columns = (made.columns or ()) if isinstance(made, View) else tuple(one.name for one in made.columns)
    instead = "Grant it to no role of the application, and let a function or a view hand out what is the tenant's."
    sql = ""
    if isinstance(made, View) and column in columns:
        view = f"{shown.removesuffix(chr(34))}_of_tenant" + ('"' if shown.endswith('"') else "")
        roles = settings.lint.app_roles
        instead = "Grant it to no role of the application; let this view hand out what is the tenant's:"
        sql = (
            f"CREATE VIEW {view} WITH (security_barrier = true) AS\n"
            f"    SELECT * FROM {shown} WHERE {tenant_condition(tables[0], settings)};"
        )
        if roles:
            sql += f"\nGRANT SELECT ON {view}{to_roles(roles)};"
    elif isinstance(made, Table) and column in columns:
        instead = "Enable and force row level security in the same migration:"
        sql = f"ALTER TABLE {shown} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
    names = listed([context.shown(table.name) for table in tables])
    return Flag(
        f"Whoever may read {shown} reads what its owner saw of {names}, perhaps the rows of all tenants: the policies"
        f" of {names} do not count there.",
        instead,
        sql,
        at=context.occurrence.operation.at,
    )

"""Tables on other servers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rowsecurity import uses_row_security
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.session import ImportForeignSchema
from sqlmig.sql.operations.tables import CreateTable


@rule(CreateTable, ImportForeignSchema, severity=Severity.WARNING, pack=Pack.STRICT)
def foreign_table(operation: CreateTable | ImportForeignSchema, context: Context) -> Iterator[Flag]:
    """CREATE FOREIGN TABLE and IMPORT FOREIGN SCHEMA, where row level security keeps tenants apart.

    Effect: foreign tables cannot have row level security. What the other server keeps back goes by the role of the user
    mapping, not by the tenant.

    Instead: grant them to no role of the application; let a view hand out what is the tenant's.

    Unless: no table has row level security, or the table is listed in `lint.exempt_tables`.
    """
    if not uses_row_security(context.whole):
        return
    if isinstance(operation, ImportForeignSchema):
        what = f"the foreign tables in schema {quote_ident(operation.into)}"
    elif operation.server is not None and not context.settings.is_exempt(context.before.resolve_new(operation.table)):
        what = context.shown(operation.table)
    else:
        return
    yield Flag(
        f"Whoever may read {what} reads all rows that the server {quote_ident(operation.server or '')} gives: foreign"
        " tables cannot have row level security.",
        "Grant them to no role of the application; let a view that compares the tenant column hand out the rows.",
    )

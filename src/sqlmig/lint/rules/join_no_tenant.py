"""Rows of different tenants that come together."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.keys import mixed_table
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.expressions.joins import joined_on
from sqlmig.sql.expressions.queries import Relation, relations
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update


@rule(Update, Delete, Insert, Merge, severity=Severity.WARNING, inside=Inside.ALL)
def join_no_tenant(operation: Update | Delete | Insert | Merge, context: Context) -> Iterator[Flag]:
    """UPDATE ... FROM, DELETE ... USING, MERGE or INSERT ... SELECT that brings together tables with rows of several
    tenants, and nowhere says that their tenant columns are equal.

    Effect: a row may get data of another tenant, or be deleted because of them, as soon as two tenants have the same
    value in what is compared.

    Instead: compare the tenant columns of all of them, too.

    Unless: the statement is not understood, so that it cannot be told; or, with `lint.tenancy: both`, the tables are in
    the tenant's own schema.
    """
    if not context.settings.row_level:
        return
    if isinstance(operation, Insert) and not operation.from_query:
        return
    statement, column = operation.statement, context.settings.tenant_column
    alias = None if isinstance(operation, Insert) else operation.alias
    written = Relation(name=operation.table, alias=alias, at=operation.table.at)
    tables = [each for each in (written, *(relations(statement) or ())) if mixed_table(each.name, context) is not None]
    # An INSERT gives each row the tenant that its query gives it; that of a single table is what it should be.
    if isinstance(operation, Insert):
        tables = [each for each in tables if each is not written]
    if len(tables) < 2 or joined_on(statement, column, tables) is not False:
        return
    first, second = (context.shown(each.name) for each in tables[:2])
    both = f"Rows of {first} and {second} come together here" if first != second else f"Rows of {first} are paired here"
    one, other = (quote_ident(each.called) for each in tables[:2])
    yield Flag(
        f"{both} whichever tenants they belong to: nothing says that {quote_ident(column)} is the same.",
        "Compare the tenant, too:",
        f"{one}.{quote_ident(column)} = {other}.{quote_ident(column)}",
    )

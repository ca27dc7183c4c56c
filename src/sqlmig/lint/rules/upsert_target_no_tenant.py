"""Upserts that reach another tenant's row."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.keys import mentions, mixed_table
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed_columns
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.rows import Insert
from sqlmig.sql.schema.tables import Table


@rule(Insert, severity=Severity.WARNING, inside=Inside.ALL)
def upsert_target_no_tenant(operation: Insert, context: Context) -> Iterator[Flag]:
    """ON CONFLICT ... DO UPDATE, on a table with the rows of several tenants, whose target is a key without the tenant
    column.

    Effect: where another tenant has that value already, its row is overwritten with the data of this one. With row
    level security the statement fails instead.

    Instead: a unique key that begins with the tenant column, and that key as the target.

    Unless: WHERE behind DO UPDATE compares the tenant column; the key is a uuid; the constraint that is named is not
    known; or, with `lint.tenancy: both`, the table is in the tenant's own schema.
    """
    conflict, table = operation.on_conflict, mixed_table(operation.table, context)
    if conflict is None or not conflict.updates or table is None:
        return
    column = context.settings.tenant_column
    constraint = table.constraint(conflict.constraint) if conflict.constraint is not None else None
    columns = constraint.columns if constraint is not None else conflict.columns
    if not columns or column in columns or _is_uuid(table, columns):
        return
    if conflict.where is not None and mentions(conflict.where, column):
        return
    otherwise = ", or fails where row level security forbids it" if table.row_security else ""
    name, target = context.shown(table.name), listed_columns(columns)
    yield Flag(
        f"Where another tenant has the same {target} in {name}, this overwrites that tenant's row{otherwise}.",
        f"Give {name} a unique key that begins with {quote_ident(column)}, and write:",
        f"ON CONFLICT ({quote_ident(column)}, {target})",
    )


def _is_uuid(table: Table, columns: tuple[str, ...]) -> bool:
    only = table.column(columns[0]) if len(columns) == 1 else None
    return only is not None and only.type is not None and only.type.builtin == "uuid"

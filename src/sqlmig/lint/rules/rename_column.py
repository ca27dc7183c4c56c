"""New names for columns."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, prepared_fail, renaming
from sqlmig.lint.context import Context
from sqlmig.lint.names import column_loses_name
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.tables import RenameColumn
from sqlmig.sql.schema.texts import type_text


@rule(RenameColumn)
def rename_column(operation: RenameColumn, context: Context) -> Iterator[Flag]:
    """RENAME COLUMN of a table or view that was there before this migration.

    Effect: code that knows the old name fails from that moment on, code that knows the new one fails before it. No
    moment is right to deploy the one in place of the other.

    Instead: add a column by the new name and write to both; copy the old values over in batches; move the readers; drop
    the old column in a migration that says `-- sqlmig: phase contract`. There a rename is an info.

    Unless: the table or the column is made by the same migration; or another column gets the old name, or a view by the
    table's old name serves the old code. A down file may give the old name back.
    """
    if not column_loses_name(operation, context):
        return
    table = context.before.table(operation.table)
    column = table.column(operation.name) if table is not None else None
    shown, old, new = context.shown(operation.table), quote_ident(operation.name), quote_ident(operation.new)
    known_type = type_text(column.type) if column is not None and column.type is not None else "<its type>"
    instead = (
        "Add the new column, write to both, copy the old values over in batches, move the readers, and drop the old one"
        " in a migration with `-- sqlmig: phase contract`:"
    )
    sql = f"ALTER TABLE {shown} ADD COLUMN {new} {known_type};"
    if operation.kind in (Kind.VIEW, Kind.MATERIALIZED_VIEW) or context.before.view(operation.table) is not None:
        instead = "Let the view have the column by both names, the new one at its end, until no code uses the old one."
        sql = ""
    was = f"{shown}.{old}"
    yield renaming(
        context,
        was,
        f"{shown}.{new}",
        instead,
        sql,
        where=everywhere(context, operation.table),
        then=prepared_fail(was),
    )

"""Other defaults."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_down, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import DropDefault, SetDefault
from sqlmig.sql.schema.texts import text_of


@rule(SetDefault, DropDefault, severity=Severity.WARNING, pack=Pack.STRICT)
def change_default(operation: SetDefault | DropDefault, context: Context) -> Iterator[Flag]:
    """SET DEFAULT or DROP DEFAULT of a column that was there before this migration.

    Effect: code that leaves the column out of its INSERT writes something else from that moment on; without a default
    it writes NULL, or fails where the column is NOT NULL. Rows that are there stay as they are.

    Instead: deploy code that writes the column itself, and change the default then.

    Unless: the table or the column is made by the same migration, or the default stays what it is. A down file may give
    the old default back.
    """
    table = context.before.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    if is_down(context.file) or is_spared(table, context, if_exists=operation.if_exists):
        return
    default = operation.default if isinstance(operation, SetDefault) else None
    if column is not None:
        same = column.known_from_creation and column.sequence is None and text_of(column.default) == text_of(default)
        if same or is_spared(column, context):
            return
    name = f"{context.shown(operation.table)}.{quote_ident(operation.column)}"
    if default is not None:
        effect = f"writes {default.text} there"
    elif column is not None and column.not_null:
        effect = "fails, because it is NOT NULL,"
    else:
        effect = "writes NULL there"
    yield Flag(
        f"An INSERT that leaves out {name} {effect} from now on{everywhere(context, operation.table)}.",
        "Deploy code that writes the column itself, and change the default then.",
    )

"""Generated columns that are stored."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import Generated
from sqlmig.sql.operations.tables import AddColumn


@rule(AddColumn)
def add_column_stored_generated(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN ... GENERATED ALWAYS AS (...) STORED, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table while it is written anew. Nobody can read or write it until that is
    done.

    Instead: a plain column that a trigger fills for new rows and batches fill for old ones; or a view that computes it.

    Unless: the table is made by the same migration.

    Since: from PostgreSQL 18 on, GENERATED ... VIRTUAL computes the value when it is read, and takes a moment to add.
    """
    if operation.column.generated is not Generated.STORED or context.is_new(operation.table):
        return
    table = context.shown(operation.table)
    virtual = context.postgres >= 18
    yield Flag(
        f"{table} is written anew to store this column, while nobody can read or write it.",
        "Compute it when it is read:"
        if virtual
        else "Fill a plain column by a trigger and in batches, or compute it in a view.",
        context.rewritten("STORED", "VIRTUAL") if virtual else "",
        severity=context.severity(),
    )

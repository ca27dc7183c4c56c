"""Tables emptied."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
from sqlmig.project.model import Scope
from sqlmig.sql.operations.rows import Truncate


@rule(Truncate, inside=Inside.ALL)
def truncate(operation: Truncate, context: Context) -> Iterator[Flag]:
    """TRUNCATE of a table that was there before this migration.

    Effect: all rows are gone, those of every tenant: row level security does not hold it back, and no trigger for
    deletes runs. It takes an ACCESS EXCLUSIVE lock. With CASCADE the tables that refer to it are emptied too.

    Instead: DELETE with a condition, in batches.

    Unless: the table is made by the same migration.
    """
    tables = [name for name in operation.tables if not context.is_new(name)]
    if not tables:
        return
    names = listed([context.shown(name) for name in tables])
    times = f" in each of {context.settings.lint.tenants} tenants" if context.file.scope is Scope.TENANT else ""
    yield Flag(
        f"All rows of {names} are gone{times}, whatever row level security says, and nobody can read or write there"
        " until the transaction ends.",
        "Delete what is to go, in batches:",
        f"DELETE FROM {context.shown(tables[0])} WHERE <the next 1000 keys>;",
    )

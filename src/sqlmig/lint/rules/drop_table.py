"""Tables that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_down, is_own, removal
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.tables import DropTable


@rule(DropTable)
def drop_table(operation: DropTable, context: Context) -> Iterator[Flag]:
    """DROP TABLE of a table that was there before this migration.

    Effect: its rows are gone for good, and code that still uses it fails.

    Instead: deploy code that no longer uses the table, and drop it then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the table is temporary, or made by the same migration (in a down file: by its up file).
    """
    table = context.before.table(operation.table)
    name, where = context.shown(operation.table), everywhere(context, operation.table)
    if table is None and (operation.if_exists or is_down(context.file)):
        if not is_down(context.file):
            yield Flag(
                f"No migration before this one makes {name}: where it exists all the same, its rows are gone for good.",
                "If there is no such table, take the statement out.",
                severity=Severity.WARNING,
            )
        return
    if table is not None and (table.temporary or is_own(table.made_by, context.file)):
        return
    if operation.foreign or (table is not None and table.foreign):
        message = f"Code that still uses {name} fails from now on{where}; the rows stay on their server."
        yield removal(context, message, f"DROP FOREIGN TABLE {name}", still=message)
        return
    gone = f"The rows of {name} are gone for good{where}"
    message = f"Code that still uses {name} fails from now on, and its rows are gone for good{where}."
    if context.before.resolve(operation.table) in context.end.tables:
        message = f"{gone}; the table that this migration makes by its name begins empty."
    still = f"{gone}: a rollback can bring back the table, but not what was in it."
    yield removal(context, message, f"DROP TABLE {name}", still=still)

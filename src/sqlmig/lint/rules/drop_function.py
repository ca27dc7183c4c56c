"""Functions and procedures that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, removal
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import ROUTINES
from sqlmig.lint.rule import rule
from sqlmig.lint.targets import missed
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.routines import DropRoutine


@rule(DropRoutine, severity=Severity.WARNING)
def drop_function(operation: DropRoutine, context: Context) -> Iterator[Flag]:
    """DROP FUNCTION, PROCEDURE, ROUTINE, AGGREGATE, and the migration makes none of that name again.

    Effect: code that calls it fails; so do functions whose bodies call it, which the server does not check.

    Instead: deploy code that no longer calls it, and drop it then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: it is made by the same migration (in a down file: by its up file), or returns `trigger`, so that only
    triggers can call it. With another signature of the same name left, replace-signature speaks.
    """
    dropped = missed(operation, context, *ROUTINES)
    if dropped is None or dropped.for_triggers:
        return
    where = everywhere(context)
    yield removal(
        context,
        f"Code that still calls {dropped.words} fails from now on{where}; function bodies are code too.",
        dropped.statement,
        still=f"Functions whose bodies call {dropped.words} fail when they run{where}: the server does not look there.",
    )

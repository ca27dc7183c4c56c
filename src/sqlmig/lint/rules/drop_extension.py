"""Extensions that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import removal
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.targets import missed
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import DropObject


@rule(DropObject, severity=Severity.WARNING)
def drop_extension(operation: DropObject, context: Context) -> Iterator[Flag]:
    """DROP EXTENSION of an extension that the migration does not make again.

    Effect: its types, functions and operators go, in the whole database; code that uses them fails.

    Instead: deploy code that no longer uses them, and drop it then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the extension is made by the same migration (in a down file: by its up file).
    """
    dropped = missed(operation, context, Kind.EXTENSION)
    if dropped is not None:
        goes = f"The types, functions and operators of {dropped.words} go, for everybody in this database"
        yield removal(context, f"{goes}: code that uses them fails from now on.", dropped.statement, still=f"{goes}.")

"""Types that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.targets import dropped_type
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import DropObject


@rule(DropObject, severity=Severity.WARNING)
def drop_type(operation: DropObject, context: Context) -> Iterator[Flag]:
    """DROP TYPE of a type that the migration does not make again.

    Effect: code that casts to it, or that looks it up as drivers do, fails. While a column has the type, the server
    refuses the statement.

    Instead: give the columns another type, deploy code that no longer names this one, and drop it then, in a migration
    of its own that says `-- sqlmig: phase contract`. There it is an info.

    Unless: the type is made by the same migration (in a down file: by its up file).
    """
    return dropped_type(operation, context, Kind.TYPE)

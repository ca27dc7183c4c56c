"""Sequences that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, removal
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.targets import missed
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import DropObject


@rule(DropObject, severity=Severity.WARNING)
def drop_sequence(operation: DropObject, context: Context) -> Iterator[Flag]:
    """DROP SEQUENCE of a sequence that the migration does not make again.

    Effect: code that takes numbers from it fails, and with it goes the last number that it gave.

    Instead: deploy code that no longer uses it, and drop it then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the sequence is made by the same migration (in a down file: by its up file), or temporary.
    """
    dropped = missed(operation, context, Kind.SEQUENCE)
    if dropped is not None:
        where = everywhere(context, operation.name)
        yield removal(
            context,
            f"Code that still takes numbers from {dropped.words} fails from now on{where}.",
            dropped.statement,
            still=f"The last number that {dropped.words} gave is lost{where}: made again, it starts anew.",
        )

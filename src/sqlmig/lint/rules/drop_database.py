"""Databases that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import DropObject


@rule(DropObject)
def drop_database(operation: DropObject, context: Context) -> Iterator[Flag]:
    """DROP DATABASE.

    Effect: everything in it is gone for good, and no rollback brings it back.

    Instead: leave it to whoever makes and keeps databases; a migration changes what is in one.
    """
    if operation.kind is Kind.DATABASE:
        yield Flag(
            f"All that is in database {operation.name} is gone for good, and no rollback brings it back.",
            "Leave it to those who make the databases: a migration changes what is inside of one.",
        )

"""Too much for one review and one rollback."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.project.directives import FileKind
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update


@file_rule(severity=Severity.WARNING)
def mixed_scope(file: FileContext) -> Iterator[Flag]:
    """A file of more statements than `lint.max_statements`, some of which change the rows of existing tables.

    Effect: nobody reviews it as a whole, and it can only be rolled back as a whole, with all its locks held to the end.

    Instead: one migration for the schema, and one for the rows.
    """
    statements = file.file.statements
    if len(statements) <= file.settings.lint.max_statements or file.file.kind is not FileKind.UP:
        return
    for occurrence in file.running(Insert, Update, Delete, Merge):
        operation = occurrence.operation
        assert isinstance(operation, Insert | Update | Delete | Merge)  # noqa: S101  what running() was asked for
        if not file.context(occurrence).is_new(operation.table):
            yield Flag(
                f"One of {len(statements)} statements, {file.settings.lint.max_statements} are allowed: it changes rows"
                " in a migration that changes much of the schema.",
                "Put the changes of rows into a migration of their own.",
                at=operation.at,
            )
            return

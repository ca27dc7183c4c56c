"""Tables without a comment."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import new_tables
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import CommentOn


@file_rule(severity=Severity.INFO, pack=Pack.STYLE)
def missing_comment(file: FileContext) -> Iterator[Flag]:
    """A new table without COMMENT ON TABLE in its migration.

    Effect: who meets the table in the database, in psql or in a diagram, is not told what one of its rows is.

    Instead: COMMENT ON TABLE, which is kept with the table.
    """
    told = {
        occurrence.before.resolve(operation.name)
        for occurrence in file.running(CommentOn)
        if isinstance(operation := occurrence.operation, CommentOn)
        and operation.kind is Kind.TABLE
        and operation.name is not None
        and operation.text
    }
    for table, created in new_tables(file):
        if table.name not in told:
            name = created.shown(table.name)
            yield Flag(
                f"Nothing in the database says what a row of {name} is.",
                "Add to this migration:",
                f"COMMENT ON TABLE {name} IS 'One row for each ...';",
                at=created.occurrence.operation.at,
            )

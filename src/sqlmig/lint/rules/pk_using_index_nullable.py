"""Primary keys over columns that may hold NULL."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import not_null_in_steps
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import Unique
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import AddConstraint
from sqlmig.sql.reader import Name


@rule(AddConstraint, severity=Severity.WARNING)
def pk_using_index_nullable(operation: AddConstraint, context: Context) -> Iterator[Flag]:
    """ADD PRIMARY KEY USING INDEX over columns that are not known to be NOT NULL.

    Effect: PostgreSQL sets them NOT NULL first, and looks at every row for that under an ACCESS EXCLUSIVE lock: nobody
    can read or write the table, although the index is there.

    Instead: set the columns NOT NULL before, without a long lock (see set-not-null).

    Unless: the table is made by the same migration.
    """
    constraint = operation.constraint
    if not isinstance(constraint, Unique) or not constraint.primary or constraint.using_index is None:
        return
    table = context.before.table(operation.table)
    schema = context.before.resolve(operation.table).schema
    index = context.before.index(Name(schema, constraint.using_index))
    if context.is_new(operation.table):
        return
    shown = context.shown(operation.table)
    if table is None or index is None:
        yield Flag(
            f"If a column of {constraint.using_index} may hold NULL, every row of {shown} is looked at while nobody can"
            " read or write it. No migration here says whether it may.",
            "Make sure that its columns are NOT NULL.",
        )
        return
    for column in index.columns:
        if column is not None and not table.proves_not_null(column):
            yield Flag(
                f"{shown}.{quote_ident(column)} may hold NULL as far as the migrations say: while every row is looked"
                f" at, nobody can read or write {shown}.",
                "Set it NOT NULL first, in migrations that leave the table in use:",
                not_null_in_steps(context, operation.table, column),
                severity=context.severity(),
            )

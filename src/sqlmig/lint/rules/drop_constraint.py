"""Constraints that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.targets import target
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.definitions import Check, Exclude, ForeignKey, NotNull, Unique
from sqlmig.sql.expressions.not_null import proves_not_null
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import DropConstraint
from sqlmig.sql.schema.tables import Table, TableConstraint
from sqlmig.sql.schema.texts import text_of


@rule(DropConstraint, severity=Severity.WARNING, pack=Pack.STRICT)
def drop_constraint(operation: DropConstraint, context: Context) -> Iterator[Flag]:
    """DROP CONSTRAINT of a constraint that was there before this migration and has no successor.

    Effect: nothing keeps rows from breaking it any more, which code may count on. Without a unique constraint an
    INSERT ... ON CONFLICT on its columns fails.

    Instead: deploy code that does without it, and drop it then.

    Unless: the table or the constraint is made by the same migration (in a down file: by its up file); or the table has
    in the end one of the same name, or one that says the same; or it is a CHECK that a column's NOT NULL replaces.
    """
    dropped = target(operation, context)
    if is_spared(dropped.found, context, if_exists=dropped.if_exists):
        return
    known = dropped.found if isinstance(dropped.found, TableConstraint) else None
    table = context.before.table(operation.table)
    after = context.end.tables.get(context.before.resolve(operation.table))
    if table is not None and (after is None or after.constraint(operation.name)):
        return
    if known is not None and after is not None and _has_successor(known, after):
        return
    shown, name = context.shown(operation.table), quote_ident(operation.name)
    yield Flag(
        f"{_what_may_be(known, shown, name)}{everywhere(context, operation.table)}.",
        "Deploy code that does without it, and drop it then.",
    )


def _has_successor(constraint: TableConstraint, table: Table) -> bool:
    plain = _said(constraint)
    if any(_said(other) == plain for other in table.constraints):
        return True
    if not isinstance(constraint.definition, Check):
        return False
    required = proves_not_null(constraint.definition.expression)
    return bool(required) and all(table.not_null(column) for column in required or ())


def _said(constraint: TableConstraint) -> str:
    """What a constraint says, without its name and whether rows that are there have been checked."""
    definition = constraint.definition.replaced(name=None)
    return text_of(definition.replaced(not_valid=False) if hasattr(definition, "not_valid") else definition)


def _what_may_be(constraint: TableConstraint | None, table: str, name: str) -> str:
    rows = f"Without constraint {name} rows of {table} may"
    match constraint.definition if constraint is not None else None:
        case Unique(columns=columns):
            names = ", ".join(map(quote_ident, columns))
            return f"{rows} have the same {names}, and INSERT ... ON CONFLICT ({names}) fails"
        case ForeignKey(references=other):
            return f"{rows} refer to rows of {quote_ident(other.name)} that are not there"
        case Exclude():
            return f"{rows} conflict, and INSERT ... ON CONFLICT ON CONSTRAINT {name} fails"
        case Check(expression=expression):
            return f"{rows} break ({expression.text})"
        case NotNull(column=column):
            return f"{rows} have NULL in {quote_ident(column)}"
        case _:
            return f"What constraint {name} keeps from {table}, which the migrations do not show, may be written"

"""Names that code may use, and that a migration takes away."""

from __future__ import annotations

from sqlmig.lint.breaking import is_down, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import READABLE, RELATIONS, find, full_name
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import Rename, SetSchema
from sqlmig.sql.operations.tables import RenameColumn
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Index, Table


def column_loses_name(operation: RenameColumn, context: Context) -> bool:
    """Whether a column that others may use is not to be found by its name any more.

    Another column by its name takes its place, and a view that has the table's name in the end is there to serve the
    code that knows the column by its old name.
    """
    relation = context.before.relation(operation.table)
    if is_down(context.file) or is_spared(relation, context, if_exists=operation.if_exists):
        return False
    if isinstance(relation, Table):
        column, after = relation.column(operation.name), context.end.tables.get(relation.name)
        behind_view = relation.name in context.end.views and _is_there(relation.name, context)
        made_again = after is not None and after.column(operation.name) is not None and context.file.transaction
        return not (behind_view or made_again) and (column is None or not is_spared(column, context))
    return True


def loses_name(operation: Rename | SetSchema, context: Context) -> bool:
    """Whether an object that others may use is not to be found by its name any more."""
    kind, name = operation.kind, operation.name
    if isinstance(operation, Rename) and kind is Kind.COLUMN:
        # An attribute: it is its type that is somebody's own.
        kind, name = Kind.TYPE, operation.table or name
    found = find(kind, name, context.before)
    # ALTER TABLE renames indexes and sequences, too.
    wrong = kind in READABLE and isinstance(found, Index)
    if wrong or is_down(context.file) or is_spared(found, context, if_exists=operation.if_exists):
        return False
    if kind in RELATIONS:
        return not _is_there(full_name(kind, name, context.before), context)
    # The type of an attribute, and an extension whose objects move, keep their names.
    return (
        operation.kind in (Kind.COLUMN, Kind.EXTENSION)
        or find(kind, full_name(kind, name, context.before), context.end) is None
    )


def _is_there(name: Name, context: Context) -> bool:
    """Whether something has a name at the end of the transaction; without one it was gone for a moment."""
    return context.file.transaction and context.end.relation(name) is not None

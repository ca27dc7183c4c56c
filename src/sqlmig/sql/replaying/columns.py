"""Columns: ADD, DROP, RENAME, ALTER COLUMN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.tables import (
    AddColumn,
    AddIdentity,
    AlterColumn,
    AlterColumnType,
    DropColumn,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    RenameColumn,
    SetDefault,
    SetExpression,
    SetIdentity,
    SetNotNull,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying import constraints, removal
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.replaying.indexes import renamed_element, with_renamed_column
from sqlmig.sql.replaying.making import (
    family,
    make_column,
    make_not_null,
    make_sequence,
    not_null_names,
    with_column,
)
from sqlmig.sql.schema.reads import renamed
from sqlmig.sql.schema.tables import Table, TableColumn


def add_column(draft: Draft, operation: AddColumn) -> None:
    """ADD COLUMN, to the partitions and heirs too."""
    column = operation.column
    tables = family(draft, operation)
    if not tables or (operation.if_not_exists and tables[0].column(column.name) is not None):
        return
    made = make_column(draft, tables[0].name, column, not_null_names(tables[0]))
    for position, table in enumerate(tables):
        if position == 0 or table.column(column.name) is None:
            draft.put_table(with_column(table, made))
    constraints.add_in_order(draft, tables[0].name, column.constraints)


def drop_column(draft: Draft, operation: DropColumn) -> None:
    """DROP COLUMN, with the indexes, constraints and sequences that cannot be without it."""
    for table in family(draft, operation):
        removal.drop_column(draft, table, operation.column, cascade=operation.cascade)


def rename_column(draft: Draft, operation: RenameColumn) -> None:
    """RENAME COLUMN, in keys, indexes and triggers too. Expressions keep the old name, and are marked."""
    name, new = operation.name, operation.new
    view = draft.state.view(operation.table)
    if view is not None:
        if view.columns is not None:
            draft.put_view(view.replaced(columns=_with_new(view.columns, name, new)))
        _rename_in_indexes(draft, view.name, name, new)
        return
    for table in family(draft, operation):
        column = table.column(name)
        if column is None and table.complete:
            continue
        old = column or TableColumn(name=name, known_from_creation=False)
        draft.put_table(_with_renamed(with_column(table, old.replaced(name=new), instead_of=name), name, new))
        if column is None:
            draft.drop(Kind.COLUMN, table.name, name)
        _rename_in_indexes(draft, table.name, name, new)
        constraints.rename_referenced(draft, table.name, name, new)
        for sequence in removal.owned_sequences(draft, table.name, name):
            owned = draft.state.sequences[sequence]
            draft.put_sequence(owned.replaced(owned_by=(table.name, new)))


def _rename_in_indexes(draft: Draft, relation: Name, name: str, new: str) -> None:
    for index in draft.state.indexes_on(relation):
        draft.put_index(with_renamed_column(index, name, new))


def _with_renamed(table: Table, name: str, new: str) -> Table:
    hypertable = table.hypertable
    if hypertable is not None:
        hypertable = hypertable.replaced(
            time_column=new if hypertable.time_column == name else hypertable.time_column,
            segment_by=_with_new(hypertable.segment_by, name, new),
        )
    partition_by = table.partition_by
    if partition_by is not None:
        partition_by = partition_by.replaced(keys=tuple(renamed_element(key, name, new) for key in partition_by.keys))
    return table.replaced(
        constraints=tuple(constraints.with_renamed_column(constraint, name, new) for constraint in table.constraints),
        columns=tuple(
            column.replaced(renames=renamed(column.renames, name, new, column.expression))
            if column.expression is not None
            else column
            for column in table.columns
        ),
        policies=tuple(
            policy.replaced(renames=renamed(policy.renames, name, new, policy.using, policy.with_check))
            for policy in table.policies
        ),
        triggers=tuple(
            trigger.replaced(update_columns=_with_new(trigger.update_columns, name, new)) for trigger in table.triggers
        ),
        partition_by=partition_by,
        hypertable=hypertable,
    )


def _with_new(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in names)


# --- ALTER COLUMN ---


def _each(draft: Draft, operation: AlterColumn, change: Callable[[TableColumn], TableColumn]) -> None:
    """Change a column of a table, and of its partitions and heirs."""
    for table in family(draft, operation):
        column = table.column(operation.column)
        if column is None and table.complete:
            continue
        old = column or TableColumn(name=operation.column, known_from_creation=False)
        draft.put_table(with_column(table, change(old)))


def set_not_null(draft: Draft, operation: SetNotNull) -> None:
    """SET NOT NULL."""
    make_not_null(draft, family(draft, operation), [operation.column])


def drop_not_null(draft: Draft, operation: DropNotNull) -> None:
    """DROP NOT NULL."""
    _each(draft, operation, lambda column: column.replaced(not_null=False, not_null_name=None))


def set_default(draft: Draft, operation: SetDefault) -> None:
    """SET DEFAULT."""
    view = draft.state.view(operation.table)
    if view is None:
        _each(draft, operation, lambda column: _without_serial(column).replaced(default=operation.default))


def drop_default(draft: Draft, operation: DropDefault) -> None:
    """DROP DEFAULT; of a serial column the sequence stays."""
    view = draft.state.view(operation.table)
    if view is None:
        _each(draft, operation, lambda column: _without_serial(column).replaced(default=None))


def _without_serial(column: TableColumn) -> TableColumn:
    """A serial column's default is its sequence: another default, or none, parts them."""
    return column if column.identity is not None else column.replaced(sequence=None)


def alter_type(draft: Draft, operation: AlterColumnType) -> None:
    """TYPE; the collation is that of the new type, unless one is written."""
    type_name = draft.state.known_type(operation.type)
    _each(draft, operation, lambda column: column.replaced(type=type_name, collation=operation.collation))
    if type_name is not None and type_name.schema not in (None, "pg_catalog"):
        for table in family(draft, operation):
            draft.depends(table.name, Name(type_name.schema, type_name.name))


def set_expression(draft: Draft, operation: SetExpression) -> None:
    """SET EXPRESSION."""
    _each(draft, operation, lambda column: column.replaced(expression=operation.expression))


def drop_expression(draft: Draft, operation: DropExpression) -> None:
    """DROP EXPRESSION: the column becomes a plain one."""
    _each(draft, operation, lambda column: column.replaced(generated=None, expression=None))


def add_identity(draft: Draft, operation: AddIdentity) -> None:
    """ADD GENERATED ... AS IDENTITY."""
    tables = family(draft, operation)
    if not tables:
        return
    sequence = make_sequence(draft, tables[0].name, operation.column, identity=True)
    identity = operation.identity
    _each(draft, operation, lambda column: column.replaced(identity=identity, sequence=sequence))


def set_identity(draft: Draft, operation: SetIdentity) -> None:
    """SET GENERATED."""
    identity = operation.identity
    if identity is not None:
        _each(draft, operation, lambda column: column.replaced(identity=identity))


def drop_identity(draft: Draft, operation: DropIdentity) -> None:
    """DROP IDENTITY, with its sequence."""

    def change(column: TableColumn) -> TableColumn:
        if column.identity is not None and column.sequence is not None:
            draft.take("sequences", column.sequence)
        return column.replaced(identity=None, sequence=None)

    _each(draft, operation, change)


HANDLERS: Final[dict[type, Handler]] = {
    AddColumn: add_column,
    DropColumn: drop_column,
    RenameColumn: rename_column,
    SetNotNull: set_not_null,
    DropNotNull: drop_not_null,
    SetDefault: set_default,
    DropDefault: drop_default,
    AlterColumnType: alter_type,
    SetExpression: set_expression,
    DropExpression: drop_expression,
    AddIdentity: add_identity,
    SetIdentity: set_identity,
    DropIdentity: drop_identity,
}

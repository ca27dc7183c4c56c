"""Partitions and heirs: what they have from their parent, ATTACH, DETACH, INHERIT."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Check, ForeignKey
from sqlmig.sql.operations.tables import AttachPartition, DetachPartition, SetInheritance
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying import constraints, indexes
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.naming import joined_columns
from sqlmig.sql.schema.reads import same_text
from sqlmig.sql.schema.tables import Table, TableConstraint


def give_checks(draft: Draft, parent: Name, child: Name) -> None:
    """Give a new table the checks of its parent; it has no rows that could break one."""
    above = draft.state.tables.get(parent)
    for constraint in above.checks if above is not None else ():
        definition = constraint.definition
        if isinstance(definition, Check) and not definition.no_inherit:
            constraints.put(draft, child, definition, inherited=True)


def give_parts(draft: Draft, parent: Name, partition: Name) -> None:
    """Give a partition its parts of the parent's indexes, foreign keys and row triggers."""
    above = draft.state.tables.get(parent)
    if above is None:
        return
    for index in draft.state.indexes_on(parent):
        indexes.give(draft, index, draft.state.tables[partition])
    for constraint in above.foreign_keys:
        _give_foreign_key(draft, constraint, partition)
    own = draft.state.tables[partition]
    triggers = tuple(
        trigger.replaced(inherited=True, made_by=draft.origin)
        for trigger in above.triggers
        if trigger.for_each_row and own.trigger(trigger.name) is None
    )
    for trigger in triggers:
        draft.depends(partition, trigger.function)
    draft.put_table(own.replaced(triggers=(*own.triggers, *triggers)))
    for below in draft.state.partitions_of(partition):
        give_parts(draft, partition, below.name)


def _give_foreign_key(draft: Draft, constraint: TableConstraint, partition: Name) -> None:
    """Give a partition a foreign key, unless it has one like it already."""
    own = draft.state.tables[partition]
    definition = constraint.definition
    if not isinstance(definition, ForeignKey):
        return
    same = next((found for found in own.foreign_keys if _is_same_key(found, definition)), None)
    if same is not None:
        constraints.change(draft, own, same.name, inherited=True)
        return
    name = constraint.name
    if own.constraint(name) is not None:
        name = draft.constraint_name(partition, joined_columns(definition.columns), "fkey")
    constraints.put(draft, partition, definition.replaced(name=name), inherited=True, valid=constraint.valid)
    draft.depends(partition, definition.references)


def _is_same_key(own: TableConstraint, definition: ForeignKey) -> bool:
    return own.definition.replaced(name=None, not_valid=False) == definition.replaced(name=None, not_valid=False)


def is_circular(draft: Draft, parent: Name, child: Name) -> bool:
    """Whether a table would be its own ancestor, which PostgreSQL refuses."""
    return parent == child or any(below.name == parent for below in draft.state.descendants_of(child))


def attach(draft: Draft, operation: AttachPartition) -> None:
    """ATTACH PARTITION, of a table or of an index."""
    parent_index = draft.state.index(operation.table)
    if parent_index is not None:
        index = draft.state.index(operation.partition)
        if index is not None:
            indexes.attach(draft, parent_index, index)
        return
    parent = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    partition = draft.table_to_alter(operation.partition)
    if parent is None or partition is None or is_circular(draft, parent.name, partition.name):
        return
    draft.put_table(parent)
    partition = _with_inherited_checks(_with_identities(partition, parent), parent, inherited=True)
    draft.put_table(partition.replaced(partition_of=parent.name, bound=operation.bound))
    draft.depends(partition.name, parent.name)
    give_parts(draft, parent.name, partition.name)


def _with_identities(partition: Table, parent: Table) -> Table:
    """The partition with the identity columns of its parent, as it is from PostgreSQL 17 on."""
    above = {column.name: column for column in parent.columns if column.identity is not None}
    columns = (
        column.replaced(identity=above[column.name].identity, sequence=above[column.name].sequence)
        if column.name in above
        else column
        for column in partition.columns
    )
    return partition.replaced(columns=tuple(columns))


def _with_inherited_checks(table: Table, parent: Table, *, inherited: bool) -> Table:
    """The table with those checks marked that its parent has too."""
    marked = tuple(
        constraint.replaced(inherited=inherited) if _is_same_check(constraint, parent) else constraint
        for constraint in table.constraints
    )
    return table.replaced(constraints=marked)


def _is_same_check(constraint: TableConstraint, parent: Table) -> bool:
    above = parent.constraint(constraint.name)
    own, other = constraint.definition, above.definition if above is not None else None
    return isinstance(own, Check) and isinstance(other, Check) and same_text(own.expression, other.expression)


def detach(draft: Draft, operation: DetachPartition) -> None:
    """DETACH PARTITION: its indexes and constraints stay, and are its own; the parent's triggers go."""
    partition = draft.table_to_alter(operation.partition)
    if partition is None:
        return
    columns = tuple(
        column.replaced(identity=None, sequence=None) if column.identity is not None else column
        for column in partition.columns
    )
    draft.put_table(
        partition.replaced(
            columns=columns,
            constraints=tuple(constraint.replaced(inherited=False) for constraint in partition.constraints),
            triggers=tuple(trigger for trigger in partition.triggers if not trigger.inherited),
            partition_of=None,
            bound=None,
        )
    )
    for index in draft.state.indexes_on(partition.name):
        if index.parent is not None:
            draft.put_index(index.replaced(parent=None))


def set_inheritance(draft: Draft, operation: SetInheritance) -> None:
    """INHERIT, NO INHERIT."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is None:
        return
    name = draft.state.resolve(operation.parent)
    parent = draft.state.tables.get(name)
    inherits = tuple(other for other in table.inherits if other != name)
    if operation.inherit and not is_circular(draft, name, table.name):
        inherits = (*inherits, name)
        draft.depends(table.name, name)
    if parent is not None:
        table = _with_inherited_checks(table, parent, inherited=operation.inherit)
    draft.put_table(table.replaced(inherits=inherits))


HANDLERS: Final[dict[type, Handler]] = {
    AttachPartition: attach,
    DetachPartition: detach,
    SetInheritance: set_inheritance,
}

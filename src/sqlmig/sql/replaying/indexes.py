"""Indexes: made by CREATE INDEX, by a constraint, or for a partition; attached, dropped."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Expression, IndexElement, Option, Unique
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import CreateIndex, DropIndex
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.replaying import removal
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.naming import index_column_names, joined_columns
from sqlmig.sql.schema.reads import Renames, renamed, same_text
from sqlmig.sql.schema.tables import Index, Table, TableConstraint


class Shape(Record):
    """What an index is, but for its name and its table."""

    elements: tuple[IndexElement, ...]
    label: str = "idx"
    """How its name ends when PostgreSQL chooses it: idx, key, pkey, excl."""
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    where: Expression | None = None
    options: tuple[Option, ...] = ()
    renames: Renames = ()
    own_names: tuple[str, ...] = ()
    """The names of its columns, when it is made after another index."""

    @property
    def constraint(self) -> bool:
        """Whether it serves a constraint."""
        return self.label != "idx"


def shape_of(constraint: Unique) -> Shape:
    """The index of UNIQUE or PRIMARY KEY."""
    return Shape(
        elements=tuple(IndexElement(column=column) for column in constraint.columns),
        label="pkey" if constraint.primary else "key",
        unique=True,
        method="gist" if constraint.without_overlaps else "btree",
        include=constraint.include,
        nulls_not_distinct=constraint.nulls_not_distinct,
    )


def shape_like(index: Index) -> Shape:
    """The shape of an index that is made after another one."""
    label = "idx"
    if index.constraint is not None:
        label = "pkey" if index.primary else "key" if index.unique else "excl"
    return Shape(
        elements=index.elements,
        label=label,
        unique=index.unique,
        method=index.method,
        include=index.include,
        nulls_not_distinct=index.nulls_not_distinct,
        where=index.where,
        options=index.options,
        renames=index.renames,
        own_names=index.own_names,
    )


def make(
    draft: Draft, table: Name, shape: Shape, *, name: str | None = None, only: bool = False, parent: Name | None = None
) -> Index:
    """Make an index of one table, and its name if it has none."""
    own_names = shape.own_names or tuple(index_column_names(shape.elements, shape.include))
    index = Index(
        name=Name(table.schema, name) if name is not None else _chosen_name(draft, table, shape.label, own_names),
        table=table,
        elements=shape.elements,
        unique=shape.unique,
        primary=shape.label == "pkey",
        method=shape.method,
        include=shape.include,
        nulls_not_distinct=shape.nulls_not_distinct,
        where=shape.where,
        options=shape.options,
        renames=shape.renames,
        own_names=own_names,
        parent=parent,
        valid=not only or not _is_partitioned(draft, table),
        made_by=draft.origin,
    )
    if shape.constraint:
        index = index.replaced(constraint=index.name.name)
    draft.put_index(index)
    if parent is not None:
        draft.depends(index.name, parent)
    return index


def _chosen_name(draft: Draft, table: Name, label: str, own_names: tuple[str, ...]) -> Name:
    """The name that PostgreSQL chooses (ChooseIndexName)."""
    if label == "pkey":
        return draft.index_name(table, None, label)
    second = joined_columns(own_names)
    if label == "idx":
        return draft.relation_name(table.schema, table.name, second, label)
    return draft.index_name(table, second, label)


def _is_partitioned(draft: Draft, table: Name) -> bool:
    found = draft.state.tables.get(table)
    return found is not None and found.partition_by is not None


# --- partitions ---


def spread(draft: Draft, index: Index) -> None:
    """Give every partition its part of an index: one that it has and that fits, else a new one."""
    for partition in draft.state.partitions_of(index.table):
        give(draft, index, partition)


def give(draft: Draft, index: Index, partition: Table) -> None:
    """Give one partition its part of an index, and its own partitions theirs."""
    fitting = next((own for own in draft.state.indexes_on(partition.name) if _fits(own, index)), None)
    if fitting is not None:
        attach(draft, index, fitting)
        return
    made = make(draft, partition.name, shape_like(index), parent=index.name)
    if index.constraint is not None:
        _copy_constraint(draft, index, made)
    spread(draft, made)


def _copy_constraint(draft: Draft, index: Index, made: Index) -> None:
    parent, partition = draft.state.tables[index.table], draft.state.tables[made.table]
    source = next((found for found in parent.constraints if found.name == index.constraint), None)
    definition = (
        source.definition
        if source is not None
        else Unique(primary=index.primary, columns=tuple(filter(None, index.columns)), include=index.include)
    )
    copy = TableConstraint(
        name=made.name.name,
        definition=definition.replaced(name=made.name.name),
        inherited=True,
        made_by=draft.origin,
    )
    draft.put_table(partition.replaced(constraints=(*partition.constraints, copy)))
    draft.has_constraint(partition.name, copy.name)


def _fits(own: Index, index: Index) -> bool:
    return (
        own.parent is None
        and own.valid
        and own.unique == index.unique
        and own.method == index.method
        and own.elements == index.elements
        and own.nulls_not_distinct == index.nulls_not_distinct
        and same_text(own.where, index.where)
        and (index.constraint is None or own.constraint is not None)
    )


def attach(draft: Draft, parent: Index, index: Index) -> None:
    """Make an index the part of a partitioned table's index; that is valid when every partition has its part."""
    draft.put_index(index.replaced(parent=parent.name))
    draft.depends(index.name, parent.name)
    partitions = {partition.name for partition in draft.state.partitions_of(parent.table)}
    attached = {
        child.table
        for name in draft.state.dependents.get(parent.name, ())
        if (child := draft.state.indexes.get(name)) is not None and child.parent == parent.name and child.valid
    }
    if partitions <= attached and not parent.valid:
        valid = parent.replaced(valid=True)
        draft.put_index(valid)
        grandparent = draft.state.indexes.get(valid.parent) if valid.parent is not None else None
        if grandparent is not None:
            attach(draft, grandparent, valid)


# --- statements ---


def create_index(draft: Draft, operation: CreateIndex) -> None:
    """CREATE INDEX; with CONCURRENTLY it is taken to end well."""
    table = draft.state.resolve(operation.table)
    if operation.name is not None and operation.if_not_exists:
        name = Name(table.schema, operation.name)
        if draft.state.relation(name) is not None:
            return
    shape = Shape(
        elements=operation.elements,
        unique=operation.unique,
        method=operation.method or "btree",
        include=operation.include,
        nulls_not_distinct=operation.nulls_not_distinct,
        where=operation.where,
        options=operation.options,
    )
    index = make(draft, table, shape, name=operation.name, only=operation.only)
    if not operation.only:
        spread(draft, index)


def drop_index(draft: Draft, operation: DropIndex) -> None:
    """DROP INDEX, with its parts in the partitions."""
    name = draft.state.resolve(operation.index)
    removal.drop_index(draft, name)
    draft.drop(Kind.INDEX, name)


# --- when a column is renamed ---


def with_renamed_column(index: Index, name: str, new: str) -> Index:
    """An index after the renaming of a column of its table."""
    inside = (index.where, *(element.expression for element in index.elements))
    return index.replaced(
        elements=tuple(renamed_element(element, name, new) for element in index.elements),
        include=tuple(new if column == name else column for column in index.include),
        renames=renamed(index.renames, name, new, *inside),
    )


def renamed_element(element: IndexElement, name: str, new: str) -> IndexElement:
    """An element of an index or a partition key after a column's renaming."""
    return element.replaced(column=new) if element.column == name else element


HANDLERS: Final[dict[type, Handler]] = {CreateIndex: create_index, DropIndex: drop_index}

"""What goes when something is dropped: with it always, and with CASCADE."""

from __future__ import annotations

from itertools import chain

from sqlmig.sql.definitions import Check, Exclude, ForeignKey, Unique
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.draft import Draft
from sqlmig.sql.schema.objects import Routine
from sqlmig.sql.schema.reads import mentions, reads
from sqlmig.sql.schema.tables import Index, Table, TableConstraint

# --- relations ---


def drop_table(draft: Draft, name: Name, *, cascade: bool) -> None:
    """A table with all that belongs to it, and its partitions; with CASCADE its heirs, views, and keys to it."""
    # What is dropped goes first, here and below: nothing that points to itself can lead in a circle then.
    draft.take("tables", name)
    draft.drop(Kind.TABLE, name)
    for child in draft.state.children_of(name):
        if cascade or child.partition_of == name:
            drop_table(draft, child.name, cascade=cascade)
    if cascade:
        _drop_views_on(draft, name)
        for other, reference in draft.state.references_to(name):
            drop_constraint(draft, draft.state.tables[other.name], reference.name, cascade=True)
    for index in draft.state.indexes_on(name):
        draft.take("indexes", index.name)
    for sequence in owned_sequences(draft, name):
        draft.take("sequences", sequence)


def owned_sequences(draft: Draft, table: Name, column: str | None = None) -> list[Name]:
    """The sequences that belong to a table's columns, or to one of them."""
    found = (draft.state.sequences.get(name) for name in draft.state.dependents.get(table, ()))
    return [
        sequence.name
        for sequence in found
        if sequence is not None
        and sequence.owned_by is not None
        and sequence.owned_by[0] == table
        and column in (None, sequence.owned_by[1])
    ]


def drop_view(draft: Draft, name: Name, kind: Kind, *, cascade: bool) -> None:
    """A view or materialized view with its indexes; with CASCADE the views that read it."""
    draft.take("views", name)
    draft.drop(kind, name)
    if cascade:
        _drop_views_on(draft, name)
    for index in draft.state.indexes_on(name):
        draft.take("indexes", index.name)


def _drop_views_on(draft: Draft, name: Name, column: str | None = None) -> None:
    for view in draft.state.views_on(name):
        if column is None or view.may_read(column):
            drop_view(draft, view.name, view.kind, cascade=True)


def drop_sequence(draft: Draft, name: Name, *, cascade: bool) -> None:
    """A sequence; with CASCADE the defaults that take numbers from it."""
    if cascade:
        for dependent in draft.state.dependents.get(name, ()):
            table = draft.state.tables.get(dependent)
            if table is not None:
                columns = (
                    column.replaced(sequence=None) if column.sequence == name else column for column in table.columns
                )
                draft.put_table(table.replaced(columns=tuple(columns)))
    draft.take("sequences", name)
    draft.drop(Kind.SEQUENCE, name)


def drop_index(draft: Draft, name: Name) -> None:
    """An index, with those of the partitions that are attached to it, and their constraints."""
    draft.take("indexes", name)
    for dependent in draft.state.dependents.get(name, ()):
        child = draft.state.indexes.get(dependent)
        if child is None or child.parent != name:
            continue
        drop_index(draft, child.name)
        partition = draft.state.tables.get(child.table)
        if partition is not None and child.constraint is not None:
            kept = tuple(found for found in partition.constraints if found.name != child.constraint)
            draft.put_table(partition.replaced(constraints=kept))


# --- parts of a table ---


def drop_column(draft: Draft, table: Table, name: str, *, cascade: bool) -> None:
    """A column, with the indexes and constraints that it is part of; with CASCADE all else that reads it."""
    for index in draft.state.indexes_on(table.name):
        if index.constraint is None and _index_reads(index, name):
            drop_index(draft, index.name)
    for constraint in table.constraints:
        if _constraint_reads(constraint, name):
            drop_constraint(draft, draft.state.tables.get(table.name, table), constraint.name, cascade=cascade)
    for sequence in owned_sequences(draft, table.name, name):
        draft.take("sequences", sequence)
    draft.put_table(_without_column(draft.state.tables.get(table.name, table), name, cascade=cascade))
    draft.drop(Kind.COLUMN, table.name, name)
    if cascade:
        _drop_views_on(draft, table.name, name)
        _drop_computed_columns(draft, table.name, name)


def _index_reads(index: Index, column: str) -> bool:
    if column in index.columns or column in index.include:
        return True
    return reads(column, index.renames, index.where, *(element.expression for element in index.elements))


def _constraint_reads(constraint: TableConstraint, column: str) -> bool:
    match constraint.definition:
        case Check(expression=expression):
            return reads(column, constraint.renames, expression)
        case Exclude(elements=elements, where=where):
            inside = (where, *(element.expression for element in elements))
            return column in [element.column for element in elements] or reads(column, constraint.renames, *inside)
        case Unique(columns=columns, include=include):
            return column in columns or column in include
        case ForeignKey(columns=columns):
            return column in columns
        case _:
            return False


def _without_column(table: Table, name: str, *, cascade: bool) -> Table:
    policies, triggers = table.policies, table.triggers
    if cascade:
        policies = tuple(
            policy for policy in policies if not reads(name, policy.renames, policy.using, policy.with_check)
        )
        triggers = tuple(
            trigger for trigger in triggers if name not in trigger.update_columns and not mentions(name, trigger.when)
        )
    columns = tuple(column for column in table.columns if column.name != name)
    return table.replaced(columns=columns, policies=policies, triggers=triggers)


def _drop_computed_columns(draft: Draft, table: Name, name: str) -> None:
    for column in draft.state.tables[table].columns:
        if reads(name, column.renames, column.expression):
            drop_column(draft, draft.state.tables[table], column.name, cascade=True)


def drop_constraint(draft: Draft, table: Table, name: str, *, cascade: bool) -> None:
    """A constraint with its index; with CASCADE the foreign keys that need it. NOT NULL stays when a key goes."""
    draft.drop(Kind.CONSTRAINT, table.name, name)
    column = next((column for column in table.columns if column.not_null_name == name), None)
    if column is not None:
        nullable = column.replaced(not_null=False, not_null_name=None)
        columns = tuple(nullable if other is column else other for other in table.columns)
        draft.put_table(table.replaced(columns=columns))
        return
    constraint = next((found for found in table.constraints if found.name == name), None)
    if constraint is None:
        return
    draft.put_table(table.replaced(constraints=tuple(other for other in table.constraints if other is not constraint)))
    index = draft.state.indexes.get(Name(table.name.schema, name))
    if index is not None and index.constraint == name:
        drop_index(draft, index.name)
    if cascade and isinstance(constraint.definition, Unique):
        for other, reference in draft.state.references_to(table.name):
            definition = reference.definition
            if isinstance(definition, ForeignKey) and _uses(definition, constraint):
                drop_constraint(draft, draft.state.tables[other.name], reference.name, cascade=True)


def _uses(foreign_key: ForeignKey, unique: TableConstraint) -> bool:
    return not foreign_key.referenced_columns or set(foreign_key.referenced_columns) == set(unique.columns)


# --- types and routines ---


def drop_type(draft: Draft, name: Name, kind: Kind, *, cascade: bool) -> None:
    """A type; with CASCADE the columns of that type, and the routines that take or give it."""
    if cascade:
        for table, column in draft.state.columns_of_type(name):
            drop_column(draft, draft.state.tables[table.name], column.name, cascade=True)
        for routine in list(chain.from_iterable(draft.state.routines.values())):
            types = (*(argument.type for argument in routine.arguments), routine.returns)
            if any(found is not None and Name(found.schema, found.name) == name for found in types):
                drop_routine(draft, routine)
    draft.take("types", name)
    draft.drop(kind, name)


def drop_routine(draft: Draft, routine: Routine) -> None:
    """One routine; its overloads stay."""
    others = tuple(other for other in draft.state.routines[routine.name] if other is not routine)
    if others:
        draft.put("routines", routine.name, others)
    else:
        draft.take("routines", routine.name)
    draft.drop(Kind.ROUTINE, routine.name)


def drop_triggers_of(draft: Draft, routine: Name) -> None:
    """The triggers that call a routine which goes with CASCADE."""
    for dependent in draft.state.dependents.get(routine, ()):
        table = draft.state.tables.get(dependent)
        if table is not None:
            kept = tuple(trigger for trigger in table.triggers if trigger.function != routine)
            draft.put_table(table.replaced(triggers=kept))


def drop_schema(draft: Draft, schema: str) -> None:
    """All that is known to be in a schema; without CASCADE it would not go while anything is."""
    state = draft.state
    for view in [view for view in state.views.values() if view.name.schema == schema]:
        drop_view(draft, view.name, view.kind, cascade=True)
    for name in [name for name in state.tables if name.schema == schema]:
        drop_table(draft, name, cascade=True)
    for name in [name for name in state.sequences if name.schema == schema]:
        drop_sequence(draft, name, cascade=True)
    for name in [name for name in state.routines if name.schema == schema]:
        drop_triggers_of(draft, name)
        draft.take("routines", name)
        draft.drop(Kind.ROUTINE, name)
    for name in [name for name in state.types if name.schema == schema]:
        drop_type(draft, name, Kind.TYPE, cascade=True)
    for extension in [found for found in state.extensions.values() if found.schema == schema]:
        draft.take("extensions", extension.name)
    for key in [key for key in state.objects if key[1].schema == schema]:
        draft.take("objects", key)
    draft.take("objects", (Kind.SCHEMA, Name(None, schema)))
    draft.drop(Kind.SCHEMA, Name(None, schema))

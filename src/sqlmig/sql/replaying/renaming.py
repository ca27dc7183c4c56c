"""New names for relations, types and routines, in all that mentions them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlmig.sql.definitions import ForeignKey, TypeName
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.replaying.draft import Draft
from sqlmig.sql.schema.objects import Sequence, Type, View
from sqlmig.sql.schema.tables import Index, Table, TableColumn, TableConstraint, Trigger

_NOTHING: Final[Mapping[Name, Name]] = {}


class Renaming(Record):
    """The new names by the old."""

    relations: Mapping[Name, Name] = _NOTHING
    types: Mapping[Name, Name] = _NOTHING
    routines: Mapping[Name, Name] = _NOTHING

    def relation(self, name: Name) -> Name:
        """The present name of a relation."""
        return self.relations.get(name, name)

    def type(self, type_name: TypeName | None) -> TypeName | None:
        """The present name of a type."""
        if type_name is None or type_name.schema in (None, "pg_catalog"):
            return type_name
        new = self.types.get(Name(type_name.schema, type_name.name))
        return type_name if new is None else type_name.replaced(schema=new.schema, name=new.name)

    def routine(self, name: Name) -> Name:
        """The present name of a routine."""
        return self.routines.get(name, name)


def rename_relations(draft: Draft, relations: Mapping[Name, Name]) -> None:
    """Rename relations, in all that mentions them."""
    rename(draft, Renaming(relations=relations))


def rename(draft: Draft, renaming: Renaming) -> None:
    """Rename objects, in all that mentions them."""
    old_names = dict.fromkeys((*renaming.relations, *renaming.types, *renaming.routines))
    affected = dict.fromkeys(old_names)
    for name in old_names:
        affected |= dict.fromkeys(draft.state.dependents.get(name, ()))
    values = [(mapping, name, found) for name in affected for mapping, found in _found(draft, name, renaming)]
    for mapping, name, _ in values:
        draft.take(mapping, name)
    for name in old_names:
        new = renaming.relations.get(name) or renaming.types.get(name) or renaming.routines[name]
        for dependent in draft.state.dependents.get(name, ()):
            draft.depends(renaming.relation(dependent), new)
    for _, _, found in values:
        _put(draft, found, renaming)
    for name, new in renaming.routines.items():
        routines = draft.state.routines.get(name, ())
        draft.take("routines", name)
        if routines:
            draft.put("routines", new, tuple(routine.replaced(name=new) for routine in routines))


_Value = Table | Index | View | Sequence | Type


def _found(draft: Draft, name: Name, renaming: Renaming) -> Iterable[tuple[str, _Value]]:
    state = draft.state
    mappings: tuple[tuple[str, Mapping[Name, _Value]], ...] = (
        ("tables", state.tables),
        ("indexes", state.indexes),
        ("views", state.views),
        ("sequences", state.sequences),
    )
    for mapping, objects in mappings:
        if name in objects:
            yield mapping, objects[name]
    if name in renaming.types and name in state.types:
        yield "types", state.types[name]


def _put(draft: Draft, found: _Value, renaming: Renaming) -> None:
    match found:
        case Table():
            table = _table(found, renaming)
            draft.put_table(table)
            _mention(draft, table)
        case Index():
            parent = renaming.relation(found.parent) if found.parent is not None else None
            name, table_name = renaming.relation(found.name), renaming.relation(found.table)
            draft.put_index(found.replaced(name=name, table=table_name, parent=parent))
        case View():
            reads = None if found.reads is None else tuple(map(renaming.relation, found.reads))
            draft.put_view(found.replaced(name=renaming.relation(found.name), reads=reads))
        case Sequence():
            owned_by = (renaming.relation(found.owned_by[0]), found.owned_by[1]) if found.owned_by else None
            draft.put_sequence(found.replaced(name=renaming.relation(found.name), owned_by=owned_by))
        case _:
            draft.put_type(found.replaced(name=renaming.types.get(found.name, found.name)))


def _table(table: Table, renaming: Renaming) -> Table:
    return table.replaced(
        name=renaming.relation(table.name),
        columns=tuple(_column(column, renaming) for column in table.columns),
        constraints=tuple(_constraint(constraint, renaming) for constraint in table.constraints),
        triggers=tuple(_trigger(trigger, renaming) for trigger in table.triggers),
        partition_of=None if table.partition_of is None else renaming.relation(table.partition_of),
        inherits=tuple(map(renaming.relation, table.inherits)),
    )


def _column(column: TableColumn, renaming: Renaming) -> TableColumn:
    sequence = None if column.sequence is None else renaming.relation(column.sequence)
    type_name = renaming.type(column.type)
    if sequence == column.sequence and type_name is column.type:
        return column
    return column.replaced(sequence=sequence, type=type_name)


def _constraint(constraint: TableConstraint, renaming: Renaming) -> TableConstraint:
    definition = constraint.definition
    if not isinstance(definition, ForeignKey) or definition.references not in renaming.relations:
        return constraint
    references = renaming.relation(definition.references)
    return constraint.replaced(definition=definition.replaced(references=references))


def _trigger(trigger: Trigger, renaming: Renaming) -> Trigger:
    if trigger.function not in renaming.routines:
        return trigger
    return trigger.replaced(function=renaming.routine(trigger.function))


def _mention(draft: Draft, table: Table) -> None:
    """Tell the draft what a table mentions, because that may be by a new name."""
    for parent in table.parents:
        draft.depends(table.name, parent)
    for constraint in table.constraints:
        draft.has_constraint(table.name, constraint.name)
        if isinstance(constraint.definition, ForeignKey):
            draft.depends(table.name, constraint.definition.references)
    for column in table.columns:
        if column.sequence is not None:
            draft.depends(table.name, column.sequence)
        if column.type is not None and column.type.schema not in (None, "pg_catalog"):
            draft.depends(table.name, Name(column.type.schema, column.type.name))
    for trigger in table.triggers:
        draft.depends(table.name, trigger.function)

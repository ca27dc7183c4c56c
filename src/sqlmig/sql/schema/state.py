"""The schema state: all objects by name, and the names as a statement sees them.

A state is a value. Its mappings are never changed once it is made: `sql/replaying/draft.py` copies what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from sqlmig.sql.definitions import ForeignKey, TypeName
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record, aside
from sqlmig.sql.schema.objects import Domain, Extension, Object, Routine, Sequence, Type, View
from sqlmig.sql.schema.tables import Index, Origin, Table, TableColumn, TableConstraint

TEMPORARY: Final = "pg_temp"
"""The schema of temporary objects, which is looked through before all others."""

Relation = Table | View | Sequence | Index

_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


class SchemaState(Record):
    """All that the statements so far have made, seen from one schema.

    Every name in it has its schema. What is not in it is unknown rather than absent: it may come from an extension,
    or from before the first migration.
    """

    home: str
    """The schema that names without one are first looked for in, and where what they name is made."""
    search_path: tuple[str, ...] = ()
    """The schemas after it."""
    tables: Mapping[Name, Table] = _NOTHING
    indexes: Mapping[Name, Index] = _NOTHING
    views: Mapping[Name, View] = _NOTHING
    sequences: Mapping[Name, Sequence] = _NOTHING
    routines: Mapping[Name, tuple[Routine, ...]] = _NOTHING
    """By name, with the overloads."""
    types: Mapping[Name, Type] = _NOTHING
    extensions: Mapping[str, Extension] = _NOTHING
    objects: Mapping[tuple[Kind, Name], Object] = _NOTHING
    """All else, schemas included."""
    dropped: Mapping[tuple[Kind, Name, str | None], Origin | None] = aside(default=_NOTHING)
    """What was dropped, by kind and name, also when it has been made again since. Of columns, constraints, policies,
    triggers and rules the name is the table's, and their own comes third."""
    uncertain: bool = False
    """Whether a statement ran of which nobody can tell what it took away: DROP OWNED."""
    has_temporary: bool = aside(default=False)
    """Whether there may be temporary objects, which names without a schema mean first."""
    dependents: Mapping[Name, Mapping[Name, None]] = aside(default=_NOTHING)
    """Which relations may mention a relation, a type or a routine; one that no longer does may still be among them."""
    constraint_tables: Mapping[Name, tuple[Name, ...]] = aside(default=_NOTHING)
    """Which tables and domains may have a constraint of this name, in this schema."""

    def with_home(self, home: str, search_path: tuple[str, ...]) -> Self:
        """The same objects seen from another schema."""
        return self.replaced(home=home, search_path=search_path)

    # --- names ---

    def resolve(self, name: Name) -> Name:
        """The full name of a relation: where such a relation is known, else in the home schema."""
        return self._resolve(name, self._is_relation)

    def resolve_type(self, name: Name) -> Name:
        """The full name of a type: where such a type is known, else in the home schema."""
        return self._resolve(name, self.types.__contains__)

    def resolve_routine(self, name: Name) -> Name:
        """The full name of a routine: where such a routine is known, else in the home schema."""
        return self._resolve(name, self.routines.__contains__)

    def resolve_new(self, name: Name, *, temporary: bool = False) -> Name:
        """The full name that an object gets which is made by this name."""
        if name.schema is not None:
            return name
        return Name(TEMPORARY if temporary else self.home, name.name, name.at)

    def _resolve(self, name: Name, is_known: Callable[[Name], bool]) -> Name:
        if name.schema is not None:
            return name
        if self.has_temporary and is_known(temporary := Name(TEMPORARY, name.name, name.at)):
            return temporary
        at_home = Name(self.home, name.name, name.at)
        if not is_known(at_home):
            for schema in self.search_path:
                if is_known(elsewhere := Name(schema, name.name, name.at)):
                    return elsewhere
        return at_home

    def _is_relation(self, name: Name) -> bool:
        return name in self.tables or name in self.indexes or name in self.views or name in self.sequences

    # --- relations ---

    @property
    def relations(self) -> frozenset[Name]:
        """The full names of all tables, views, indexes and sequences."""
        return frozenset().union(self.tables, self.views, self.indexes, self.sequences)

    def relation(self, name: Name) -> Relation | None:
        """A table, a view, a sequence or an index."""
        resolved = self.resolve(name)
        return (
            self.tables.get(resolved)
            or self.views.get(resolved)
            or self.sequences.get(resolved)
            or self.indexes.get(resolved)
        )

    def table(self, name: Name) -> Table | None:
        """A table; also one that statements altered, but none made (`known_from_creation`)."""
        return self.tables.get(self.resolve(name))

    def view(self, name: Name) -> View | None:
        """A view or a materialized view."""
        return self.views.get(self.resolve(name))

    def index(self, name: Name) -> Index | None:
        """An index."""
        return self.indexes.get(self.resolve(name))

    def sequence(self, name: Name) -> Sequence | None:
        """A sequence."""
        return self.sequences.get(self.resolve(name))

    # --- what belongs to a relation ---

    def indexes_on(self, table: Name) -> tuple[Index, ...]:
        """The indexes of a table or materialized view, those of constraints included, in the order of their making."""
        resolved = self.resolve(table)
        found = (self.indexes.get(name) for name in self._dependents(resolved))
        return tuple(index for index in found if index is not None and index.table == resolved)

    def references_to(self, table: Name) -> tuple[tuple[Table, TableConstraint], ...]:
        """The foreign keys that point to a table, each with the table that it belongs to, which may be the same."""
        resolved = self.resolve(table)
        return tuple(
            (other, constraint)
            for other in self._dependent_tables(resolved)
            for constraint in other.constraints
            if isinstance(constraint.definition, ForeignKey) and constraint.definition.references == resolved
        )

    def partitions_of(self, table: Name) -> tuple[Table, ...]:
        """The partitions of a table; not the partitions of those."""
        resolved = self.resolve(table)
        return tuple(other for other in self._dependent_tables(resolved) if other.partition_of == resolved)

    def children_of(self, table: Name) -> tuple[Table, ...]:
        """The partitions of a table, and the tables that inherit from it; not the children of those."""
        resolved = self.resolve(table)
        return tuple(other for other in self._dependent_tables(resolved) if resolved in other.parents)

    def descendants_of(self, table: Name) -> tuple[Table, ...]:
        """The children of a table, their children, and so on."""
        found: dict[Name, Table] = {}
        pending = list(self.children_of(table))
        while pending:
            child = pending.pop(0)
            if child.name not in found:
                found[child.name] = child
                pending += self.children_of(child.name)
        return tuple(found.values())

    def partition_tree_of(self, table: Name) -> tuple[Table, ...]:
        """The partitions of a table, their partitions, and so on."""
        return tuple(other for other in self.descendants_of(table) if other.partition_of is not None)

    def views_on(self, relation: Name) -> tuple[View, ...]:
        """The views that are known to read a relation; there may be others, whose queries could not be read."""
        resolved = self.resolve(relation)
        found = (self.views.get(name) for name in self._dependents(resolved))
        return tuple(view for view in found if view is not None and resolved in (view.reads or ()))

    def columns_of_type(self, name: Name) -> tuple[tuple[Table, TableColumn], ...]:
        """The columns that have a type, or an array of it, each with its table."""
        resolved = self.resolve_type(name)
        return tuple(
            (table, column)
            for table in self._dependent_tables(resolved)
            for column in table.columns
            if column.type is not None and Name(column.type.schema, column.type.name) == resolved
        )

    def _dependents(self, name: Name) -> Iterable[Name]:
        return self.dependents.get(name, ())

    def _dependent_tables(self, name: Name) -> Iterator[Table]:
        for dependent in self._dependents(name):
            table = self.tables.get(dependent)
            if table is not None:
                yield table

    # --- everything else ---

    def routine(self, name: Name) -> tuple[Routine, ...]:
        """The routines of a name, one for each list of argument types."""
        return self.routines.get(self.resolve_routine(name), ())

    def type(self, name: Name) -> Type | None:
        """An enum, a domain, a composite or another type that a statement made."""
        return self.types.get(self.resolve_type(name))

    def type_of(self, type_name: TypeName) -> Type | None:
        """The type that a column's type is, or of which it is an array; None for those that come with PostgreSQL."""
        if type_name.schema == "pg_catalog":
            return None
        return self.type(Name(type_name.schema, type_name.name))

    def known_type(self, type_name: TypeName | None) -> TypeName | None:
        """The same type, with its schema if a statement made it."""
        if type_name is None or type_name.schema is not None:
            return type_name
        resolved = self.resolve_type(Name(None, type_name.name))
        return type_name.replaced(schema=resolved.schema) if resolved in self.types else type_name

    def domain(self, type_name: TypeName) -> Domain | None:
        """The domain that a column's type is, or of which it is an array."""
        found = self.type_of(type_name)
        return found if isinstance(found, Domain) else None

    def extension(self, name: str) -> Extension | None:
        """An extension."""
        return self.extensions.get(name)

    def object(self, kind: Kind, name: Name) -> Object | None:
        """An object of a kind that has no mapping of its own: statistics, a publication, a role, a schema."""
        return self.objects.get((kind, name)) or self.objects.get((kind, self.resolve_new(name)))

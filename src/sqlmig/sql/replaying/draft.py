"""A schema state that is being changed. What it shares with the state that it began with is copied before a write."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.naming import choose_name
from sqlmig.sql.schema.objects import CompositeType, Object, Sequence, Type, View
from sqlmig.sql.schema.state import TEMPORARY, SchemaState
from sqlmig.sql.schema.tables import Index, Origin, Table


class Draft:
    """A state under change: it is read through `state`, and written through the methods here."""

    def __init__(self, state: SchemaState, mark: Hashable | None, *, transaction: bool) -> None:
        self.state = state
        self._mark = mark
        self._transaction = transaction
        self._at = 0
        self._origin: Origin | None = None
        self._own: set[str] = set()

    def begin(self, operation: Operation) -> None:
        """Set what the objects are marked with that the operation makes."""
        self._at = operation.at
        self._origin = None

    @property
    def origin(self) -> Origin | None:
        """What an object is marked with that is made now."""
        if self._origin is None and self._mark is not None:
            self._origin = Origin(mark=self._mark, at=self._at, transaction=self._transaction)
        return self._origin

    # --- writing ---

    def _writable(self, mapping: str) -> dict[Any, Any]:
        if mapping not in self._own:
            self._set(mapping, dict(getattr(self.state, mapping)))
        found: dict[Any, Any] = getattr(self.state, mapping)
        return found

    def _set(self, field: str, value: object) -> None:
        """Change a field of the draft's own copy of the state, which nobody else has before the draft is done."""
        if not self._own:
            self.state = self.state.replaced()
        self._own.add(field)
        object.__setattr__(self.state, field, value)

    def put(self, mapping: str, key: Hashable, value: object) -> None:
        """Put an object into one of the state's mappings."""
        self._writable(mapping)[key] = value

    def take(self, mapping: str, key: Hashable) -> None:
        """Take an object out of one of the state's mappings, if it is there."""
        if key in getattr(self.state, mapping):
            del self._writable(mapping)[key]

    def put_table(self, table: Table) -> None:
        """Put a table, new or changed."""
        self.put("tables", table.name, table)
        if table.name.schema == TEMPORARY and not self.state.has_temporary:
            self._set("has_temporary", True)

    def put_index(self, index: Index) -> None:
        """Put an index, new or changed."""
        self.put("indexes", index.name, index)
        self.depends(index.name, index.table)

    def put_view(self, view: View) -> None:
        """Put a view, new or changed."""
        self.put("views", view.name, view)
        if view.temporary and not self.state.has_temporary:
            self._set("has_temporary", True)
        for name in view.reads or ():
            self.depends(view.name, name)

    def put_sequence(self, sequence: Sequence) -> None:
        """Put a sequence, new or changed."""
        self.put("sequences", sequence.name, sequence)
        if sequence.temporary and not self.state.has_temporary:
            self._set("has_temporary", True)
        if sequence.owned_by is not None:
            self.depends(sequence.name, sequence.owned_by[0])

    def put_type(self, type_: Type) -> None:
        """Put a type, new or changed."""
        self.put("types", type_.name, type_)

    def put_object(self, kind: Kind, name: Name, *, table: Name | None = None) -> None:
        """Put an object of a kind that has no mapping of its own."""
        self.put("objects", (kind, name), Object(kind=kind, name=name, table=table, made_by=self.origin))

    def drop(self, kind: Kind, name: Name, part: str | None = None) -> None:
        """Remember that something was dropped."""
        self.put("dropped", (kind, name, part), self.origin)

    def depends(self, dependent: Name, on: Name) -> None:
        """Remember that a relation mentions another relation, a type or a routine."""
        known = self.state.dependents.get(on, _NOBODY)
        if dependent not in known:
            self.put("dependents", on, {**known, dependent: None})

    def has_constraint(self, table: Name, name: str) -> None:
        """Remember that a table or domain has a constraint of this name."""
        key = Name(table.schema, name)
        self.put("constraint_tables", key, (*self.state.constraint_tables.get(key, ()), table))

    def be_uncertain(self) -> None:
        """Remember that nobody can tell what a statement took away."""
        self._set("uncertain", True)

    # --- reading ---

    def table(self, name: Name) -> Table | None:
        """A table."""
        return self.state.table(name)

    def table_to_alter(self, name: Name, *, if_exists: bool = False) -> Table | None:
        """A table that a statement alters. One that nothing made is known from here on, but for what was before.

        None when the name is that of something else, or when the statement leaves open whether there is a table.
        """
        resolved = self.state.resolve(name)
        found = self.state.tables.get(resolved)
        if found is not None or if_exists or self.state.relation(resolved) is not None:
            return found
        return Table(name=resolved, complete=False, known_from_creation=False)

    # --- names ---

    def relation_name(self, schema: str | None, first: str, second: str | None, label: str) -> Name:
        """The name that PostgreSQL chooses for an index or a sequence."""
        return Name(schema, choose_name(first, second, label, lambda name: self._is_relation(Name(schema, name))))

    def index_name(self, table: Name, second: str | None, label: str) -> Name:
        """The name that PostgreSQL chooses for the index of a constraint, which is the constraint's name too."""

        def taken(name: str) -> bool:
            return self._is_relation(Name(table.schema, name)) or self._is_constraint(Name(table.schema, name))

        return Name(table.schema, choose_name(table.name, second, label, taken))

    def constraint_name(self, owner: Name, second: str | None, label: str, others: Iterable[str] = ()) -> str:
        """The name that PostgreSQL chooses for a constraint: no other in the schema has it."""
        taken = frozenset(others)
        return choose_name(
            owner.name, second, label, lambda name: name in taken or self._is_constraint(Name(owner.schema, name))
        )

    def _is_relation(self, name: Name) -> bool:
        state = self.state
        return (
            name in state.tables
            or name in state.indexes
            or name in state.views
            or name in state.sequences
            or isinstance(state.types.get(name), CompositeType)
        )

    def _is_constraint(self, name: Name) -> bool:
        return any(self._has(owner, name.name) for owner in self.state.constraint_tables.get(name, ()))

    def _has(self, owner: Name, constraint: str) -> bool:
        found = self.state.tables.get(owner) or self.state.types.get(owner)
        return any(known.name == constraint for known in getattr(found, "constraints", ()))


_NOBODY: Final[Mapping[Name, None]] = {}

Handler = Callable[[Draft, Any], None]
"""What an operation changes."""

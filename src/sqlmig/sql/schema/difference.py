"""What two schema states differ in: what a down file leaves over, takes away too much, or brings back otherwise.

Not compared are who made an object, the order of columns, and white space. Where a table is left over or missing, its
parts are not named one by one. What is not known of before is not held against anybody: a table that nothing made, a
column that was dropped unseen and made again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from enum import Enum
from itertools import chain
from typing import Final, TypeVar

from sqlmig.sql.definitions import Option
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.schema.changes import changed
from sqlmig.sql.schema.objects import CompositeType, Domain, EnumType, Routine, Type, View
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Index, Policy, Rule, Table, TableColumn, TableConstraint, Trigger
from sqlmig.sql.schema.texts import text_of, type_text

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class How(Enum):
    """What is wrong with an object."""

    LEFT_OVER = "left over"
    """It is there afterwards, and was not before."""
    MISSING = "missing"
    """It was there before, and is not afterwards."""
    CHANGED = "changed"


class Difference(Record):
    """One thing that two states differ in."""

    how: How
    kind: Kind
    name: str
    """As the object is called; with its schema, if it is not a part of a table."""
    table: Name | None = None
    """The table, of what belongs to one."""
    detail: str = ""
    """Of CHANGED: what, in a few words."""


def difference(before: SchemaState, after: SchemaState) -> tuple[Difference, ...]:
    """Where the second state is not as the first, which is how it should be."""
    there, here = _facts(before, other=after), _facts(after, other=before)
    keys = dict.fromkeys((*there, *here))
    compared = (_compared(key, there.get(key), here.get(key), before, after) for key in keys)
    differences = [found for found in compared if found is not None]
    whole = {found.name for found in differences if found.kind in _TABLES and found.how is not How.CHANGED}
    return tuple(found for found in differences if str(found.table) not in whole)


_TABLES: Final = frozenset({Kind.TABLE, Kind.FOREIGN_TABLE})

_Key = tuple[Kind, Name, str | None]
"""What an object is, as the state remembers dropped ones: kind, its name or its table's, and then its own."""


class _Fact(Record):
    """What is said of one object."""

    kind: Kind
    name: str
    table: Name | None = None
    aspects: Mapping[str, str | None]
    """What is compared, by the word for it; None is what is not known."""
    known: bool = True
    """False when it was only altered: it may have been there before."""

    def difference(self, how: How, detail: str = "") -> Difference:
        """What is wrong with it."""
        return Difference(how=how, kind=self.kind, name=self.name, table=self.table, detail=detail)


def _compared(
    key: _Key, old: _Fact | None, new: _Fact | None, before: SchemaState, after: SchemaState
) -> Difference | None:
    if new is None:
        return None if old is None else old.difference(How.MISSING)
    if old is None:
        left_over = new.known and not _was_there_unseen(key, before, after)
        return new.difference(How.LEFT_OVER) if left_over else None
    detail = "; ".join(
        _change(aspect, said, now)
        for aspect, said in old.aspects.items()
        if said is not None and (now := new.aspects.get(aspect)) is not None and said != now
    )
    return new.difference(How.CHANGED, detail) if detail else None


def _was_there_unseen(key: _Key, before: SchemaState, after: SchemaState) -> bool:
    """Whether it was dropped in between, although the state before did not know of it."""
    kind, name, part = key
    if _dropped_between(key, before, after) or _dropped_between((kind, name, None), before, after):
        return True
    table = before.tables.get(name)
    unknown = part is not None and (table is None or not table.known_from_creation)
    return unknown and _dropped_between((Kind.TABLE, name, None), before, after)


def _dropped_between(key: _Key, before: SchemaState, after: SchemaState) -> bool:
    return key in after.dropped and (key not in before.dropped or before.dropped[key] != after.dropped[key])


def _change(aspect: str, old: str, new: str) -> str:
    if max(len(old), len(new)) > _LONGEST:
        return f"another {aspect}"
    return f"{aspect} {new or 'none'} instead of {old or 'none'}"


_LONGEST: Final = 60


# --- what is said of each object ---


def _facts(state: SchemaState, *, other: SchemaState) -> dict[_Key, _Fact]:
    """The facts of all objects that the other state does not have just so."""
    found: dict[_Key, _Fact] = {}
    for table in _own(state.tables, other.tables):
        found |= dict(_table_facts(table, other.tables.get(table.name)))
    for index in _own(state.indexes, other.indexes):
        if index.constraint is None and index.parent is None:
            found[Kind.INDEX, index.name, None] = _index_fact(index)
    for view in _own(state.views, other.views):
        found[view.kind, view.name, None] = _view_fact(view)
    for routine in chain.from_iterable(_own(state.routines, other.routines)):
        fact = _routine_fact(routine)
        found[Kind.ROUTINE, routine.name, fact.name] = fact
    for type_ in _own(state.types, other.types):
        kind = Kind.DOMAIN if isinstance(type_, Domain) else Kind.TYPE
        found[kind, type_.name, None] = _type_fact(kind, type_)
    for sequence in _own(state.sequences, other.sequences):
        if sequence.owned_by is None:
            found[Kind.SEQUENCE, sequence.name, None] = _plain(Kind.SEQUENCE, sequence.name)
    for extension in _own(state.extensions, other.extensions):
        name = Name(None, extension.name)
        found[Kind.EXTENSION, name, None] = _plain(Kind.EXTENSION, name).replaced(aspects={"schema": extension.schema})
    for thing in _own(state.objects, other.objects):
        found[thing.kind, thing.name, None] = _plain(thing.kind, thing.name)
    return found


def _plain(kind: Kind, name: Name) -> _Fact:
    return _Fact(kind=kind, name=str(name), aspects={})


def _own(mine: Mapping[K, V], others: Mapping[K, V]) -> Iterator[V]:
    """What one mapping has and the other has not, or not the same value."""
    return (value for _, value in changed(mine, others))


def _table_facts(table: Table, other: Table | None) -> Iterator[tuple[_Key, _Fact]]:
    """The facts of a table and of its parts, without the parts that it shares with its other version."""
    shared = frozenset(map(id, _parts(other))) if other is not None else frozenset()
    name, known = table.name, table.known_from_creation
    kind = Kind.FOREIGN_TABLE if table.foreign else Kind.TABLE
    aspects: dict[str, str | None] = {
        "row level security": _on(table.row_security) if known else None,
        "forced row level security": _on(table.forced_row_security) if known else None,
        "persistence": table.persistence.value if known else None,
        "options": _options(table.options) if known else None,
        "partition of": text_of(table.partition_of) if known else None,
        "parents": text_of(table.inherits) if known else None,
    }
    yield (Kind.TABLE, name, None), _Fact(kind=kind, name=str(name), aspects=aspects, known=known)
    for column in table.columns:
        if id(column) not in shared:
            yield (Kind.COLUMN, name, column.name), _column_fact(column, name)
    for constraint in table.constraints:
        if not constraint.inherited and id(constraint) not in shared:
            yield (Kind.CONSTRAINT, name, constraint.name), _constraint_fact(constraint, name)
    parts: list[tuple[Kind, Policy | Trigger | Rule]] = [(Kind.POLICY, policy) for policy in table.policies]
    parts += [(Kind.TRIGGER, trigger) for trigger in table.triggers if not trigger.inherited]
    parts += [(Kind.RULE, rule) for rule in table.rules]
    for kind, part in parts:
        if id(part) not in shared:
            aspects = {"definition": text_of(part)}
            yield (kind, name, part.name), _Fact(kind=kind, name=part.name, table=name, aspects=aspects)


def _parts(table: Table) -> Iterator[object]:
    return chain(table.columns, table.constraints, table.policies, table.triggers, table.rules)


def _column_fact(column: TableColumn, table: Name) -> _Fact:
    known = column.known_from_creation
    default = text_of(column.default) or (f"of {column.sequence.name}" if column.sequence is not None else "")
    aspects = {
        "type": None if column.type is None else type_text(column.type),
        "nullability": ("not null" if column.not_null else "null") if known else None,
        "default": default if known else None,
        "identity": text_of(column.identity) if known else None,
        "generation": text_of(column.generated) + text_of(column.expression) if known else None,
        "collation": text_of(column.collation) if known else None,
    }
    return _Fact(kind=Kind.COLUMN, name=column.name, table=table, aspects=aspects, known=known)


def _constraint_fact(constraint: TableConstraint, table: Name) -> _Fact:
    # Whether it is valid now does not depend on whether it was made NOT VALID.
    definition = constraint.definition
    if hasattr(definition, "not_valid"):
        definition = definition.replaced(not_valid=False)
    aspects = {
        "definition": text_of(definition) + text_of(constraint.renames),
        "validity": "valid" if constraint.valid else "not valid",
    }
    return _Fact(kind=Kind.CONSTRAINT, name=constraint.name, table=table, aspects=aspects)


def _index_fact(index: Index) -> _Fact:
    validity = "valid" if index.valid else "not valid"
    aspects = {"definition": text_of(index.replaced(valid=True)), "validity": validity}
    return _Fact(kind=Kind.INDEX, name=index.name.name, table=index.table, aspects=aspects)


def _view_fact(view: View) -> _Fact:
    aspects = {
        "query": text_of(view.query) if view.known_from_creation else None,
        "options": _options(view.options),
        "columns": None if view.columns is None else ", ".join(view.columns),
    }
    return _Fact(kind=view.kind, name=str(view.name), aspects=aspects, known=view.known_from_creation)


def _routine_fact(routine: Routine) -> _Fact:
    aspects = {
        "arguments": text_of(routine.arguments),
        "result": text_of(routine.returns),
        "language": text_of(routine.language),
        "security": "definer" if routine.security_definer else "invoker",
        "volatility": routine.volatility,
        "settings": text_of(routine.settings),
        "body": (routine.body.text if routine.body is not None else "") + text_of(routine.sql_body),
    }
    name = f"{routine.name}({', '.join(map(type_text, routine.argument_types))})"
    return _Fact(kind=routine.kind, name=name, aspects=aspects)


def _type_fact(kind: Kind, type_: Type) -> _Fact:
    fact = _plain(kind, type_.name)
    match type_:
        case EnumType(labels=None) | Domain(type=None) | CompositeType(attributes=None):
            return fact.replaced(known=False)
        case EnumType(labels=labels):
            return fact.replaced(aspects={"labels": ", ".join(labels or ())})
        case Domain(constraints=constraints):
            written = ", ".join(sorted(map(text_of, constraints)))
            definition = text_of(type_.replaced(constraints=()))
            return fact.replaced(aspects={"definition": definition, "constraints": written})
        case CompositeType(attributes=attributes):
            return fact.replaced(aspects={"attributes": ", ".join(map(text_of, attributes or ()))})
        case _:
            return fact


def _on(switch: bool) -> str:
    return "on" if switch else "off"


def _options(options: tuple[Option, ...]) -> str:
    return ", ".join(sorted(f"{option.name}={option.value or ''}" for option in options))

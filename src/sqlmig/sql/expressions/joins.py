"""Whether the tables that a statement reads together are joined by one column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.conditions import equal_pairs, source_name, without_casts
from sqlmig.sql.expressions.queries import Relation
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    And,
    Change,
    Column,
    Derived,
    Join,
    Node,
    Or,
    Produced,
    Query,
    Select,
    SetOperation,
    Star,
    Subquery,
    Table,
    walk,
    walk_outside_queries,
)
from sqlmig.sql.record import Record


def joined_on(query: Expression, column: str, tables: Sequence[Relation]) -> bool | None:
    """Whether rows of these tables come together only where all have the same value in one column.

    They do when a chain of equations goes from each to each, through JOIN, USING, WHERE, subqueries and WITH, or when
    the column of each is compared with a value. What is joined with itself is two tables.

    Args:
        query: a SELECT, or a statement that reads several tables.
        column: the column's name, the same in all of them.
        tables: the tables that have it, of those that `relations` gives, and what the statement writes to.
    """
    node = read(query)
    if node is None:
        return None
    at = {token.start: index for index, token in enumerate(query.tokens)}
    wanted = frozenset(at.get(table.at, -1) for table in tables)
    met: set[int] = set()
    answers = []
    for number, choice in enumerate(_choices(node)):
        if number == _MOST_CHOICES:
            return None
        links = _Links(column, wanted)
        links.nested(choice, _Place())
        answers.append(links.linked())
        met |= links.met
    return all(answers) if met == wanted else None


def _choices(node: Node) -> Iterator[Node]:
    """The statement with one arm of each UNION and its like: rows of two arms never come together."""
    union = next((part for part in walk(node) if isinstance(part, Query) and isinstance(part.body, SetOperation)), None)
    if union is None or not isinstance(union.body, SetOperation):
        yield node
        return
    for arm in (union.body.left, union.body.right):
        alone = Query(
            body=arm.body,
            ctes=(*union.ctes, *arm.ctes),
            recursive=union.recursive or arm.recursive,
            rest=(*union.rest, *union.body.rest, *arm.rest),
        )
        yield from _choices(_with(node, union, alone))


def _with(node: Any, old: Node, new: Node) -> Any:
    """A node with another one in place of one in it."""
    if node is old:
        return new
    if isinstance(node, tuple):
        return tuple(_with(item, old, new) for item in node)
    if not isinstance(node, Node):
        return node
    return node.replaced(**{field: _with(getattr(node, field), old, new) for field in node.field_names()})


_MOST_CHOICES: Final = 32


Key = tuple[int, str]
"""A column of one source: the source's number, the column's name."""

_VALUE: Final[Key] = (-1, "")
"""Whatever is the same for all rows."""

Scope = dict[str, int]
"""The sources of one query: the name in front of their columns, and their number."""


class _Outputs(Record):
    """Where the columns of a query come from, as far as one column's name goes."""

    names: tuple[str | None, ...] = ()
    keys: tuple[Key | None, ...] = ()
    all: Key | None = None
    """The column behind `*`."""

    def named(self, column: str) -> Key | None:
        """The one with a name."""
        return self.keys[self.names.index(column)] if column in self.names else self.all

    def at(self, position: int) -> Key | None:
        """The one at a place."""
        return self.keys[position] if position < len(self.keys) else None


class _Cte:
    """A query of WITH."""

    def __init__(self, name: str, key: Key, *, matters: bool) -> None:
        self.name = name
        self.key = key
        self.matters = matters
        """Whether a table with the column is read in it."""
        self.fresh = False
        """Whether it is complete and nobody has read from it yet."""


class _Place(Record):
    """What can be seen where something stands: sources from the inside out, and queries of WITH."""

    scopes: tuple[Scope, ...] = ()
    ctes: tuple[_Cte, ...] = ()

    def inside(self, scope: Scope) -> _Place:
        """In a query with these sources."""
        return self.replaced(scopes=(scope, *self.scopes))


class _Links:
    """Which columns are known to be equal, while a statement is gone through from outside to inside."""

    def __init__(self, column: str, wanted: frozenset[int]) -> None:
        self.met: set[int] = set()
        """Those of the wanted tables that were found, by their tokens."""
        self._column = column
        self._wanted = wanted
        self._sources = 0
        self._with_column: set[int] = set()
        """The sources that are certain to have the column."""
        self._again: list[tuple[Key, Key]] = []
        """A query of WITH that is read once more: rows of it come together with others of its rows."""
        self._parents: dict[Key, Key] = {}
        self._done: dict[int, _Outputs] = {}
        """What the queries gave that were gone through, by identity: each is one time only."""

    def linked(self) -> bool:
        """Whether all sources with the column are linked."""
        fixed = self._root(_VALUE)
        roots = {self._root((number, self._column)) for number in self._with_column}
        roots |= {self._root(key) for key, query in self._again if self._root(query) != fixed}
        return len(roots) <= 1

    # --- queries ---

    def nested(self, node: Node, place: _Place) -> None:
        """Go through the queries in a value or a condition."""
        for part in walk_outside_queries(node):
            if isinstance(part, Query):
                self.query(part, place)

    def query(self, query: Query, place: _Place) -> _Outputs:
        """Go through a query, if that is not done."""
        if id(query) not in self._done:
            self._done[id(query)] = self._query(query, place)
        return self._done[id(query)]

    def _query(self, query: Query, place: _Place) -> _Outputs:
        for cte in query.ctes:
            made = _Cte(cte.name, (self._new(), self._column), matters=self._reads_wanted(cte.query))
            visible = place.replaced(ctes=(*place.ctes, made))
            outputs = self.query(cte.query, visible if query.recursive else place)
            names = cte.columns or outputs.names
            self._unite(made.key, outputs.replaced(names=names).named(self._column))
            made.fresh = True
            place = visible
        for node in query.rest:
            self.nested(node, place)
        match query.body:
            case Select():
                return self._select(query.body, place)
            case Change():
                return self._change(query.body, place)
            case _:
                return _Outputs()

    def _select(self, select: Select, place: _Place) -> _Outputs:
        inner = place.inside({})
        self._source(select.source, inner)
        if select.where is not None:
            self._condition(select.where, inner)
        for node in (*(output.value for output in select.outputs), *select.rest):
            self.nested(node, inner)
        keys = tuple(self._value(without_casts(output.value), inner) for output in select.outputs)
        names = tuple(
            output.alias or (value.name if isinstance(value := without_casts(output.value), Column) else None)
            for output in select.outputs
        )
        stars = (key for output, key in zip(select.outputs, keys, strict=True) if isinstance(output.value, Star))
        return _Outputs(names=names, keys=keys, all=next(stars, None))

    def _change(self, change: Change, place: _Place) -> _Outputs:
        inner = place.inside({})
        self._source(change.target, inner)
        self._source(change.source, inner)
        if change.where is not None:
            self._condition(change.where, inner)
        for node in (*change.rest, *(output.value for output in change.returning)):
            self.nested(node, inner)
        if change.query is not None:
            outputs = self.query(change.query, place)
            if self._column in change.columns:
                given = outputs.at(change.columns.index(self._column)) or outputs.all
            else:
                given = None if change.columns else outputs.named(self._column)
            self._unite((self._number_of(change.target, inner), self._column), given)
        return _Outputs(all=(self._number_of(change.target, inner), self._column))

    # --- sources ---

    def _source(self, source: Node | None, place: _Place) -> list[int]:
        """Go through a source: the numbers of those that it is made of."""
        match source:
            case Join():
                left, right = self._source(source.left, place), self._source(source.right, place)
                if source.on is not None:
                    self._condition(source.on, place)
                if source.natural or self._column in source.using:
                    self._unite(self._of_these(left), self._of_these(right))
                return left + right
            case Table() | Derived() | Produced():
                number = self._new()
                place.scopes[0][source.alias or source_name(source)] = number
                self._fill(source, number, place)
                return [number]
            case _:
                return []

    def _fill(self, source: Table | Derived | Produced, number: int, place: _Place) -> None:
        key = (number, self._column)
        match source:
            case Table():
                cte = self._cte(source, place)
                if cte is not None:
                    self._read_cte(cte, key)
                elif source.token in self._wanted:
                    self.met.add(source.token)
                    self._with_column.add(number)
            case Derived():
                outputs = self.query(source.query, place)
                self._unite(key, outputs.replaced(names=source.columns or outputs.names).named(self._column))
            case Produced():
                for call in source.calls:
                    self.nested(call, place)

    def _cte(self, table: Table, place: _Place) -> _Cte | None:
        if len(table.parts) > 1:
            return None
        return next((cte for cte in reversed(place.ctes) if cte.name == table.parts[0]), None)

    def _read_cte(self, cte: _Cte, key: Key) -> None:
        if cte.fresh:
            self._unite(key, cte.key)
            cte.fresh = False
        elif cte.matters:
            self._again.append((key, cte.key))

    def _reads_wanted(self, query: Query) -> bool:
        return any(isinstance(node, Table) and node.token in self._wanted for node in walk(query))

    # --- conditions ---

    def _condition(self, condition: Node, place: _Place) -> None:
        self.nested(condition, place)
        for one, other in self._equal(condition, place):
            self._unite(one, other)

    def _equal(self, node: Node, place: _Place) -> set[tuple[Key, Key]]:
        """The pairs that are equal where a condition is true."""
        match node:
            case And():
                return set[tuple[Key, Key]]().union(*(self._equal(term, place) for term in node.terms))
            case Or():
                return set[tuple[Key, Key]].intersection(*(self._equal(term, place) for term in node.terms))
            case _:
                return set(self._leaf(node, place))

    def _leaf(self, leaf: Node, place: _Place) -> Iterator[tuple[Key, Key]]:
        for one, other in equal_pairs(leaf):
            key = self._resolve(one, place) if isinstance(one, Column) else None
            value = self._value(without_casts(other), place)
            if key is not None and value is not None:
                yield key, value

    def _value(self, value: Node, place: _Place) -> Key | None:
        """What a column is compared with: a column, that of a subquery, or a value without any."""
        match value:
            case Column() | Star():
                return self._resolve(value, place)
            case Subquery():
                return self.query(value.query, place).at(0)
            case _:
                return (
                    None if any(isinstance(part, (Column, Query)) for part in walk_outside_queries(value)) else _VALUE
                )

    # --- columns ---

    def _resolve(self, value: Node, place: _Place) -> Key | None:
        """The source of a column; of `*`, the source of the one that is asked for."""
        if isinstance(value, Column):
            name, qualifier = value.name, value.qualifier
        elif isinstance(value, Star):
            name, qualifier = self._column, value.parts[-1] if value.parts else None
        else:
            return None
        for scope in place.scopes:
            if qualifier is not None:
                if qualifier in scope:
                    return (scope[qualifier], name)
            elif (found := self._unqualified(scope, name)) is not None:
                return found
        return None

    def _unqualified(self, scope: Scope, name: str) -> Key | None:
        numbers = list(scope.values())
        if len(numbers) == 1:
            return (numbers[0], name)
        # Where several sources have the column, USING has made one of them, or PostgreSQL would not know either.
        return self._of_these(numbers) if name == self._column else None

    def _of_these(self, numbers: Sequence[int]) -> Key | None:
        """The column of one of several sources, of those that are certain to have it if there are any."""
        found = [number for number in numbers if number in self._with_column] or list(numbers)
        return (found[0], self._column) if found else None

    def _number_of(self, target: Table, place: _Place) -> int:
        return place.scopes[0][target.alias or target.parts[-1]]

    def _new(self) -> int:
        self._sources += 1
        return self._sources

    def _root(self, key: Key) -> Key:
        while (parent := self._parents.get(key)) is not None:
            key = parent
        return key

    def _unite(self, one: Key | None, other: Key | None) -> None:
        if one is not None and other is not None and (root := self._root(one)) != (to := self._root(other)):
            self._parents[root] = to

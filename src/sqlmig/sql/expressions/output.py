"""How PostgreSQL names what a query gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.conditions import source_name
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    Array,
    Call,
    Case,
    Cast,
    Change,
    Collate,
    Column,
    Cte,
    Derived,
    Exists,
    Join,
    Node,
    Operation,
    Output,
    Produced,
    Query,
    Row,
    Select,
    SetOperation,
    Star,
    Subquery,
    Table,
    Values,
)
from sqlmig.sql.reader import Name

Names = tuple["str | None", ...]
Tables = Callable[[Name], "tuple[str, ...] | None"]


def output_columns(e: Expression, star: Tables | None = None) -> Names | None:
    """The names of a query's columns as PostgreSQL gives them; None for one that it calls `?column?`.

    Args:
        e: a query, or a statement with RETURNING.
        star: gives the columns of a table or view that `*` stands for, in order, or None. Without it, and where it does
            not know, the answer is None.
    """
    node = read(e)
    query = node.query if isinstance(node, Subquery) else node
    if not isinstance(query, Query):
        return None
    return _columns(query, _Stars(star, ()))


class _Stars:
    """What `*` may stand for: the columns of tables, and those of the queries of WITH that can be seen."""

    def __init__(self, tables: Tables | None, ctes: tuple[Cte, ...]) -> None:
        self._tables = tables
        self._ctes = ctes

    def with_(self, ctes: tuple[Cte, ...]) -> _Stars:
        return _Stars(self._tables, (*self._ctes, *ctes))

    def table(self, table: Table) -> Names | None:
        """The columns of a table or a query of WITH."""
        if len(table.parts) == 1:
            for number in reversed(range(len(self._ctes))):
                cte = self._ctes[number]
                if cte.name == table.parts[0]:
                    found = _columns(cte.query, _Stars(self._tables, self._ctes[:number]))
                    return _renamed(found, cte.columns)
        schema = table.parts[-2] if len(table.parts) > 1 else None
        return None if self._tables is None else self._tables(Name(schema, table.parts[-1]))


def _columns(query: Query, stars: _Stars) -> Names | None:
    inner = stars.with_(query.ctes)
    match query.body:
        case Select():
            return _listed(query.body.outputs, query.body.source, inner)
        case SetOperation():
            return _columns(query.body.left, inner)
        case Values():
            first = query.body.rows[0]
            return tuple(
                f"column{number}" for number in range(1, len(first.items) + 1 if isinstance(first, Row) else 2)
            )
        case Change() if query.body.source is None:
            return _listed(query.body.returning, query.body.target, inner)
        case _:
            return None


def _listed(outputs: tuple[Output, ...], source: Node | None, stars: _Stars) -> Names | None:
    found: list[str | None] = []
    for output in outputs:
        if isinstance(output.value, Star):
            columns = _starred(output.value, source, stars)
            if columns is None:
                return None
            found += columns
        else:
            found.append(output.alias or _name(output.value)[0])
    return tuple(found)


# --- what * stands for ---


def _starred(star: Star, source: Node | None, stars: _Stars) -> Names | None:
    if not star.parts:
        return None if source is None else _all(source, stars)
    matching = [one for one in _leaves(source) if _called(one) == star.parts[-1]]
    return _all(matching[0], stars) if len(matching) == 1 else None


def _leaves(source: Node | None) -> Iterator[Table | Derived | Produced]:
    match source:
        case Join():
            yield from _leaves(source.left)
            yield from _leaves(source.right)
        case Table() | Derived() | Produced():
            yield source


def _called(source: Table | Derived | Produced) -> str:
    return source.alias or source_name(source)


def _all(source: Node, stars: _Stars) -> Names | None:
    match source:
        case Table():
            return _renamed(stars.table(source), source.columns)
        case Derived():
            return _renamed(_columns(source.query, stars), source.columns)
        case Join():
            return _merged(_all(source.left, stars), _all(source.right, stars), source)
        case _:
            return None


def _renamed(found: Names | None, columns: tuple[str, ...]) -> Names | None:
    """With the names that an alias gives to the first columns."""
    return None if found is None else (*columns, *found[len(columns) :])


def _merged(left: Names | None, right: Names | None, join: Join) -> Names | None:
    """The columns of both sides; those that USING or NATURAL joins by come first, and once."""
    if left is None or right is None:
        return None
    shared = tuple(name for name in left if name in right and name is not None) if join.natural else join.using
    return (*shared, *(name for name in left if name not in shared), *(name for name in right if name not in shared))


# --- the name of one column ---

_Named = tuple["str | None", bool]
"""A name, and whether it is a weak one that a name of something inside would take the place of."""


def _name(value: Node) -> _Named:
    """PostgreSQL's FigureColname."""
    match value:
        case Column():
            return value.name, False
        case Call():
            return value.parts[-1], False
        case Operation():
            return value.called, False
        case Cast():
            inner, weak = _name(value.operand)
            return (value.type.name, True) if inner is None or weak else (inner, False)
        case Collate():
            return _name(value.operand)
        case Case():
            inner, weak = (None, True) if value.otherwise is None else _name(value.otherwise)
            return ("case", True) if inner is None or weak else (inner, False)
        case Array():
            return "array", False
        case Row():
            return "row", False
        case Exists():
            return "exists", False
        case Subquery():
            return _first_name(value.query)
        case _:
            return None, True


def _first_name(query: Query) -> _Named:
    body = query.body
    while isinstance(body, SetOperation):
        body = body.left.body
    match body:
        case Select(outputs=(first, *_)):
            return (first.alias, False) if first.alias else _name(first.value)
        case Values():
            return "column1", False
        case _:
            return None, True

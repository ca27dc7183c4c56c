"""A small closed tree of what a piece of SQL means, as far as the questions go. Its names are folded."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.record import Record, aside


class Node(Record):
    """Anything in the tree. Equal nodes say the same, wherever they stand."""

    token: int = aside(default=-1)
    """Index, among the expression's tokens, of the one that it starts with or is named by; -1: not kept."""


# --- values ---


class LiteralKind(Enum):
    """What sort of constant is written."""

    NULL = "null"
    TRUE = "true"
    FALSE = "false"
    NUMBER = "number"
    STRING = "string"
    BITS = "bits"


class Literal(Node):
    """A constant; NULL, TRUE and FALSE need no value."""

    kind: LiteralKind
    value: str = ""
    """The characters of a string; a number in decimal digits."""


class Parameter(Node):
    """$1."""

    text: str


class Default(Node):
    """DEFAULT where a value may stand."""


class Column(Node):
    """A column, or whatever else a plain name means where it stands."""

    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last part."""
        return self.parts[-1]

    @property
    def qualifier(self) -> str | None:
        """The part in front of the last one: a table or its alias."""
        return self.parts[-2] if len(self.parts) > 1 else None


class Star(Node):
    """`*`, or `name.*`."""

    parts: tuple[str, ...] = ()


class Call(Node):
    """A call of a function, or one of the words that act like one: COALESCE, NULLIF, CURRENT_USER."""

    parts: tuple[str, ...]
    arguments: tuple[Node, ...] = ()


class Cast(Node):
    """`operand::type`, CAST, or a constant behind its type."""

    operand: Node
    type: TypeName


class Collate(Node):
    """`operand COLLATE name`."""

    operand: Node


class Row(Node):
    """ROW(...) or (a, b)."""

    items: tuple[Node, ...]


class Array(Node):
    """ARRAY[...], or ARRAY(query) with the query as its only item."""

    items: tuple[Node, ...]


class Case(Node):
    """CASE."""

    operand: Node | None
    conditions: tuple[Node, ...]
    results: tuple[Node, ...]
    """One for each condition."""
    otherwise: Node | None


class Subquery(Node):
    """A query in parentheses, as a value or as rows."""

    query: Query


class Operation(Node):
    """An operator or a construct whose meaning no question needs: what it is made of."""

    parts: tuple[Node, ...]
    called: str | None = None
    """The name that PostgreSQL gives it as a column of a result; None for `?column?`."""


# --- conditions ---


class And(Node):
    """Two terms or more."""

    terms: tuple[Node, ...]


class Or(Node):
    """Two terms or more."""

    terms: tuple[Node, ...]


class Not(Node):
    """NOT, and the NOT in NOT IN and NOT BETWEEN."""

    term: Node


class Comparison(Enum):
    """The operators of comparison."""

    EQUAL = "="
    UNEQUAL = "<>"
    LESS = "<"
    GREATER = ">"
    LESS_OR_EQUAL = "<="
    GREATER_OR_EQUAL = ">="
    DISTINCT = "is distinct from"
    NOT_DISTINCT = "is not distinct from"


class Compare(Node):
    """A comparison; the right side may be AnyOf or AllOf."""

    operator: Comparison
    left: Node
    right: Node


class AnyOf(Node):
    """ANY (...) or SOME (...) behind an operator."""

    operand: Node


class AllOf(Node):
    """ALL (...) behind an operator."""

    operand: Node


class In(Node):
    """IN with its list, or with a Subquery as the only item."""

    operand: Node
    items: tuple[Node, ...]


class NullTest(Node):
    """IS NULL and IS NOT NULL: of a row they are no opposites."""

    operand: Node
    negated: bool


class TruthTest(Node):
    """IS [NOT] TRUE, FALSE or UNKNOWN."""

    operand: Node
    value: LiteralKind
    """NULL for UNKNOWN."""
    negated: bool


class Exists(Node):
    """EXISTS (query)."""

    query: Query


# --- queries ---


class Query(Node):
    """WITH and what follows it."""

    body: Node
    """Select, SetOperation, Values or Change."""
    ctes: tuple[Cte, ...] = ()
    recursive: bool = False
    rest: tuple[Node, ...] = ()
    """ORDER BY, LIMIT and the like behind a query in parentheses."""


class Cte(Node):
    """One query of WITH."""

    name: str
    columns: tuple[str, ...]
    query: Query


class Output(Node):
    """One entry of a select list or of RETURNING."""

    value: Node
    alias: str | None = None


class Select(Node):
    """SELECT, or TABLE."""

    outputs: tuple[Output, ...]
    source: Node | None
    """What stands behind FROM: Table, Derived, Produced or Join."""
    where: Node | None
    rest: tuple[Node, ...] = ()
    """Everything else: GROUP BY, HAVING, ORDER BY, LIMIT, DISTINCT ON, WINDOW."""


class SetOperation(Node):
    """UNION, INTERSECT, EXCEPT."""

    left: Query
    right: Query
    rest: tuple[Node, ...] = ()


class Values(Node):
    """VALUES; a row of one column is that value, not a Row."""

    rows: tuple[Node, ...]
    rest: tuple[Node, ...] = ()


class Change(Node):
    """INSERT, UPDATE, DELETE, MERGE."""

    target: Table
    columns: tuple[str, ...] = ()
    """Those that INSERT names."""
    source: Node | None = None
    """What stands behind FROM of UPDATE, behind USING of DELETE and MERGE."""
    query: Query | None = None
    """The rows of INSERT."""
    where: Node | None = None
    """WHERE, or ON of MERGE."""
    rest: tuple[Node, ...] = ()
    returning: tuple[Output, ...] = ()


class Table(Node):
    """A table, a view, or a query of WITH."""

    parts: tuple[str, ...]
    alias: str | None = None
    columns: tuple[str, ...] = ()
    """The other names that the alias gives to the first columns."""


class Derived(Node):
    """A query behind FROM."""

    query: Query
    alias: str | None = None
    columns: tuple[str, ...] = ()


class Produced(Node):
    """Functions behind FROM."""

    calls: tuple[Node, ...]
    alias: str | None = None
    columns: tuple[str, ...] = ()


class Join(Node):
    """Two sources with JOIN or a comma between them."""

    left: Node
    right: Node
    on: Node | None = None
    using: tuple[str, ...] = ()
    natural: bool = False
    outer: bool = False
    """LEFT, RIGHT or FULL."""


# --- walking ---


def walk(node: Node) -> Iterator[Node]:
    """The node and all that is in it, queries included, in order."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(tuple(children(found))))


def walk_outside_queries(node: Node) -> Iterator[Node]:
    """The node and all that is in it, down to the queries in it, which are not looked into."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if not isinstance(found, Query):
            waiting.extend(reversed(tuple(children(found))))


def children(node: Node) -> Iterator[Node]:
    """What a node is made of."""
    for field in node.field_names():
        yield from _nodes(getattr(node, field))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        yield from (item for item in value if isinstance(item, Node))

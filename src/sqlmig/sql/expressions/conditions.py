"""What must hold for the rows for which a condition is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    And,
    AnyOf,
    Call,
    Case,
    Cast,
    Change,
    Collate,
    Column,
    Compare,
    Comparison,
    Derived,
    Exists,
    In,
    Join,
    LiteralKind,
    Node,
    Not,
    Or,
    Produced,
    Query,
    Row,
    Select,
    Subquery,
    Table,
    TruthTest,
    walk,
    walk_outside_queries,
)
from sqlmig.sql.expressions.truth import Truth, outcomes

Leaf = Callable[[Node], "bool | None"]
"""Says of a condition without AND, OR and NOT whether it makes sure of something; None: not known."""


def filters(e: Expression, column: str, qualifiers: frozenset[str | None] | None = None) -> bool | None:
    """Whether the condition holds only for rows whose column equals something that is not the column itself.

    Args:
        e: a condition.
        column: the column's name.
        qualifiers: the names that may stand in front of it, None for none; without them any name may. A column of the
            same name behind another name is another column: with qualifiers, to equal that one counts.
    """
    node = read(e)
    return None if node is None else holds(node, lambda leaf: _fixes(leaf, column, qualifiers))


def _fixes(leaf: Node, column: str, qualifiers: frozenset[str | None] | None) -> bool | None:
    def is_it(node: Node) -> bool:
        return isinstance(node, Column) and node.name == column and (qualifiers is None or node.qualifier in qualifiers)

    if any(is_it(one) and not _contains(other, is_it) for one, other in equal_pairs(leaf)):
        return True
    match leaf:
        case Exists(query=Query(body=Select(where=where))) if where is not None:
            # In a subquery only a name in front tells the column from one of the subquery's own tables.
            outside = frozenset[str | None]() if qualifiers is None else qualifiers - {None} - names_in(leaf.query)
            found = holds(where, lambda inner: _fixes(inner, column, outside))
            unclear = any(is_it(node) and _is_unclear(node, qualifiers) for node in walk(where))
            return found or (None if unclear else found)
        case Call():
            return None if _contains(leaf, is_it) else False
        case _:
            return False


def _is_unclear(node: Node, qualifiers: frozenset[str | None] | None) -> bool:
    return isinstance(node, Column) and (qualifiers is None or node.qualifier is None)


def _contains(node: Node, is_it: Callable[[Node], bool]) -> bool:
    """Whether a column is in a value. In a query that has a FROM, a column without a name in front is another one."""
    for found in walk_outside_queries(node):
        if isinstance(found, Query):
            own = names_in(found)
            inside = (column for column in walk(found) if isinstance(column, Column) and is_it(column))
            if any(not own or column.qualifier not in (None, *own) for column in inside):
                return True
        elif is_it(found):
            return True
    return False


def names_in(query: Query) -> frozenset[str]:
    """The names that columns may have in front of them in a query or in a query in it; empty: no FROM anywhere."""
    sources = (source for source in walk(query) if isinstance(source, (Table, Derived, Produced)))
    return frozenset(name for source in sources for name in (source.alias or source_name(source),))


def source_name(source: Table | Derived | Produced) -> str:
    """The name of a source without an alias; a query may have none."""
    match source:
        case Table():
            return source.parts[-1]
        case Produced(calls=(Call(parts=parts), *_)):
            return parts[-1]
        case _:
            return ""


def equates(e: Expression, column: str, left: frozenset[str | None], right: frozenset[str | None]) -> bool | None:
    """Whether rows of two tables are joined only where both have the same value in a column of one name.

    Args:
        e: a condition, or a query: then WHERE and the conditions of its joins count together, USING too.
        column: the column's name in both.
        left: the names that may stand in front of it for the one table, None for none.
        right: likewise for the other table.
    """
    node = read(e)
    if node is None:
        return None

    def joins(leaf: Node) -> bool | None:
        return any(_are(pair, column, left, right) or _are(pair, column, right, left) for pair in equal_pairs(leaf))

    if not isinstance(node, (Query, Subquery)):
        return holds(node, joins)
    return _joined(node if isinstance(node, Query) else node.query, joins, column)


def _are(pair: tuple[Node, Node], column: str, one: frozenset[str | None], other: frozenset[str | None]) -> bool:
    first, second = map(without_casts, pair)
    return (
        isinstance(first, Column)
        and isinstance(second, Column)
        and first.name == second.name == column
        and first != second
        and first.qualifier in one
        and second.qualifier in other
    )


def _joined(query: Query, joins: Leaf, column: str) -> bool | None:
    body = query.body
    if isinstance(body, Change) and body.query is not None:
        return _joined(body.query, joins, column)
    if not isinstance(body, (Select, Change)):
        return False
    answers = [] if body.where is None else [holds(body.where, joins)]
    for join in joins_in(body.source):
        answers.append(True if column in join.using else None if join.natural else False)
        if join.on is not None:
            answers.append(holds(join.on, joins))
    return any_of(answers)


# --- AND, OR, NOT ---


def holds(node: Node, leaf: Leaf) -> bool | None:
    """Whether every row for which a condition is true passes a leaf that makes sure of something."""
    match node:
        case And():
            return any_of(holds(term, leaf) for term in node.terms)
        case Or():
            return all_of(holds(term, leaf) for term in node.terms if Truth.TRUE in outcomes(term))
        case Not():
            return _fails(node.term, leaf)
        case TruthTest(negated=False, value=LiteralKind.TRUE):
            return holds(node.operand, leaf)
        case TruthTest(negated=False, value=LiteralKind.FALSE):
            return _fails(node.operand, leaf)
        case Case():
            return _any_result((*node.results, node.otherwise), leaf)
        case Call(parts=("coalesce",)):
            return _any_result(node.arguments, leaf)
        case _:
            return leaf(node)


def _any_result(results: Iterable[Node | None], leaf: Leaf) -> bool | None:
    """Of values of which one is the condition: those that may be true must pass, all of them."""
    return all_of(holds(result, leaf) for result in results if result is not None and Truth.TRUE in outcomes(result))


def _fails(node: Node, leaf: Leaf) -> bool | None:
    """Whether every row for which a condition is false passes such a leaf: NOT is moved inwards."""
    match node:
        case Or():
            return any_of(_fails(term, leaf) for term in node.terms)
        case And():
            return all_of(_fails(term, leaf) for term in node.terms if Truth.FALSE in outcomes(term))
        case Not():
            return holds(node.term, leaf)
        case Compare(operator=operator) if operator in _NEGATED:
            return leaf(node.replaced(operator=_NEGATED[operator]))
        case _:
            return None if leaf(node) is None else False


_NEGATED: Final = {Comparison.UNEQUAL: Comparison.EQUAL, Comparison.DISTINCT: Comparison.NOT_DISTINCT}


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True when one is; otherwise None when one is."""
    found = list(answers)
    return True if True in found else None if None in found else False


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False when one is, or there is none; otherwise None when one is."""
    found = list(answers)
    return False if False in found or not found else None if None in found else True


def equal_pairs(leaf: Node) -> Iterator[tuple[Node, Node]]:
    """What a comparison makes equal, both ways round, seen through casts; rows item by item.

    The other side of IN and ANY is what the one side is searched in.
    """
    match leaf:
        case Compare(operator=Comparison.EQUAL | Comparison.NOT_DISTINCT):
            yield from _pairs(leaf.left, leaf.right)
        case In():
            yield from _rows(leaf.operand, leaf.items)


def _pairs(left: Node, right: Node) -> Iterator[tuple[Node, Node]]:
    if isinstance(right, AnyOf):
        yield from _rows(left, (right.operand,))
    elif isinstance(left, Row) and isinstance(right, Row) and len(left.items) == len(right.items):
        for one, other in zip(left.items, right.items, strict=True):
            yield from _pairs(one, other)
    elif isinstance(left, Row):
        yield from _rows(left, (right,))
    else:
        yield without_casts(left), right
        yield without_casts(right), left


def _rows(operand: Node, items: tuple[Node, ...]) -> Iterator[tuple[Node, Node]]:
    """What each column of a row is searched in: all of the list, or of the query."""
    searched = items[0] if len(items) == 1 else Row(items=items)
    if not isinstance(operand, Row):
        yield without_casts(operand), searched
        return
    for index, column in enumerate(operand.items):
        if all(isinstance(item, Row) and len(item.items) == len(operand.items) for item in items):
            yield without_casts(column), Row(items=tuple(item.items[index] for item in items if isinstance(item, Row)))
        else:
            yield without_casts(column), searched


def without_casts(node: Node) -> Node:
    """What is cast, or collated."""
    while isinstance(node, (Cast, Collate)):
        node = node.operand
    return node


def joins_in(source: Node | None) -> Iterator[Join]:
    """The joins of a source, outside of the queries in it."""
    if source is not None:
        yield from (node for node in walk_outside_queries(source) if isinstance(node, Join))

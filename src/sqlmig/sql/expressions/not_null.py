"""What a CHECK proves about NOT NULL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    And,
    Column,
    Compare,
    Comparison,
    Literal,
    LiteralKind,
    Node,
    Not,
    NullTest,
    Or,
    Row,
)
from sqlmig.sql.expressions.truth import Truth, outcomes


def proves_not_null(e: Expression) -> frozenset[str] | None:
    """The columns of which a valid CHECK of this expression proves to SET NOT NULL that they hold no NULL.

    Measured, not argued: `c > 0` lets NULL pass as any CHECK does, and `coalesce(c, 0) > 0` proves it to nobody.
    """
    node = read(e)
    return None if node is None else _not_null(node)


def _not_null(node: Node) -> frozenset[str]:
    """The columns that are not NULL where this is not false."""
    match node:
        case And():
            return frozenset[str]().union(*map(_not_null, node.terms))
        case Or():
            return _common(term for term in node.terms if outcomes(term) != {Truth.FALSE})
        case Not():
            return _not_null_unless(node.term)
        case NullTest(negated=True):
            return frozenset(_tested(node.operand))
        case Compare(operator=Comparison.DISTINCT):
            return frozenset(_compared_with_null(node))
        case _:
            return frozenset()


def _not_null_unless(node: Node) -> frozenset[str]:
    """The columns that are not NULL where this is not true."""
    match node:
        case Or():
            return frozenset[str]().union(*map(_not_null_unless, node.terms))
        case And():
            return _common_unless(node.terms)
        case Not():
            return _not_null(node.term)
        case NullTest(negated=False, operand=Column()):
            return frozenset(_tested(node.operand))
        case Compare(operator=Comparison.NOT_DISTINCT):
            return frozenset(_compared_with_null(node))
        case _:
            return frozenset()


def _common(terms: Iterable[Node]) -> frozenset[str]:
    found = [_not_null(term) for term in terms]
    return frozenset[str].intersection(*found) if found else frozenset()


def _common_unless(terms: Iterable[Node]) -> frozenset[str]:
    return frozenset[str].intersection(*map(_not_null_unless, terms))


def _tested(operand: Node) -> Iterator[str]:
    match operand:
        case Column():
            yield operand.name
        case Row():
            for item in operand.items:
                if isinstance(item, Column):
                    yield item.name


def _compared_with_null(node: Compare) -> Iterator[str]:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, Column) and isinstance(other, Literal) and other.kind is LiteralKind.NULL:
            yield one.name

"""What a condition can come out as, whatever the rows are."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import reduce
from itertools import product
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    And,
    Call,
    Case,
    Cast,
    Collate,
    Column,
    Compare,
    Comparison,
    Exists,
    In,
    Literal,
    LiteralKind,
    Node,
    Not,
    NullTest,
    Or,
    Query,
    Select,
    Subquery,
    TruthTest,
)


def always_true(e: Expression) -> bool | None:
    """Whether a condition is true for every row: `true`, `1 = 1`, `x OR true`; but not `x = x`, which may be NULL."""
    return _only(e, _TRUE)


def never_true(e: Expression) -> bool | None:
    """Whether a condition is true for no row, because it is always false or NULL."""
    node = read(e)
    return None if node is None else Truth.TRUE not in outcomes(node)


def always_null(e: Expression) -> bool | None:
    """Whether a condition is NULL for every row. A CHECK lets such a row pass, WHERE and a policy do not."""
    return _only(e, _NULL)


class Truth(Enum):
    """What a condition is for one row."""

    TRUE = "true"
    FALSE = "false"
    NULL = "null"


Outcomes = frozenset[Truth]
"""What a condition may be for some row: at least what it is for any, perhaps more."""

_TRUE: Final = frozenset({Truth.TRUE})
_FALSE: Final = frozenset({Truth.FALSE})
_NULL: Final = frozenset({Truth.NULL})
_EITHER: Final = _TRUE | _FALSE
_ANY: Final = _EITHER | _NULL


def _only(e: Expression, outcome: Outcomes) -> bool | None:
    node = read(e)
    return None if node is None else outcomes(node) == outcome


def outcomes(node: Node) -> Outcomes:
    """What a condition may be."""
    match node:
        case Literal():
            return _literal(node)
        case Cast():
            return _cast(node)
        case And() | Or():
            return _connected(node)
        case Not():
            return frozenset(_OPPOSITE[truth] for truth in outcomes(node.term))
        case Compare():
            return _compared(node)
        case In():
            return _member(node)
        case NullTest():
            return _null_test(node)
        case TruthTest():
            return frozenset(
                _of((truth is _TRUTHS[node.value]) is not node.negated) for truth in outcomes(node.operand)
            )
        case Exists():
            return _exists(node.query)
        case Subquery():
            return _scalar(node.query)
        case Case():
            return _case(node)
        case Call(parts=("coalesce",)):
            return _coalesce(node.arguments)
        case _:
            return _ANY


_OPPOSITE: Final = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.NULL: Truth.NULL}
_TRUTHS: Final = {LiteralKind.TRUE: Truth.TRUE, LiteralKind.FALSE: Truth.FALSE, LiteralKind.NULL: Truth.NULL}


def _of(value: bool) -> Truth:
    return Truth.TRUE if value else Truth.FALSE


def _literal(literal: Literal) -> Outcomes:
    """A constant as a condition: strings are read as PostgreSQL's boolean type does."""
    if literal.kind in _TRUTHS:
        return frozenset({_TRUTHS[literal.kind]})
    word = literal.value.strip().lower()
    if literal.kind is LiteralKind.STRING and word:
        if word in ("1", "on") or "true".startswith(word) or "yes".startswith(word):
            return _TRUE
        if word in ("0", "off", "of") or "false".startswith(word) or "no".startswith(word):
            return _FALSE
    return _ANY


def _cast(cast: Cast) -> Outcomes:
    """A cast to boolean, of NULL or of something that may be a condition."""
    value = cast.operand
    to_boolean = cast.type.builtin in ("bool", "boolean")
    if to_boolean and isinstance(value, Literal) and value.kind is LiteralKind.NUMBER:
        return _TRUE if value.value.strip("-0") else _FALSE
    found = outcomes(value)
    return found if to_boolean or found == _NULL else _ANY


# --- AND and OR ---


def _connected(node: And | Or) -> Outcomes:
    strong, weak = (Truth.FALSE, Truth.TRUE) if isinstance(node, And) else (Truth.TRUE, Truth.FALSE)
    if _has_opposites(node.terms):
        return frozenset({strong})

    def both(one: Outcomes, other: Outcomes) -> Outcomes:
        return frozenset(_stronger(pair, strong, weak) for pair in product(one, other))

    return reduce(both, map(outcomes, node.terms))


def _stronger(pair: tuple[Truth, Truth], strong: Truth, weak: Truth) -> Truth:
    """What AND makes of two truths: FALSE before NULL before TRUE. OR the other way round."""
    if strong in pair:
        return strong
    return Truth.NULL if Truth.NULL in pair else weak


def _has_opposites(terms: Iterable[Node]) -> bool:
    """Whether one term is true where another is false: `x IS NULL` and `x IS NOT NULL` of one column."""
    tests = [term for term in terms if isinstance(term, NullTest) and isinstance(term.operand, Column)]
    nulls = {test.operand for test in tests if not test.negated}
    return any(test.negated and test.operand in nulls for test in tests)


# --- comparisons ---


def _compared(node: Compare) -> Outcomes:
    left, right = node.left, node.right
    if node.operator in (Comparison.DISTINCT, Comparison.NOT_DISTINCT):
        equal = True if isinstance(left, Column) and left == right else _equal(left, right)
        return _EITHER if equal is None else frozenset({_of(equal is (node.operator is Comparison.NOT_DISTINCT))})
    if _is_null(left) or _is_null(right):
        return _NULL
    order = _order(left, right)
    if order is None:
        return _ANY
    return frozenset({_of(order in _HOLDS[node.operator])})


_HOLDS: Final = {
    Comparison.EQUAL: (0,),
    Comparison.UNEQUAL: (-1, 1),
    Comparison.LESS: (-1,),
    Comparison.GREATER: (1,),
    Comparison.LESS_OR_EQUAL: (-1, 0),
    Comparison.GREATER_OR_EQUAL: (0, 1),
}


def _is_null(node: Node) -> bool:
    """Whether it is NULL, with or without a type."""
    while isinstance(node, (Cast, Collate)):
        node = node.operand
    return isinstance(node, Literal) and node.kind is LiteralKind.NULL


def _equal(left: Node, right: Node) -> bool | None:
    """Whether two constants are the same, NULL being the same as NULL; None when that is not certain."""
    if _is_null(left) and _is_null(right):
        return True
    if _is_null(left) or _is_null(right):
        return False if isinstance(right if _is_null(left) else left, Literal) else None
    order = _order(left, right)
    return None if order is None else order == 0


def _order(left: Node, right: Node) -> int | None:
    """-1, 0 or 1 as one constant comes before the other; None when that is not certain."""
    if isinstance(left, Cast) and isinstance(right, Cast) and left.type == right.type:
        # What a cast makes of two different constants may be the same.
        return 0 if isinstance(left.operand, Literal) and left.operand == right.operand else None
    if not isinstance(left, Literal) or not isinstance(right, Literal) or left.kind is not right.kind:
        return None
    if left.kind is LiteralKind.NUMBER:
        return _numbers(left.value, right.value)
    if left == right:
        return 0
    # How strings that differ compare, even whether they are equal, is the collation's business.
    return None


def _numbers(left: str, right: str) -> int | None:
    try:
        one, other = Decimal(left), Decimal(right)
    except InvalidOperation:
        return None
    return (one > other) - (one < other)


def _member(node: In) -> Outcomes:
    if any(isinstance(item, Subquery) for item in node.items):
        return _ANY
    each = [_compared(Compare(operator=Comparison.EQUAL, left=node.operand, right=item)) for item in node.items]
    if _TRUE in each:
        return _TRUE
    return _FALSE if all(found == _FALSE for found in each) else _ANY


def _null_test(node: NullTest) -> Outcomes:
    if _is_null(node.operand):
        return _FALSE if node.negated else _TRUE
    if isinstance(node.operand, Literal):
        return _TRUE if node.negated else _FALSE
    return _EITHER


# --- queries, CASE, COALESCE ---


def _exists(query: Query) -> Outcomes:
    body = query.body
    if not isinstance(body, Select) or _reads(query, body):
        return _EITHER
    if not all(isinstance(output.value, Literal) for output in body.outputs):
        return _EITHER  # An aggregate gives a row where WHERE lets none pass, other functions may give none at all.
    if body.where is None:
        return _TRUE
    return frozenset(_of(truth is Truth.TRUE) for truth in outcomes(body.where))


def _scalar(query: Query) -> Outcomes:
    body = query.body
    if not isinstance(body, Select) or body.where is not None or _reads(query, body):
        return _ANY
    return outcomes(body.outputs[0].value) if len(body.outputs) == 1 else _ANY


def _reads(query: Query, body: Select) -> bool:
    """Whether a query has anything but outputs and WHERE."""
    return body.source is not None or bool(body.rest or query.rest or query.ctes)


def _case(node: Case) -> Outcomes:
    found = _NULL if node.otherwise is None else outcomes(node.otherwise)
    return found.union(*map(outcomes, node.results))


def _coalesce(arguments: Iterable[Node]) -> Outcomes:
    found: Outcomes = frozenset()
    for argument in arguments:
        one = outcomes(argument)
        found |= one - _NULL
        if Truth.NULL not in one:
            return found
    return found | _NULL

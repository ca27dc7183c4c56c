"""sqlglot's nodes for values and conditions."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from sqlmig.sql.expressions.reading.account import Account, Maker, given, refuse
from sqlmig.sql.expressions.tree import (
    AllOf,
    And,
    AnyOf,
    Array,
    Call,
    Case,
    Cast,
    Collate,
    Column,
    Compare,
    Comparison,
    In,
    Literal,
    LiteralKind,
    Node,
    Not,
    NullTest,
    Operation,
    Or,
    Row,
    Star,
    TruthTest,
)
from sqlmig.sql.identifiers import fold
from sqlmig.sql.tokens import Kind

# --- operands ---


def _operand(account: Account, x: Any, weakest: int) -> Node:
    """An operand, if PostgreSQL takes it as one without parentheses."""
    if _RANKS.get(type(x), _TIGHTEST) < weakest:
        raise refuse("sqlglot and PostgreSQL disagree about precedence")
    return account.node(x)


def _right(account: Account, x: Any, weakest: int) -> Node:
    """The operand behind an operator, the only place for ANY and ALL: a cast behind them is one of the whole."""
    match x:
        case exp.Any(this=exp.Paren() | exp.Subquery()):
            return AnyOf(operand=account.node(x.this))
        case exp.Anonymous() if account.token(index := account.index(x.name)).word == "all":
            [operand] = account.nodes(x.expressions)
            return AllOf(operand=operand, token=index)
        case _:
            return _operand(account, x, weakest)


# How tightly PostgreSQL binds the operands of each, from its grammar's table of precedence.
_RANKS: Final[dict[type, int]] = {
    exp.Or: 1,
    exp.And: 2,
    exp.Not: 3,
    exp.Is: 4,
    exp.NullSafeEQ: 4,
    exp.NullSafeNEQ: 4,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.GT, exp.LTE, exp.GTE), 5),
    exp.In: 6,
    exp.Between: 6,
    exp.Like: 6,
    **dict.fromkeys((exp.DPipe, exp.BitwiseOr, exp.BitwiseAnd, exp.Add, exp.Mul), 7),
}
_TIGHTEST: Final = 8
_OPERATOR: Final = _RANKS[exp.DPipe]


# --- values ---


def _column(account: Account, x: exp.Column) -> Node:
    parts = account.qualifiers(x, "catalog", "db", "table")
    if isinstance(x.this, exp.Star):
        return Star(parts=parts)
    index = account.index(x.name)
    return Column(parts=(*parts, account.name(index)), token=index) if parts else account.leaf(index)


def _literal(account: Account, x: exp.Literal) -> Node:
    """A string; the field of EXTRACT, which may be written as a word."""
    index = account.index(x.name)
    token = account.token(index)
    if token.kind is Kind.STRING:
        return account.leaf(index)
    return Literal(kind=LiteralKind.STRING, value=fold(token), token=index)


def _negative(account: Account, x: exp.Neg) -> Node:
    """A sign, which is part of a number behind it."""
    operand = _operand(account, x.this, _OPERATOR)
    if isinstance(operand, Literal) and operand.kind is LiteralKind.NUMBER:
        value = operand.value
        return operand.replaced(value=value[1:] if value.startswith("-") else "-" + value)
    return Operation(parts=(operand,))


def _prefixed(account: Account, x: exp.BitwiseNot) -> Node:
    """Any other operator in front of a value."""
    return Operation(parts=(_operand(account, x.this, _OPERATOR),))


def _call(account: Account, x: exp.Anonymous) -> Node:
    """A call, with the ORDER BY of an aggregate's arguments beside it."""
    index = account.index(x.name)
    arguments = list(x.expressions)
    order: tuple[Node, ...] = ()
    if arguments and isinstance(arguments[-1], exp.Order):
        order = account.rest(arguments[-1], "this")
        arguments[-1] = arguments[-1].this
    if arguments and isinstance(arguments[0], exp.Distinct):
        arguments[:1] = arguments[0].expressions
    made = _called(account, index, account.nodes(arguments))
    return Operation(parts=(made, *order), called=account.name(index)) if order else made


def _called(account: Account, index: int, arguments: tuple[Node, ...]) -> Node:
    match account.token(index).word:
        case "row":
            return Row(items=arguments, token=index)
        case "all":
            raise refuse("ALL without an operator")
        case "trim":
            side = account.token(index + 2).word
            return Call(parts=(_TRIMS.get(side, "btrim"),), arguments=arguments, token=index)
        case _:
            return Call(parts=(account.name(index),), arguments=arguments, token=index)


_TRIMS: Final = {"leading": "ltrim", "trailing": "rtrim"}


def _dot(account: Account, x: exp.Dot) -> Node:
    """A call with its schema, or a field of a value."""
    if isinstance(x.expression, exp.Anonymous):
        called = account.node(x.expression)
        if not isinstance(called, Call):
            raise refuse("a word with a schema")
        return called.replaced(parts=(*_dotted(account, x.this), *called.parts))
    inner = account.node(x.this)
    if isinstance(x.expression, exp.Star):
        return Operation(parts=(inner, Star()))
    return Operation(parts=(inner,), called=account.label(x.expression))


def _dotted(account: Account, x: Any) -> tuple[str, ...]:
    match x:
        case exp.Dot():
            return (*_dotted(account, x.this), account.label(x.expression))
        case exp.Identifier():
            return (account.label(x),)
        case _:
            raise refuse("a call behind a value")


def _subscript(account: Account, x: exp.Bracket) -> Node:
    base = account.node(x.this)
    return Operation(parts=(base, *account.nodes(x.expressions)), called=_name_of(base))


def _name_of(node: Node) -> str | None:
    match node:
        case Column() | Call():
            return node.parts[-1]
        case Operation():
            return node.called
        case _:
            return None


def _cast(account: Account, x: exp.Cast) -> Node:
    index = account.index(x.args["to"].args["kind"].name)
    return Cast(operand=account.node(x.this), type=account.type(index))


def _collate(account: Account, x: exp.Collate) -> Node:
    account.index(x.expression.name)
    return Collate(operand=_operand(account, x.this, _TIGHTEST))


def _case(account: Account, x: exp.Case) -> Node:
    branches = x.args["ifs"]
    return Case(
        operand=account.optional(x.this),
        conditions=account.nodes(branch.this for branch in branches),
        results=account.nodes(branch.args["true"] for branch in branches),
        otherwise=account.optional(given(x, "default")),
    )


def _operators(account: Account, x: exp.Binary) -> Node:
    """A chain of operators, which may be long."""
    operands = []
    left: Any = x
    while type(left) is type(x):
        operands.append(_right(account, left.expression, _OPERATOR))
        left = left.this
    operands.append(_operand(account, left, _OPERATOR))
    called = "overlaps" if isinstance(x, exp.BitwiseOr) else None
    return Operation(parts=tuple(reversed(operands)), called=called)


def _at_time_zone(account: Account, x: exp.AtTimeZone) -> Node:
    return Operation(parts=account.rest(x), called="timezone")


def _equal_operator(account: Account, x: exp.BitwiseAnd) -> Node:
    """OPERATOR(schema.=), which binds like any operator that is not a plain comparison."""
    left, right = _operand(account, x.this, _OPERATOR), _right(account, x.expression, _OPERATOR)
    return Compare(operator=Comparison.EQUAL, left=left, right=right)


def _windowed(account: Account, x: Any) -> Node:
    """A call with FILTER, OVER or WITHIN GROUP; a window of WINDOW. The name of a window is no value."""
    windows = [key for key in ("this", "alias") if isinstance(x.args.get(key), exp.Identifier)]
    account.qualifiers(x, *windows)
    if "this" in windows:
        return Operation(parts=account.rest(x, *windows))
    call = account.node(x.this)
    return Operation(parts=(call, *account.rest(x, "this", *windows)), called=_name_of(call))


def _parts(account: Account, x: Any) -> Node:
    return Operation(parts=account.rest(x))


# --- conditions ---


def _connective(account: Account, x: exp.Connector) -> Node:
    """A chain of AND or of OR, which may be long."""
    kind = type(x)
    terms = []
    left: Any = x
    while type(left) is kind:
        terms.append(_operand(account, left.expression, _RANKS[kind]))
        left = left.this
    terms.append(_operand(account, left, _RANKS[kind]))
    return (And if kind is exp.And else Or)(terms=tuple(reversed(terms)))


def _negation(account: Account, x: exp.Not) -> Node:
    return Not(term=_operand(account, x.this, _RANKS[exp.Not]))


def _comparison(account: Account, x: exp.Binary) -> Node:
    tighter = _RANKS[type(x)] + 1
    left, right = _operand(account, x.this, tighter), _right(account, x.expression, tighter)
    return Compare(operator=_COMPARISONS[type(x)], left=left, right=right)


_COMPARISONS: Final = {
    exp.EQ: Comparison.EQUAL,
    exp.NEQ: Comparison.UNEQUAL,
    exp.LT: Comparison.LESS,
    exp.GT: Comparison.GREATER,
    exp.LTE: Comparison.LESS_OR_EQUAL,
    exp.GTE: Comparison.GREATER_OR_EQUAL,
    exp.NullSafeEQ: Comparison.NOT_DISTINCT,
    exp.NullSafeNEQ: Comparison.DISTINCT,
}


def _test(account: Account, x: exp.Is) -> Node:
    """IS: the tokens say what follows it."""
    operand = _operand(account, x.this, _RANKS[exp.Is])
    if not isinstance(x.expression, exp.Column):
        raise refuse("an operator behind IS ...")
    index = account.index(x.expression.name)
    first = account.token(index).word
    word = account.token(index + 1).word if first == "not" else first
    if word in ("null", "isnull", "notnull"):
        return NullTest(operand=operand, negated=first in ("not", "notnull"))
    if word in _TRUTHS:
        return TruthTest(operand=operand, value=_TRUTHS[word], negated=first == "not")
    return Operation(parts=(operand,))


_TRUTHS: Final = {"true": LiteralKind.TRUE, "false": LiteralKind.FALSE, "unknown": LiteralKind.NULL}


def _membership(account: Account, x: exp.In) -> Node:
    operand = _operand(account, x.this, _RANKS[exp.In] + 1)
    query = given(x, "query")
    items = account.nodes(x.expressions if query is None else [query])
    if not items:
        raise refuse("IN without a list")
    return In(operand=operand, items=items)


def _like(account: Account, x: exp.Like) -> Node:
    tighter = _RANKS[exp.Like] + 1
    return Operation(parts=(_operand(account, x.this, tighter), _right(account, x.expression, tighter)))


def _between(account: Account, x: exp.Between) -> Node:
    tighter = _RANKS[exp.Between] + 1
    return Operation(parts=tuple(_operand(account, x.args[key], tighter) for key in ("this", "low", "high")))


VALUES: Final[dict[type, Maker]] = {
    exp.Column: _column,
    exp.Star: lambda _account, _x: Star(),
    exp.Literal: _literal,
    exp.Paren: lambda account, x: account.node(x.this),
    exp.Neg: _negative,
    exp.BitwiseNot: _prefixed,
    exp.Anonymous: _call,
    exp.Dot: _dot,
    exp.Bracket: _subscript,
    exp.Cast: _cast,
    exp.Collate: _collate,
    exp.Case: _case,
    exp.Tuple: lambda account, x: Row(items=account.nodes(x.expressions)),
    exp.Array: lambda account, x: Array(items=account.nodes(x.expressions)),
    **dict.fromkeys((exp.DPipe, exp.BitwiseOr, exp.Add, exp.Mul), _operators),
    exp.BitwiseAnd: _equal_operator,
    exp.AtTimeZone: _at_time_zone,
    **dict.fromkeys((exp.Window, exp.Filter, exp.WithinGroup), _windowed),
    **dict.fromkeys((exp.Slice, exp.Order, exp.Ordered, exp.Where), _parts),
    exp.And: _connective,
    exp.Or: _connective,
    exp.Not: _negation,
    **dict.fromkeys(_COMPARISONS, _comparison),
    exp.Is: _test,
    exp.In: _membership,
    exp.Between: _between,
    exp.Like: _like,
}
"""What is made of each of sqlglot's nodes that a value or a condition may consist of."""

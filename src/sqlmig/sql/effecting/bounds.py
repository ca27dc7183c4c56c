"""Whether a valid CHECK says of a table's rows what a partition's bound asks: then ATTACH need not read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.definitions import Bound, BoundKind, Check
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import And, Cast, Column, Compare, Comparison, In, Literal, LiteralKind, Node
from sqlmig.sql.reader import Reader
from sqlmig.sql.schema.reads import as_written, mentions
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.tokens import Kind, tokenize


def proves_bound(table: Table, parent: Table, bound: Bound) -> bool | None:
    """Whether the checks of a table prove that all its rows fit.

    True only where they have the very values of the bound; None where they may prove it in another way.
    """
    key = _key(parent)
    if key is None:
        return None if any(check.valid for check in table.checks) else False
    terms = list(_terms(table, key))
    if not terms or not table.proves_not_null(key):
        return False
    match bound.kind:
        case BoundKind.RANGE:
            return _in_range(terms, bound.text) or None
        case BoundKind.LIST:
            return _in_list(terms, bound.text) or None
        case _:
            return None


def _key(parent: Table) -> str | None:
    """The column that a table is partitioned by, if it is one alone."""
    keys = () if parent.partition_by is None else parent.partition_by.keys
    return keys[0].column if len(keys) == 1 else None


_Term = tuple[Comparison, frozenset[str]]
"""What a check says of the column: how it compares with a value, or that it is one of several."""


def _terms(table: Table, key: str) -> Iterator[_Term | None]:
    """What valid checks say of a column; None for each of which that is not understood."""
    for check in table.checks:
        written, definition = as_written(key, check.renames), check.definition
        if not check.valid or written is None or not isinstance(definition, Check):
            continue
        if mentions(written, definition.expression):
            yield from _said(read(definition.expression), written)


def _said(node: Node | None, column: str) -> Iterator[_Term | None]:
    match node:
        case And(terms=terms):
            for term in terms:
                yield from _said(term, column)
        case Compare(operator=operator, left=Column(parts=(name,)), right=right) if name == column:
            value = _value(right)
            yield None if value is None else (operator, frozenset({value}))
        case In(operand=Column(parts=(name,)), items=items) if name == column:
            values = [_value(item) for item in items]
            yield None if None in values else (Comparison.EQUAL, frozenset(filter(None, values)))
        case _:
            yield None


def _value(node: Node) -> str | None:
    """A constant as its characters, whatever it is cast to."""
    while isinstance(node, Cast):
        node = node.operand
    return node.value if isinstance(node, Literal) and node.kind in _PLAIN else None


_PLAIN: Final = frozenset({LiteralKind.NUMBER, LiteralKind.STRING})

# --- bounds ---


def _in_range(terms: list[_Term | None], text: str) -> bool:
    """FROM (lower) TO (upper): the lower value belongs to the partition, the upper one does not."""
    r = Reader(tokenize(text).tokens)
    lower = _constants(r) if r.accept("from") else None
    upper = _constants(r) if r.accept("to") else None
    if lower is None or upper is None or len(lower) != 1 or len(upper) != 1:
        return False
    above = lower == ["minvalue"] or (Comparison.GREATER_OR_EQUAL, frozenset(lower)) in terms
    below = upper == ["maxvalue"] or (Comparison.LESS, frozenset(upper)) in terms
    return above and below


def _in_list(terms: list[_Term | None], text: str) -> bool:
    """IN (values)."""
    r = Reader(tokenize(text).tokens)
    values = _constants(r) if r.accept("in") else None
    if values is None:
        return False
    return any(term is not None and term[0] is Comparison.EQUAL and term[1] <= set(values) for term in terms)


def _constants(r: Reader) -> list[str] | None:
    """Constants in parentheses, with commas between them, as their characters; None when there is anything else."""
    found: list[str] = []
    if not r.symbol("("):
        return None
    while r.next is not None:
        if r.next.kind is Kind.STRING:
            found.append(r.string() or "")
        elif r.next.kind in (Kind.NUMBER, Kind.WORD):
            found.append(r.next.word or r.next.text)
            r.step()
        if r.symbol(")"):
            return found
        if not r.symbol(","):
            return None
    return None

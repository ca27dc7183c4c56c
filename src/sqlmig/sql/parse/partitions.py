"""What partitioning adds to CREATE and ALTER TABLE."""

from __future__ import annotations

from sqlmig.sql.definitions import Bound, BoundKind, PartitionBy
from sqlmig.sql.parse.elements import partition_element
from sqlmig.sql.parse.expressions import between, expression
from sqlmig.sql.parse.pieces import expect, expect_one_of, in_parentheses, integer, nonreserved, refuse
from sqlmig.sql.reader import Reader


def bound(r: Reader) -> Bound:
    """Read FOR VALUES ... or DEFAULT (PartitionBoundSpec)."""
    if r.accept("default"):
        return Bound(kind=BoundKind.DEFAULT, text="")
    expect(r, "for", "values")
    first = r.index
    match expect_one_of(r, "from", "in", "with"):
        case "from":
            kind = BoundKind.RANGE
            in_parentheses(r, expression)
            expect(r, "to")
            in_parentheses(r, expression)
        case "in":
            kind = BoundKind.LIST
            in_parentheses(r, expression)
        case _:
            kind = BoundKind.HASH
            in_parentheses(r, _modulus_or_remainder)
    return Bound(kind=kind, text=between(r, first, r.index).text)


def _modulus_or_remainder(r: Reader) -> None:
    nonreserved(r)
    integer(r)


def partition_by(r: Reader) -> PartitionBy:
    """Read what stands behind PARTITION BY."""
    strategy = nonreserved(r)
    if strategy not in ("range", "list", "hash"):
        refuse(r, "RANGE, LIST or HASH before this")
    return PartitionBy(strategy=strategy, keys=in_parentheses(r, partition_element))

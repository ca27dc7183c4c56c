"""What a query reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.reading.read import read, read_sources
from sqlmig.sql.expressions.tree import (
    Change,
    Node,
    Query,
    Table,
    children,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record


class Relation(Record):
    """A table or a view that is read at one place."""

    name: Name
    alias: str | None
    at: int
    """Offset of its name."""

    @property
    def called(self) -> str:
        """The name that its columns may have in front of them."""
        return self.alias or self.name.name


def relations(e: Expression) -> tuple[Relation, ...] | None:
    """The tables and views that a query reads, or the subqueries of a condition, in the order of the text.

    What an INSERT, UPDATE, DELETE or MERGE writes is not among them, nor are the queries of WITH. For the list behind
    FROM or USING there is `source_relations`: a list of one table looks like a condition.
    """
    if _NEEDED.isdisjoint(token.word for token in e.tokens):
        return ()
    node = read(e)
    return None if node is None else _located(node, e)


def source_relations(sources: Expression) -> tuple[Relation, ...] | None:
    """The tables and views in what stands behind FROM or USING."""
    node = read_sources(sources)
    return None if node is None else _located(node, sources)


_NEEDED: Final = frozenset({"from", "join", "using", "table"})
"""Words without which nothing is read: a long INSERT ... VALUES needs no parser."""


def _located(node: Node, e: Expression) -> tuple[Relation, ...]:
    found = [_relation(table, e) for table in read_tables(node)]
    return tuple(sorted(found, key=lambda relation: relation.at))


def _relation(table: Table, e: Expression) -> Relation:
    at = e.tokens[table.token].start
    schema = table.parts[-2] if len(table.parts) > 1 else None
    return Relation(name=Name(schema, table.parts[-1], at), alias=table.alias, at=at)


def read_tables(node: Node, ctes: frozenset[str] = frozenset()) -> Iterator[Table]:
    """The tables in a node that are no query of a WITH that can be seen there."""
    match node:
        case Table():
            if len(node.parts) > 1 or node.parts[0] not in ctes:
                yield node
        case Query():
            names = [cte.name for cte in node.ctes]
            for number, cte in enumerate(node.ctes):
                # Without RECURSIVE a query of WITH sees those before it, and not itself.
                visible = names if node.recursive else names[:number]
                yield from read_tables(cte.query, ctes.union(visible))
            yield from read_tables(node.body, ctes.union(names))
        case Change():
            for child in children(node):
                if child is not node.target:
                    yield from read_tables(child, ctes)
        case _:
            for child in children(node):
                yield from read_tables(child, ctes)

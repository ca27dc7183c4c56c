"""What a value is made of."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression, TypeName
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    Call,
    Cast,
    Column,
    Default,
    Exists,
    Node,
    Output,
    Parameter,
    Query,
    Select,
    Star,
    walk,
    walk_outside_queries,
)


def constant(e: Expression) -> bool | None:
    """Whether it is made of literals alone, with casts and operators: no column, no call, no parameter, no query."""
    node = read(e)
    if node is None:
        return None
    return not any(
        isinstance(part, (Call, Column, Star, Parameter, Default, Query)) for part in walk_outside_queries(node)
    )


def columns(e: Expression) -> frozenset[str] | None:
    """The names of the columns that are read, without what stands in front of them; those in subqueries too.

    None where `*` stands for columns that are not known here.
    """
    node = read(e)
    if node is None:
        return None
    found: set[str] = set()
    unread = _unread_stars(node)
    for part in walk(node):
        if isinstance(part, Column):
            # Of `a.b.c`, b may be the column and c a field of it.
            found.update(part.parts[1:] if len(part.parts) > 2 else part.parts[-1:])
        elif isinstance(part, Star) and id(part) not in unread:
            return None
    return frozenset(found)


def _unread_stars(node: Node) -> set[int]:
    """The stars that read no column: of `count(*)`, and of EXISTS (SELECT * ...)."""
    found: set[int] = set()
    for part in walk(node):
        match part:
            case Call(arguments=(Star(parts=()) as star,)):
                found.add(id(star))
            case Exists(query=Query(body=Select(outputs=outputs))):
                found.update(id(output.value) for output in outputs if isinstance(output, Output))
    return found


def same_value(using: Expression, column: str, type: TypeName) -> bool:
    """Whether USING says `column` or `column::type` only, which PostgreSQL treats like no USING at all."""
    node = read(using)
    if isinstance(node, Cast) and _plain(node.type) == _plain(type):
        node = node.operand
    return isinstance(node, Column) and node.name == column


def _plain(type: TypeName) -> TypeName:
    """The type without the schema that every name is looked up in first."""
    return type.replaced(schema=None) if type.schema == "pg_catalog" else type

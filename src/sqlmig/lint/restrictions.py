"""What an operation keeps running code from writing, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlmig.lint.breaking import is_own, is_spared
from sqlmig.lint.context import Context
from sqlmig.sql.definitions import Check, Constraint, ForeignKey, IndexElement, NotNull, Unique
from sqlmig.sql.expressions.not_null import proves_not_null
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.operations.policies import CreateTrigger
from sqlmig.sql.operations.tables import AddConstraint, SetNotNull
from sqlmig.sql.operations.types import AddDomainConstraint, SetDomainNotNull
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.reads import columns_read
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.tokens import SqlTextError, tokenize


def refused(operation: Operation, context: Context) -> str | None:
    """What can be written before an operation and not after it; None when that is nothing, or cannot be told."""
    match operation:
        case AddDomainConstraint(domain=name):
            return _of_domain(name, "values that break the new constraint", context)
        case SetDomainNotNull(domain=name, not_null=True):
            return _of_domain(name, "NULL", context)
        case SetNotNull(table=name) | AddConstraint(table=name) | CreateTrigger(table=name) | CreateIndex(table=name):
            relation = context.before.relation(name)
            if relation is not None and (not isinstance(relation, Table) or is_spared(relation, context)):
                return None
            return _of_table(operation, relation, name, context)
        case _:
            return None


def _of_table(operation: Operation, table: Table | None, name: Name, context: Context) -> str | None:
    match operation:
        case SetNotNull(column=column):
            return _null(column, table, name, context)
        case AddConstraint(constraint=constraint):
            return _by_constraint(constraint, table, name, context)
        case CreateIndex(unique=True, elements=elements):
            return _of_index(elements, table, name, context)
        case CreateTrigger(function=function) if _raises(function, context):
            return f"rows of {context.shown(name)} that {context.shown(function)}() raises for"
        case _:
            return None


def _by_constraint(constraint: Constraint, table: Table | None, name: Name, context: Context) -> str | None:
    shown = context.shown(name)
    match constraint:
        case NotNull(column=column):
            return _null(column, table, name, context)
        case Unique(using_index=index) if index is not None:
            # The index refuses them already.
            return None
        case Unique(columns=columns):
            return _twice(columns, table, name, context)
        case Check(enforced=True, expression=expression):
            required = proves_not_null(expression) or frozenset()
            read = columns_read(expression, _names(table))
            if read and all(_is_new(column, table, context) for column in read):
                missing = [column for column in required if _null(column, table, name, context) is not None]
                return f"rows of {shown} without {', '.join(map(quote_ident, missing))}" if missing else None
            if set(read) <= required and all(_never_null(column, table) for column in required):
                return None
            return f"rows of {shown} for which ({expression.text}) is false"
        case ForeignKey(enforced=True, columns=columns, references=other):
            if any(_is_new(column, table, context) for column in columns):
                return None
            to = context.shown(other)
            return f"rows of {shown} that refer to no row of {to}, or deletes rows of {to} that {shown} refers to,"
        case Check() | ForeignKey():
            return None
        case _:
            return f"rows of {shown} that conflict with others"


def _null(column: str, table: Table | None, name: Name, context: Context) -> str | None:
    shown = context.shown(name)
    found = table.column(column) if table is not None else None
    if _never_null(column, table) or (found is not None and found.has_default and is_own(found.made_by, context.file)):
        return None
    if found is not None and is_own(found.made_by, context.file):
        return f"rows of {shown} without {quote_ident(column)}"
    return f"NULL into {shown}.{quote_ident(column)}"


def _never_null(column: str, table: Table | None) -> bool:
    return table is not None and table.proves_not_null(column)


def _twice(columns: Sequence[str], table: Table | None, name: Name, context: Context) -> str | None:
    """What a unique key refuses; nothing new where one of the columns is, or where fewer are unique already."""
    if any(_is_new(column, table, context) for column in columns):
        return None
    if any(_is_key(key, columns) for key in _keys(name, context)):
        return None
    return _second(map(quote_ident, columns), name, context)


def _of_index(elements: tuple[IndexElement, ...], table: Table | None, name: Name, context: Context) -> str | None:
    if all(element.column is not None for element in elements):
        return _twice([element.column for element in elements if element.column is not None], table, name, context)
    read = [column for one in elements if one.expression for column in columns_read(one.expression, _names(table))]
    if any(_is_new(column, table, context) for column in read):
        return None
    said = (one.expression.text if one.expression is not None else quote_ident(one.column or "") for one in elements)
    return _second(said, name, context)


def _second(values: Iterable[str], name: Name, context: Context) -> str:
    return f"a second row of {context.shown(name)} with the same {', '.join(values)}"


def _keys(name: Name, context: Context) -> Iterable[tuple[str | None, ...]]:
    return (index.columns for index in context.before.indexes_on(name) if index.unique and index.where is None)


def _is_key(key: tuple[str | None, ...], columns: Sequence[str]) -> bool:
    return None not in key and set(key) <= set(columns)


def _is_new(column: str, table: Table | None, context: Context) -> bool:
    """Whether the same migration adds a column, so that code which runs now does not write it."""
    found = table.column(column) if table is not None else None
    return found is not None and is_own(found.made_by, context.file)


def _names(table: Table | None) -> list[str]:
    return [column.name for column in table.columns] if table is not None else []


def _raises(function: Name, context: Context) -> bool:
    """Whether a function's body can be read, and raises an exception."""
    bodies = [routine.body.text for routine in context.before.routine(function) if routine.body is not None]
    return any(map(_has_raise, bodies))


_MILD = frozenset({"debug", "log", "info", "notice", "warning"})


def _has_raise(body: str) -> bool:
    try:
        words = [token.word for token in tokenize(body).tokens]
    except SqlTextError:
        return False
    return any(word == "raise" and behind not in _MILD for word, behind in pairwise(words))


def _of_domain(name: Name, what: str, context: Context) -> str | None:
    columns = context.before.columns_of_type(name)
    if not columns or is_spared(context.before.type(name), context):
        return None
    return f"{what} into columns of domain {context.shown(name)}"

"""What goes with a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlmig.lint.asked import expressions
from sqlmig.lint.breaking import goes_along, is_spared, needs_cascade
from sqlmig.lint.context import Context
from sqlmig.lint.differences import in_words
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import Expression
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.tables import DropColumn
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.difference import Difference
from sqlmig.sql.schema.reads import columns_read
from sqlmig.sql.schema.tables import Table


@rule(DropColumn, severity=Severity.WARNING)
def drop_column_dependents(operation: DropColumn, context: Context) -> Iterator[Flag]:
    """DROP COLUMN of a column that indexes, constraints, views, policies, triggers or generated columns are made of.

    Effect: indexes and constraints go with it without a word. Where they are over several columns, what kept the other
    columns unique, or made queries on them fast, is gone. For all else the server refuses the statement.

    Instead: drop by name what shall go, indexes with CONCURRENTLY; make again without the column what shall stay.

    Unless: they are of this column alone; or the column is made by the same migration (in a down file: by its up file).
    """
    table = context.before.table(operation.table)
    if table is None or is_spared(table, context) or is_spared(table.column(operation.column), context, if_exists=True):
        return
    name = f"{context.shown(operation.table)}.{quote_ident(operation.column)}"
    refused = [] if operation.cascade else _others(needs_cascade(context), operation)
    if refused:
        yield Flag(
            f"The server refuses to drop {name}: {_words(refused, context)} {_depend(refused)} on it.",
            "Drop or change that first.",
            severity=Severity.ERROR,
        )
    along = [found for found in _others(goes_along(context), operation) if _is_wider(found, table, operation, context)]
    if along:
        indexes = [found for found in along if found.kind is Kind.INDEX]
        yield Flag(
            f"With {name} {'go' if len(along) > 1 else 'goes'} {_words(along, context)}, without a word.",
            "Make again without the column what the other columns still need"
            + (", and drop the rest before, in migrations with `-- sqlmig: transaction off`:" if indexes else "."),
            "\n".join(f"DROP INDEX CONCURRENTLY {_index(found, context)};" for found in indexes),
        )


def _is_wider(found: Difference, table: Table, operation: DropColumn, context: Context) -> bool:
    """Whether an index or a constraint is about more than the column itself."""
    names = [column.name for column in table.columns if column.name != operation.column]
    if found.kind is Kind.INDEX:
        index = next((one for one in context.before.indexes_on(table.name) if one.name.name == found.name), None)
        if index is None:
            return False
        read = [index.where, *(element.expression for element in index.elements)]
        return any(name in (*index.columns, *index.include) for name in names) or _read_any(names, read)
    constraint = table.constraint(found.name)
    if constraint is None or found.table != table.name:
        return False
    return any(name in constraint.columns for name in names) or _read_any(names, expressions(constraint.definition))


def _read_any(columns: Iterable[str], found: Iterable[Expression | None]) -> bool:
    return any(columns_read(expression, columns) for expression in found if expression is not None)


def _others(found: tuple[Difference, ...], operation: DropColumn) -> list[Difference]:
    """All but the column itself, on the table and on its partitions and heirs."""
    return [one for one in found if not (one.kind is Kind.COLUMN and one.name == operation.column)]


def _words(found: list[Difference], context: Context) -> str:
    return listed([in_words(one, context.file) for one in found])


def _depend(found: list[Difference]) -> str:
    return "depend" if len(found) > 1 else "depends"


def _index(found: Difference, context: Context) -> str:
    schema = found.table.schema if found.table is not None else None
    return context.shown(Name(schema, found.name))

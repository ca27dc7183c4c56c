"""What a query gives and reads, for views and for CREATE TABLE AS."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.state import SchemaState


def output_columns(state: SchemaState, query: Expression, named: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names of a query's columns; those that the statement gives come first, and need not be for all."""
    # Loaded late: reading expressions is more than most files ask for.
    from sqlmig.sql.expressions import output

    columns = output.output_columns(query, lambda name: _columns_of(state, name))
    if columns is None:
        return None
    return (*named, *(column or "?column?" for column in columns[len(named) :]))


def _columns_of(state: SchemaState, name: Name) -> tuple[str, ...] | None:
    table, view = state.table(name), state.view(name)
    if table is not None and table.complete:
        return tuple(column.name for column in table.columns)
    return view.columns if view is not None else None


def relations_read(state: SchemaState, query: Expression) -> tuple[Name, ...] | None:
    """The relations that a query reads, with their schemas; None when that cannot be told."""
    from sqlmig.sql.expressions import queries

    relations = queries.relations(query)
    return None if relations is None else tuple(dict.fromkeys(state.resolve(relation.name) for relation in relations))

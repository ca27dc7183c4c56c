"""Vectors that change their length or their type."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.lint.vectors import METHODS, TYPES, vector_of
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.operations.tables import AlterColumnType
from sqlmig.sql.schema.texts import type_text


@rule(AlterColumnType, pack=Pack.PGVECTOR)
def vec_dim_change(operation: AlterColumnType, context: Context) -> Iterator[Flag]:
    """ALTER COLUMN ... TYPE that gives a vector other dimensions, or another type under an hnsw or ivfflat index.

    Effect: a vector cannot be made longer or shorter: the statement fails at the first row that has one. With another
    type the operator class of the index does not fit any more, and the server refuses it.

    Instead: a new column for the vectors of the new model, filled in batches, with an index of its own.

    Unless: the table is made by the same migration.
    """
    new, old_type = vector_of(operation.type), context.column_type(operation.table, operation.column)
    old = vector_of(old_type)
    if context.is_new(operation.table) or new is None or new.type not in TYPES:
        return
    table, column = context.shown(operation.table), quote_ident(operation.column)
    indexes = [
        quote_ident(index.name.name)
        for index in context.before.indexes_on(operation.table)
        if index.method in METHODS and operation.column in index.columns
    ]
    if old is not None and old.type != new.type and indexes:
        wanted = type_text(operation.type)
        message = f"The server refuses this: the operator class of {indexes[0]} does not take {wanted}."
    elif old is not None and None not in (old.dimensions, new.dimensions) and old.dimensions != new.dimensions:
        if operation.using is not None:
            return
        lengths = f"it is one of {old.dimensions} dimensions, not of {new.dimensions}"
        message = f"This fails at the first row of {table} that has a vector there: {lengths}."
    else:
        return
    name = quote_ident(truncate(f"{operation.column}_new"))
    yield Flag(
        message,
        f"Add a column beside {column}, fill it in batches, and change the code over:",
        f"ALTER TABLE {table} ADD COLUMN {name} {type_text(operation.type)};",
    )

"""Vectors with too many dimensions for an index."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.lint.vectors import MOST_DIMENSIONS, Vector, indexed, is_vector_index
from sqlmig.sql.definitions import IndexElement
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, pack=Pack.PGVECTOR)
def vec_dims(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """An hnsw or ivfflat index on a vector of more than 2000 dimensions, a halfvec of more than 4000, or one without
    dimensions.

    Effect: the server refuses it.

    Instead: index the vector as a halfvec, up to 4000 dimensions, and compare it as one in queries; beyond that, index
    what binary_quantize makes of it.
    """
    for element in operation.elements if is_vector_index(operation) else ():
        vector = indexed(element, operation, context)
        if vector is None or vector.type not in MOST_DIMENSIONS:
            continue
        what = f"{context.shown(operation.table)}.{quote_ident(element.column)}" if element.column else "the expression"
        if vector.dimensions is None:
            yield Flag(
                f"The server refuses this index: {what} is a {vector.type} without dimensions.",
                "Give the column its number of dimensions, or index a cast to it:",
                _index_on(element, f"{vector.type}(<dimensions>)", vector, operation, context),
            )
        elif vector.dimensions > MOST_DIMENSIONS[vector.type]:
            yield _too_many(what, vector, element, operation, context)


def _too_many(what: str, vector: Vector, element: IndexElement, operation: CreateIndex, context: Context) -> Flag:
    count = vector.dimensions or 0
    message = (
        f"The server refuses this index: {what} has {count} dimensions, and {operation.method} takes"
        f" {MOST_DIMENSIONS[vector.type]} of a {vector.type}."
    )
    if count <= MOST_DIMENSIONS["halfvec"]:
        instead = "Index it as a halfvec, and write the same cast in queries:"
        return Flag(message, instead, _index_on(element, f"halfvec({count})", vector, operation, context))
    if element.column is None:
        return Flag(message, "Index what binary_quantize makes of it, and sort the rows that it finds once more.")
    quantized = f"(binary_quantize({quote_ident(element.column)})::bit({count})) bit_hamming_ops"
    instead = "Index what binary_quantize makes of it, and sort the rows that it finds once more:"
    return Flag(message, instead, _index(quantized, operation, context))


def _index_on(element: IndexElement, cast: str, vector: Vector, operation: CreateIndex, context: Context) -> str:
    """The index on a cast of the column; '' for an expression, in which the cast would have to be changed."""
    if element.column is None:
        return ""
    opclass = element.opclass.name if element.opclass is not None else f"{vector.type}_l2_ops"
    opclass = opclass.replace(vector.type, cast.partition("(")[0])
    return _index(f"({quote_ident(element.column)}::{cast}) {opclass}", operation, context)


def _index(what: str, operation: CreateIndex, context: Context) -> str:
    name = f" {quote_ident(operation.name)}" if operation.name else ""
    concurrently = " CONCURRENTLY" if operation.concurrently else ""
    return f"CREATE INDEX{concurrently}{name} ON {context.shown(operation.table)} USING {operation.method} ({what});"

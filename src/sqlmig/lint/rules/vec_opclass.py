"""How vectors are compared in an index."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.lint.vectors import indexed, is_vector_index
from sqlmig.sql.definitions import IndexElement
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, pack=Pack.PGVECTOR)
def vec_opclass(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """An hnsw or ivfflat index without an operator class.

    Effect: hnsw has no default, so that the server refuses it. ivfflat has one for the type vector alone, the Euclidean
    distance `<->`: queries that sort by another distance do not use the index.

    Instead: the class of the operator that queries sort by: vector_cosine_ops for `<=>`, vector_l2_ops for `<->`,
    vector_ip_ops for `<#>`, vector_l1_ops for `<+>`; for a bit, bit_hamming_ops for `<~>`.
    """
    for element in operation.elements if is_vector_index(operation) else ():
        if element.opclass is not None:
            continue
        vector = indexed(element, operation, context)
        kind = vector.type if vector is not None else "vector"
        classes = "bit_hamming_ops" if kind == "bit" else f"{kind}_cosine_ops"
        instead = (
            "Name the class of the operator that queries sort by, for <~>:"
            if kind == "bit"
            else "Name the class of the operator that queries sort by; for <=>:"
        )
        sql = _with_class(element, classes, operation, context)
        if operation.method == "hnsw" or (vector is not None and kind != "vector"):
            message = f"The server refuses this index: {operation.method} has no default operator class for {kind}."
            if vector is None:
                message = "The server refuses this index: hnsw has no default operator classes."
            yield Flag(message, instead, sql)
        else:
            message = "ivfflat goes by <-> unless it is told otherwise: queries that sort by <=> or <#> do not use it."
            yield Flag(message, instead, sql, severity=Severity.WARNING)


def _with_class(element: IndexElement, opclass: str, operation: CreateIndex, context: Context) -> str:
    if len(operation.elements) > 1 or operation.where is not None or operation.options:
        return ""
    name = f" {quote_ident(operation.name)}" if operation.name else ""
    concurrently = " CONCURRENTLY" if operation.concurrently else ""
    what = (
        quote_ident(element.column) if element.column else f"({element.expression.text if element.expression else ''})"
    )
    table = context.shown(operation.table)
    return f"CREATE INDEX{concurrently}{name} ON {table} USING {operation.method} ({what} {opclass});"

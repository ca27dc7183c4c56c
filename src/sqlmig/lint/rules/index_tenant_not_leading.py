"""Indexes that no tenant can enter by its own rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import element_text, index_sql, mentions, mixes_tenants, tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import made_here, shown
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Index, Table


@file_rule(severity=Severity.WARNING)
def index_tenant_not_leading(file: FileContext) -> Iterator[Flag]:
    """A B-tree index, on a table that holds the rows of several tenants, that does not begin with the tenant column.

    Effect: a query of one tenant cannot go straight to its rows. It reads the index entries of all tenants that match,
    and drops the others one by one: the more tenants, the slower for each.

    Instead: put the tenant column first.

    Unless: it is a GIN, GiST, SP-GiST, BRIN or hash index, or one of HNSW or IVFFlat, which cannot usefully begin with
    it; its WHERE picks a tenant; the table is small, or each of its partitions holds the rows of listed tenants; it
    serves a constraint, or a foreign key that the tenant column is not part of; it is unique without the tenant column,
    which pk-unique-without-tenant is about; or, with `lint.tenancy: both`, the table is in the tenant's own schema.
    """
    column = file.settings.tenant_column
    for table in tables_to_judge(file):
        if table.column(column) is None or not mixes_tenants(table, file) or _is_spared(table, file):
            continue
        for index in file.end.indexes_on(table.name):
            if not made_here(index.made_by, file) or index.made_by is None or not _is_late(index, column, table):
                continue
            others = [element for element in index.elements if element.column != column]
            elements = [quote_ident(column), *map(element_text, others)]
            name = shown(table.name, file)
            yield Flag(
                f"A query of one tenant cannot go straight to its rows of {name} in this index: it reads the entries of"
                " all tenants that match, and drops those of the others.",
                f"Put {quote_ident(column)} first:",
                index_sql(index, elements, name),
                at=index.made_by.at,
            )


def _is_spared(table: Table, file: FileContext) -> bool:
    by = table.partition_by
    keys = [key.column for key in by.keys] if by is not None and by.strategy == "list" else []
    return file.settings.is_small(table.name) or keys[:1] == [file.settings.tenant_column]


def _is_late(index: Index, column: str, table: Table) -> bool:
    if index.method != "btree" or index.constraint is not None or index.parent is not None:
        return False
    if index.columns[:1] == (column,) or (index.unique and column not in index.columns):
        return False
    if any(index.columns[: len(key.columns)] == key.columns for key in table.foreign_keys):
        return False
    return index.where is None or not mentions(index.where, column)

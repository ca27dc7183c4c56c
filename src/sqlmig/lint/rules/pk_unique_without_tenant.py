"""Unique keys that count across tenants."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import constraint_at, element_text, index_sql, mentions, mixes_tenants, tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed_columns, made_here, shown
from sqlmig.sql.definitions import Exclude, Unique
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Index, Table, TableConstraint


@file_rule()
def pk_unique_without_tenant(file: FileContext) -> Iterator[Flag]:
    """A primary key, a UNIQUE or EXCLUDE constraint or a unique index without the tenant column, on a table that holds
    the rows of several tenants.

    Effect: what one tenant has, no other can have; and the error tells a tenant that a value exists which it may not
    see, row level security or not. A table with such a key cannot be partitioned by tenant.

    Instead: put the tenant column first.

    Unless: it is a primary key of one uuid column with a random default, which collides with nothing and can be guessed
    by nobody; or, with `lint.tenancy: both`, the table is in the tenant's own schema and holds its rows only. A number
    that the server gives out is no more than a warning.
    """
    column = quote_ident(file.settings.tenant_column)
    for table in tables_to_judge(file):
        if not mixes_tenants(table, file) or table.column(file.settings.tenant_column) is None:
            continue
        name = shown(table.name, file)
        for key in (*table.unique_keys, *table.exclusions):
            if made_here(key.made_by, file) and not key.inherited and not _is_safe(key, table, file):
                yield _of_constraint(key, table, file)
        for index in file.end.indexes_on(table.name):
            own = made_here(index.made_by, file) and index.constraint is None and index.parent is None
            if own and index.unique and index.made_by is not None and not _has_tenant(index, file):
                elements = [element_text(element) for element in index.elements]
                yield Flag(
                    f"What is unique here counts across all tenants of {name}: what one has in ({', '.join(elements)}),"
                    " no other can have, and the error tells the other that it exists.",
                    f"Put {column} first:",
                    index_sql(index, [column, *elements], name),
                    at=index.made_by.at,
                )


def _of_constraint(key: TableConstraint, table: Table, file: FileContext) -> Flag:
    column, name, definition = quote_ident(file.settings.tenant_column), shown(table.name, file), key.definition
    at = constraint_at(key, file)
    if not isinstance(definition, Unique):
        return Flag(
            f"{quote_ident(key.name)} lets the rows of one tenant in {name} shut out those of another, and the error"
            " tells it that they exist.",
            f"Begin its list with `{column} WITH =`; for a scalar type in a GiST index that takes the extension"
            " btree_gist.",
            at=at,
        )
    words = f"{'PRIMARY KEY' if definition.primary else 'UNIQUE'} ({listed_columns(key.columns)})"
    remedy = f"{'PRIMARY KEY' if definition.primary else 'UNIQUE'} ({column}, {listed_columns(key.columns)})"
    if _is_numbered(key, table):
        return Flag(
            f"The numbers of {words} in {name} count across all tenants: each sees from its own how many rows the"
            " others make, and foreign keys to it cannot check the tenant.",
            f"Put {column} first:",
            remedy,
            at=at,
            severity=Severity.WARNING,
        )
    return Flag(
        f"{words} counts across all tenants of {name}: what one tenant has, no other can have, and the error tells the"
        " other that it exists.",
        f"Put {column} first:",
        remedy,
        at=at,
    )


def _is_safe(key: TableConstraint, table: Table, file: FileContext) -> bool:
    column, definition = file.settings.tenant_column, key.definition
    if isinstance(definition, Exclude):
        return any(element.column == column for element in definition.elements)
    if column in key.columns or not key.columns:
        return True
    only = table.column(key.columns[0]) if len(key.columns) == 1 else None
    if only is None or not isinstance(definition, Unique) or not definition.primary or only.default is None:
        return False
    is_uuid = only.type is not None and only.type.builtin == "uuid"
    return is_uuid and any(call.name.name in _RANDOM for call in calls(only.default))


_RANDOM = frozenset(
    {"gen_random_uuid", "uuid_generate_v4", "uuid_generate_v7", "uuidv4", "uuidv7", "uuid_generate_v1mc"}
)


def _is_numbered(key: TableConstraint, table: Table) -> bool:
    """Whether the server gives out the numbers of a key of one column: then no two tenants want the same."""
    only = table.column(key.columns[0]) if len(key.columns) == 1 else None
    return only is not None and (only.identity is not None or only.sequence is not None)


def _has_tenant(index: Index, file: FileContext) -> bool:
    """Whether the tenant column is in it, or its WHERE picks one tenant."""
    column = file.settings.tenant_column
    if any(element.column == column for element in index.elements):
        return True
    return index.where is not None and mentions(index.where, column)

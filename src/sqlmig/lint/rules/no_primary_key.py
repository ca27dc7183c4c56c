"""Tables without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import new_tables
from sqlmig.lint.context import FileContext
from sqlmig.lint.remedies import columns
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.tables import SetReplicaIdentity
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table


@file_rule(severity=Severity.WARNING)
def no_primary_key(file: FileContext) -> Iterator[Flag]:
    """A new table that has no primary key at the end of its migration.

    Effect: nothing tells two equal rows apart. Once the table is published, UPDATE and DELETE on it fail.

    Instead: a primary key in the same migration, while the table is empty and it costs nothing.

    Unless: the table is temporary, foreign, a partition or a hypertable, or the migration gives it a replica identity.
    """
    for table, created in new_tables(file):
        if table.primary_key is not None or not table.complete or table.hypertable is not None:
            continue
        if table.name not in _identified(file):
            name = created.shown(table.name)
            yield Flag(
                f"{name} has no primary key: nothing tells equal rows apart, and once it is published, UPDATE and"
                " DELETE on it fail.",
                "Add to this migration:",
                _remedy(name, table, file),
                at=created.occurrence.operation.at,
            )


def _identified(file: FileContext) -> set[Name]:
    """The tables that the file gives a replica identity."""
    return {
        occurrence.before.resolve(operation.table)
        for occurrence in file.running(SetReplicaIdentity)
        if isinstance(operation := occurrence.operation, SetReplicaIdentity) and operation.identity in ("full", "index")
    }


def _remedy(name: str, table: Table, file: FileContext) -> str:
    """A primary key of what is unique already, of `id`, of what a table of pairs refers to; else of a new column."""
    tenant = file.settings.tenant_column
    first = (tenant,) if is_tenant_table(table, file) and table.column(tenant) is not None else ()
    unique = next((key.columns for key in table.unique_keys if all(map(table.not_null, key.columns))), ())
    referring = tuple(dict.fromkeys(column for key in table.foreign_keys for column in key.columns))
    if unique:
        return f"ALTER TABLE {name} ADD PRIMARY KEY {columns(unique)};"
    if table.column("id") is not None:
        return f"ALTER TABLE {name} ADD PRIMARY KEY {columns((*first, 'id'))};"
    if len({*referring} - {tenant}) > 1:
        return f"ALTER TABLE {name} ADD PRIMARY KEY {columns(tuple(dict.fromkeys((*first, *referring))))};"
    return (
        f"ALTER TABLE {name} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;\n"
        f"ALTER TABLE {name} ADD PRIMARY KEY {columns((*first, 'id'))};"
    )

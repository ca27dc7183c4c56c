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
            instead, sql = _remedy(name, table, file)
            yield Flag(
                f"{name} has no primary key: once it is published, UPDATE and DELETE on it fail.",
                instead,
                sql,
                at=created.occurrence.operation.at,
            )


def _identified(file: FileContext) -> set[Name]:
    """The tables that the file gives a replica identity."""
    return {
        occurrence.before.resolve(operation.table)
        for occurrence in file.running(SetReplicaIdentity)
        if isinstance(operation := occurrence.operation, SetReplicaIdentity) and operation.identity in ("full", "index")
    }


def _remedy(name: str, table: Table, file: FileContext) -> tuple[str, str]:
    """A primary key of what is unique already, of `id`, of what a table of pairs refers to; else of a new column."""
    unique = next((key.columns for key in table.unique_keys if all(map(table.not_null, key.columns))), ())
    if unique:
        return "Write its unique constraint as the primary key:", f"PRIMARY KEY {columns(unique)}"
    first = _needed(table, file)
    if first is None:
        return "Give it one; PostgreSQL wants the keys of its partitions in it, as plain columns.", ""
    add, key = "Add to this migration:", f"ALTER TABLE {name} ADD PRIMARY KEY"
    referring = [column for foreign_key in table.foreign_keys for column in foreign_key.columns]
    if table.column("id") is not None:
        return add, f"{key} {columns(_with_id(first, file))};"
    if len({*referring} - {*first}) > 1:
        return add, f"{key} {columns(tuple(dict.fromkeys((*first, *referring))))};"
    # Before PostgreSQL 17 a partitioned table cannot have an identity column.
    numbered = table.partition_by is None or file.settings.postgres >= 17
    new = "bigint GENERATED ALWAYS AS IDENTITY" if numbered else "uuid DEFAULT gen_random_uuid()"
    return add, f"ALTER TABLE {name} ADD COLUMN id {new};\n{key} {columns(_with_id(first, file))};"


def _with_id(needed: tuple[str, ...], file: FileContext) -> tuple[str, ...]:
    """The tenant first, then `id`, then the keys of the partitions."""
    tenant = tuple(column for column in needed if column == file.settings.tenant_column)
    return tuple(dict.fromkeys((*tenant, "id", *needed)))


def _needed(table: Table, file: FileContext) -> tuple[str, ...] | None:
    """The columns that its primary key must have: the tenant's, those of its partitions. None: it can have none."""
    tenant = file.settings.tenant_column
    needed = [tenant] if is_tenant_table(table, file) and table.column(tenant) is not None else []
    for element in table.partition_by.keys if table.partition_by is not None else ():
        if element.column is None:
            return None
        needed.append(element.column)
    return tuple(dict.fromkeys(needed))

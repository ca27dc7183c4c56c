"""Tenant columns that may hold anything."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenantlist import tenant_list
from sqlmig.lint.values import Flag
from sqlmig.lint.words import shown
from sqlmig.sql.identifiers import quote_ident, truncate


@file_rule()
def tenant_column_no_fk(file: FileContext) -> Iterator[Flag]:
    """A new table whose tenant column is in no foreign key, although a table lists the tenants; with
    `lint.tenancy: shared` only.

    Effect: rows can be written for a tenant that there is not, and stay when a tenant is deleted.

    Instead: let the column refer to the table of tenants.

    Unless: `lint.tenancy` is `both`: there the tenants are listed in a shared schema, and a foreign key to it from each
    tenant's schema is what fk-to-shared-table warns of. Nor where the column is part of a foreign key to another table
    of tenants' rows, which has the tenant checked, or where no migration makes one table of tenants.
    """
    listing = tenant_list(file)
    if file.settings.lint.tenancy != "shared" or listing is None:
        return
    column = file.settings.tenant_column
    judged = {table.name for table in tables_to_judge(file)}
    for table, created in file.new_tables:
        known = table.column(column) is not None and not table.foreign
        if table.name not in judged or not known or any(column in key.columns for key in table.foreign_keys):
            continue
        name, tenants = shown(table.name, file), shown(listing.name, file)
        constraint = quote_ident(truncate(f"{table.name.name}_{column}_fkey"))
        yield Flag(
            f"Nothing checks {quote_ident(column)} of {name} against {tenants}: rows can be written for a tenant that"
            " does not exist, and those of a deleted one stay.",
            "Add to this migration:",
            f"ALTER TABLE {name} ADD CONSTRAINT {constraint} FOREIGN KEY ({quote_ident(column)}) REFERENCES {tenants};",
            at=created.operation.at,
        )

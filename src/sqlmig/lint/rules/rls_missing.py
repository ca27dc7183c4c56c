"""Tables of tenants' rows without row level security."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rowsecurity import holds_tenants, tenant_policy
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.values import Flag


@file_rule()
def rls_missing(file: FileContext) -> Iterator[Flag]:
    """A new table that holds rows of several tenants, and at the end of its migration no row level security.

    Effect: whoever may read the table reads the rows of all tenants.

    Instead: enable and force row level security in the same migration, and give the table a policy that compares the
    tenant column.

    Unless: `lint.tenancy` is `schema`, or the table is listed in `lint.exempt_tables`. A foreign table cannot have row
    level security (see foreign-table).
    """
    for table, created in file.new_tables:
        if is_tenant_table(table, file) and not table.row_security and not table.foreign:
            name = file.context(created).shown(table.name)
            policy = ""
            if holds_tenants(table, file) and not table.policies:
                policy = f"\n{tenant_policy(table, name, file.settings)}"
            yield Flag(
                f"{name} holds rows of several tenants, and nothing keeps them apart: row level security is off.",
                "Add to this migration:",
                f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;\nALTER TABLE {name} FORCE ROW LEVEL SECURITY;{policy}",
                at=created.operation.at,
            )

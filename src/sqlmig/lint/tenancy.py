"""Which tables hold tenants' rows, as far as the configuration and the schema tell."""

from __future__ import annotations

from sqlmig.lint.context import FileContext
from sqlmig.project.model import Scope
from sqlmig.sql.schema.tables import Table


def is_tenant_table(table: Table, file: FileContext) -> bool:
    """Whether a table holds rows of several tenants, which row level security and tenant keys have to keep apart.

    So it is where the project says that tables are shared (`lint.tenancy` is `shared` or `both`), and the table has
    the tenant column, or ought to: every table of a tenant track, and with `shared` every table there is. Not so are
    temporary tables, those of `lint.exempt_tables`, and the table that tenant columns refer to: it lists the tenants.
    """
    settings = file.settings
    if not settings.row_level or table.temporary or settings.is_exempt(table.name) or table.name in file.tenant_lists:
        return False
    if table.column(settings.tenant_column) is not None:
        return True
    if not table.complete or not table.known_from_creation:
        return False
    return settings.lint.tenancy == "shared" or (
        file.file.scope is Scope.TENANT and table.name.schema == file.file.schema
    )

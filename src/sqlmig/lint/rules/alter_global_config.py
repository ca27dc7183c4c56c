"""Settings beyond this database and this run."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.project.model import Scope
from sqlmig.sql.operations.access import AlterDatabaseSetting, AlterRoleSetting, AlterSystem


@rule(AlterSystem, AlterDatabaseSetting, AlterRoleSetting)
def alter_global_config(
    operation: AlterSystem | AlterDatabaseSetting | AlterRoleSetting, context: Context
) -> Iterator[Flag]:
    """ALTER SYSTEM, ALTER DATABASE ... SET, ALTER ROLE ... SET.

    Effect: it changes the server, or every new session of a database or a role, far beyond the schema that is
    migrated; in a tenant track once per tenant. A down file cannot know what was set before.

    Instead: settings belong to whatever sets up the server. A function can carry its own: `ALTER FUNCTION ... SET`.
    """
    match operation:
        case AlterSystem():
            what = "the whole server, at its next reload"
        case AlterDatabaseSetting(database=database):
            what = f"every new session of database {database}"
        case AlterRoleSetting(role=role):
            what = f"every new session of role {role}" if role is not None else "every new session of every role"
    times = f", from each of {context.settings.lint.tenants} tenants" if context.file.scope is Scope.TENANT else ""
    yield Flag(
        f"This sets {operation.setting.name} for {what}{times}.",
        "Set it where the server or the role is set up, or for this transaction only with SET LOCAL.",
    )

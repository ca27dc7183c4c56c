"""Whether a migration says which tenant it works for."""

from __future__ import annotations

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.sql.expressions.calls import string_argument
from sqlmig.sql.operations.session import SetParameter, SetRole, SetSessionAuthorization


def sets_tenant(context: Context) -> bool:
    """Whether the file has set one of the tenant settings before the operation, by SET or by set_config()."""
    settings = {setting.lower() for setting in context.settings.tenant_settings}
    found = False
    for occurrence in context.whole.running():
        operation = occurrence.operation
        if occurrence is context.occurrence:
            break
        if isinstance(operation, SetParameter) and operation.setting.name in settings:
            found = operation.setting.values is not None
        for call in called(operation, frozenset({"set_config"})):
            if (string_argument(call, 0) or "").lower() in settings:
                found = True
    return found


def changes_role(context: Context) -> bool:
    """Whether the file goes on as another role before the operation, of which it is not known what binds it."""
    for occurrence in context.whole.running():
        if occurrence is context.occurrence:
            break
        if isinstance(occurrence.operation, SetRole | SetSessionAuthorization):
            return True
    return False

"""Whether a migration says which tenant it works for."""

from __future__ import annotations

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.project.model import Scope
from sqlmig.sql.expressions.calls import string_argument
from sqlmig.sql.operations.session import SetParameter, SetRole, SetSessionAuthorization


def sets_tenant(context: Context) -> bool:
    """Whether the file has set one of the tenant settings before the operation, by SET or by set_config()."""
    return _said(context) is True


def works_for_tenant(context: Context) -> bool:
    """Whether the tenant's setting has a value when the operation runs.

    In a tenant track sqlmig gives it one before each file; a file may take it back.
    """
    said = _said(context)
    return said is True or (said is None and context.file.scope is Scope.TENANT)


def _said(context: Context) -> bool | None:
    """What the file does with the setting before the operation: True when it sets it, False when it takes it back."""
    settings = {setting.lower() for setting in context.settings.tenant_settings}
    said: bool | None = None
    for occurrence in context.whole.running():
        operation = occurrence.operation
        if occurrence is context.occurrence:
            break
        if isinstance(operation, SetParameter) and operation.setting.name in {*settings, "all"}:
            said = operation.setting.values is not None
        for call in called(operation, frozenset({"set_config"})):
            if (string_argument(call, 0) or "").lower() in settings:
                said = True
    return said


def changes_role(context: Context) -> bool:
    """Whether the file goes on as another role before the operation, of which it is not known what binds it."""
    for occurrence in context.whole.running():
        if occurrence is context.occurrence:
            break
        if isinstance(occurrence.operation, SetRole | SetSessionAuthorization):
            return True
    return False

"""Pure-SQL migrations for PostgreSQL with a schema per tenant.

The names below are loaded on first use: `sqlmig --version` needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sqlmig import aio
    from sqlmig.api import Project
    from sqlmig.errors import SqlmigError
    from sqlmig.readiness import NotCurrent, WhenBehind, check, ensure_current

__all__ = ["NotCurrent", "Project", "SqlmigError", "WhenBehind", "__version__", "aio", "check", "ensure_current"]

_HOMES = {
    "NotCurrent": "sqlmig.readiness",
    "Project": "sqlmig.api",
    "SqlmigError": "sqlmig.errors",
    "WhenBehind": "sqlmig.readiness",
    "check": "sqlmig.readiness",
    "ensure_current": "sqlmig.readiness",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "aio":
        return import_module("sqlmig.aio")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sqlmig' has no attribute {name!r}")

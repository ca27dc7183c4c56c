"""A pool of connections for applications: each transaction belongs to one tenant.

Needs the extra `tenancy` (psycopg_pool), and imports nothing else of sqlmig but its errors.
The names below are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlmig.tenancy.asyncpool import AsyncTenantConnection, AsyncTenantPool
    from sqlmig.tenancy.context import Tenant
    from sqlmig.tenancy.failures import ContextLost, TenancyError, TenantNotFound, TenantSuspended
    from sqlmig.tenancy.pool import TenantConnection, TenantPool

__all__ = [
    "AsyncTenantConnection",
    "AsyncTenantPool",
    "ContextLost",
    "TenancyError",
    "Tenant",
    "TenantConnection",
    "TenantNotFound",
    "TenantPool",
    "TenantSuspended",
]

_HOMES = {
    "AsyncTenantConnection": "asyncpool",
    "AsyncTenantPool": "asyncpool",
    "ContextLost": "failures",
    "TenancyError": "failures",
    "Tenant": "context",
    "TenantConnection": "pool",
    "TenantNotFound": "failures",
    "TenantPool": "pool",
    "TenantSuspended": "failures",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'sqlmig.tenancy' has no attribute {name!r}")
    try:
        return getattr(import_module(f"sqlmig.tenancy.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "psycopg_pool":
            raise
        raise ImportError("sqlmig.tenancy needs psycopg_pool: pip install 'sqlmig[tenancy]'") from error

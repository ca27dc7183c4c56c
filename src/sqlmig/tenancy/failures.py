"""What a pool of tenants raises on purpose; the server's own errors pass through as psycopg's.

SqlmigError
└── TenancyError            anything below, and a pool that is not set up right
    ├── TenantNotFound      no such tenant, or its schema is not there for the role
    ├── TenantSuspended     the lookup says that nobody works with this tenant now
    └── ContextLost         the tenant's transaction has ended inside of its block
"""

from __future__ import annotations

from sqlmig.errors import SqlmigError


class TenancyError(SqlmigError):
    """A tenant's connection cannot be had, or cannot be used any more."""


class TenantNotFound(TenancyError):
    """No tenant of that name, or none whose schema can be used."""


class TenantSuspended(TenancyError):
    """The tenant exists and is not to be served."""


class ContextLost(TenancyError):
    """The block has no tenant any more, because its transaction has ended; nothing runs without one."""

"""What a pool of tenants raises on purpose; the server's own errors pass through as psycopg's.

SqlmigError
└── TenancyError            anything below, and a pool that is not set up right
    ├── TenantNotFound      no such tenant, or its schema is not there for the role
    ├── TenantSuspended     the lookup says that nobody works with this tenant now
    └── ContextLost         the tenant's transaction has ended inside of its block
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmig.errors import SqlmigError

if TYPE_CHECKING:
    import psycopg


class TenancyError(SqlmigError):
    """A tenant's connection cannot be had, or cannot be used any more."""


class TenantNotFound(TenancyError):
    """No tenant of that name, or none whose schema can be used."""


class TenantSuspended(TenancyError):
    """The tenant exists and is not to be served."""


class ContextLost(TenancyError):
    """The block has no tenant any more, because its transaction has ended; nothing runs without one."""


def refused(slug: str, error: psycopg.Error) -> TenancyError:
    """The error of a block that the server does not let begin: the lookup or the role is wrong, not the connection."""
    return TenancyError(
        f"the block of tenant {shown(slug)} cannot begin: {error.diag.message_primary or error}",
        state="nothing was done",
        next="look at the lookup (it gives the columns id and schema, and names its own schema), at the rights of the"
        " role that logs in, and whether that is a member of the tenants' role",
    )


def not_allowed(slug: str, call: str) -> ContextLost:
    """The error of a call that would end the transaction inside of the block."""
    return ContextLost(
        f"{call}() inside of the block of tenant {slug} would end its transaction, and the tenant with it",
        state="nothing was sent; the transaction goes on",
        next="leave the block to commit, raise to roll back; use conn.transaction() for what may fail on its own",
    )


def not_committed(slug: str) -> ContextLost:
    """The error of a block whose transaction is not the one that the pool has opened."""
    return ContextLost(
        f"at its end the block of tenant {slug} was in another transaction, or in another tenant's",
        state="what was not committed before is rolled back",
        next="look for COMMIT, ROLLBACK and set_config in the block's statements",
    )


def over(slug: str) -> ContextLost:
    """The error of a connection that is used behind its block."""
    return ContextLost(
        f"the block of tenant {slug} is over; its connection serves somebody else now",
        state="nothing was sent",
        next="open a new block with connection()",
    )


def shown(slug: str) -> str:
    """A slug that nobody has checked, so that it cannot pass for lines of a log."""
    return slug if slug.isprintable() and len(slug) <= 63 else f"{slug[:63]!r}"

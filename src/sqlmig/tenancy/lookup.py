"""From a slug to a tenant: what a lookup's row says, and which answers are remembered for how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock

from sqlmig.tenancy.context import Tenant
from sqlmig.tenancy.failures import TenancyError, TenantNotFound, TenantSuspended

_AT_MOST = 10_000


def tenant_of(slug: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Tenant | None:
    """The tenant that a lookup's rows describe; None when there is no row.

    Args:
        slug: what was asked for.
        columns: `id` and `schema`, and perhaps `active`; others are left alone.
        rows: at most one.

    Raises:
        TenancyError: the lookup gives something else.
    """
    missing = {"id", "schema"} - set(columns)
    if missing:
        raise TenancyError(
            f"the lookup of tenants gives no column {' and no column '.join(sorted(missing))}",
            next="write it like SELECT id, schema_name AS schema, is_active AS active FROM ... WHERE slug = %(slug)s",
        )
    if not rows:
        return None
    row = dict(zip(columns, rows[0], strict=True))
    if len(rows) > 1 or row["id"] is None or not isinstance(row["schema"], str) or not row["schema"]:
        raise TenancyError(
            f"the lookup of tenants gives no single row with an id and a schema for {slug}",
            next="its WHERE has to name one tenant: WHERE slug = %(slug)s",
        )
    return Tenant(slug, row["schema"], str(row["id"]), bool(row.get("active", True)))


def served(slug: str, tenant: Tenant | None) -> Tenant:
    """The tenant, if it may be served.

    Raises:
        TenantNotFound, TenantSuspended: it may not.
    """
    if tenant is None:
        raise TenantNotFound(f"there is no tenant {slug}", next="sqlmig tenant list shows all of them")
    if not tenant.active:
        raise TenantSuspended(f"tenant {slug} is suspended", next=f"sqlmig tenant activate {slug}")
    return tenant


class Remembered:
    """Tenants that may be served, each for some seconds. Who may not is looked up again every time."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until: dict[str, tuple[float, Tenant]] = {}
        self._lock = Lock()

    def get(self, slug: str) -> Tenant | None:
        """The tenant, unless it has to be looked up."""
        with self._lock:
            until, tenant = self._until.get(slug, (0.0, None))
        return tenant if self._clock() < until else None

    def keep(self, tenant: Tenant) -> None:
        """Remembers a tenant; the oldest goes when there are too many."""
        with self._lock:
            self._until.pop(tenant.slug, None)
            self._until[tenant.slug] = (self._clock() + self._seconds, tenant)
            if len(self._until) > _AT_MOST:
                del self._until[next(iter(self._until))]

    def forget(self, slug: str | None = None) -> None:
        """Forgets one tenant, or all."""
        with self._lock:
            if slug is None:
                self._until.clear()
            else:
                self._until.pop(slug, None)

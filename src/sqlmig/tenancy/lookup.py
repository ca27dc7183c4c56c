"""From a slug to a tenant: the query that gives it, what its row says, and how long a callable's answer counts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from psycopg import sql

from sqlmig.tenancy.context import Tenant
from sqlmig.tenancy.failures import TenancyError, TenantNotFound, TenantSuspended, shown

_AT_MOST = 10_000
_EXAMPLE = "write it like SELECT id, schema_name AS schema, is_active AS active FROM ... WHERE slug = %(slug)s"


@dataclass(frozen=True, slots=True)
class Query:
    """The query of a lookup; the slug becomes a literal in it."""

    pieces: tuple[str, ...]
    """What stands before, between and behind the places of the slug."""

    @classmethod
    def of(cls, text: str) -> Query:
        """A query, as the application has written it.

        Raises:
            TenancyError: it has no place for the slug, or one for something else.
        """
        pieces = [""]
        for between, mark in _MARKS.findall(text.strip().rstrip("; \n")):
            pieces[-1] += between + ("%" if mark == "%%" else "")
            if mark == "%(slug)s":
                pieces.append("")
            elif mark == "%":
                raise TenancyError("the lookup of tenants has a place for something else than %(slug)s", next=_EXAMPLE)
        if len(pieces) == 1:
            raise TenancyError("the lookup of tenants does not ask for %(slug)s", next=_EXAMPLE)
        return cls(tuple(pieces))

    def asking(self, slug: str) -> sql.Composed:
        """The query for one tenant."""
        first, *others = (sql.SQL(piece) for piece in self.pieces)
        return sum((sql.Literal(slug) + piece for piece in others), sql.Composed([first]))


_MARKS = re.compile(r"([^%]*)(%\(slug\)s|%%|%|$)")


def given(tenant: Tenant) -> sql.Composed:
    """A query that gives the tenant that a callable has named."""
    return sql.SQL("SELECT {} AS id, {} AS schema").format(tenant.id, tenant.schema)


def opened(slug: str, rows: Sequence[tuple[Any, ...]], schema: str | None) -> Tenant:
    """The tenant whose transaction has begun.

    Args:
        slug: what was asked for.
        rows: what the lookup gave, at most two: the id, the schema, whether it may be served.
        schema: where the transaction looks names up.

    Raises:
        TenantNotFound: there is none, or its schema is not there, or the role may not use it.
        TenantSuspended: it may not be served.
        TenancyError: the lookup does not say who it is.
    """
    if not rows:
        return served(slug, None)
    own_id, own_schema, active, *_ = rows[0]
    if len(rows) > 1 or own_id is None or not own_schema:
        raise TenancyError(
            f"the lookup of tenants gives no single row with an id and a schema for {shown(slug)}",
            next="its WHERE has to name one tenant: WHERE slug = %(slug)s",
        )
    tenant = served(slug, Tenant(slug, own_schema, own_id, active))
    if schema != tenant.schema:
        raise TenantNotFound(
            f"schema {tenant.schema} of tenant {slug} does not exist, or the role may not use it",
            next="sqlmig tenant list shows the schemas; the role needs USAGE on them",
        )
    return tenant


def served(slug: str, tenant: Tenant | None) -> Tenant:
    """The tenant, if it may be served.

    Raises:
        TenantNotFound, TenantSuspended: it may not.
    """
    if tenant is None:
        raise TenantNotFound(f"there is no tenant {shown(slug)}", next="sqlmig tenant list shows all of them")
    if not tenant.active:
        raise TenantSuspended(f"tenant {slug} is suspended", next=f"sqlmig tenant activate {slug}")
    return tenant


def possible(slug: str) -> str:
    """The slug, if PostgreSQL has such text at all: it may come from a URL.

    Raises:
        TenantNotFound: no tenant can be called so.
    """
    if "\0" in slug or any("\ud800" <= letter <= "\udfff" for letter in slug):
        return served(slug, None).slug
    return slug


class Remembered:
    """What a callable has answered, each for some seconds. Who may not be served is asked for again every time."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until: dict[str, tuple[float, Tenant]] = {}
        self._forgotten = 0
        self._lock = Lock()

    @property
    def forgotten(self) -> int:
        """How often something was forgotten; what was asked before that is not kept."""
        return self._forgotten

    def get(self, slug: str) -> Tenant | None:
        """The tenant, unless it has to be asked for."""
        with self._lock:
            until, tenant = self._until.get(slug, (0.0, None))
        return tenant if self._clock() < until else None

    def keep(self, slug: str, tenant: Tenant, forgotten: int) -> None:
        """Remembers an answer; the oldest goes when there are too many.

        Args:
            slug: what was asked for.
            tenant: the answer.
            forgotten: the count when it was asked.
        """
        with self._lock:
            if forgotten != self._forgotten:
                return
            self._until.pop(slug, None)
            self._until[slug] = (self._clock() + self._seconds, tenant)
            if len(self._until) > _AT_MOST:
                del self._until[next(iter(self._until))]

    def forget(self, slug: str | None = None) -> None:
        """Forgets one tenant, or all."""
        with self._lock:
            self._forgotten += 1
            if slug is None:
                self._until.clear()
            else:
                self._until.pop(slug, None)

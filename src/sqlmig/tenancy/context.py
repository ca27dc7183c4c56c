"""What makes a transaction a tenant's: the messages that open and end it, and what its state says. Pure.

All of the context is local to the transaction, so that the server itself takes it away, also behind a pooler that gives
the server's process to somebody else after each transaction. It travels in the message of BEGIN: no statement can come
between. The message of COMMIT asks first whether the context still stands; the server refuses to commit if not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import LiteralString

from psycopg import sql
from psycopg.pq import TransactionStatus

from sqlmig.tenancy.failures import ContextLost, TenancyError, TenantNotFound

Statement = LiteralString | bytes | sql.SQL | sql.Composed
"""What psycopg takes for a statement."""

MARK = "sqlmig.tenant"
"""The setting that holds the tenant's slug; it is gone when the transaction is, which is how a lost one is noticed."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant, as the lookup gives it."""

    slug: str
    schema: str
    id: str
    """What policies compare a row's tenant with, as text."""
    active: bool = True
    """False: `connection` raises TenantSuspended."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every tenant's transaction has; the same for all tenants of a pool."""

    setting: str | None
    search_path: tuple[str, ...]
    role: str | None

    @classmethod
    def of(cls, setting: str | None, search_path: Sequence[str], role: str | None) -> Context:
        """The context, if a pool can be made with it.

        Raises:
            TenancyError: the setting is none of the application's own, or the search path no list of schemas.
        """
        if setting is not None and not _OWN_SETTING.fullmatch(setting):
            raise TenancyError(
                f"{setting!r} cannot be the setting of the tenant's id: PostgreSQL wants a dot in it",
                next="name it like app.current_tenant_id",
            )
        if isinstance(search_path, str):
            raise TenancyError("search_path is a list of schemas", next=f"write search_path=[{search_path!r}]")
        return cls(setting, tuple(search_path), role)

    def values(self, tenant: Tenant) -> Mapping[str, str]:
        """The settings that name the tenant."""
        return {MARK: tenant.slug} | ({self.setting: tenant.id} if self.setting else {})


_OWN_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+")


class Route(Enum):
    """What stands between the pool and the server."""

    DIRECT = "direct"
    POOLER = "pooler"
    """The server's process changes from one transaction to the next: nothing may be left in its session."""


def route(told: int, found: int) -> Route:
    """Which way statements go: a pooler tells the client of another process than the one that runs them."""
    return Route.DIRECT if told == found else Route.POOLER


def opening(context: Context, tenant: Tenant) -> sql.Composed:
    """BEGIN with all of the context, as one message; its last row is the schema where names are looked up first."""
    # The session's temporary tables come last: what another transaction left there hides nothing.
    path = sql.SQL(", ").join(map(sql.Identifier, (tenant.schema, *context.search_path, "pg_temp"))).as_string()
    settings = {"search_path": path, **context.values(tenant)} | ({"role": context.role} if context.role else {})
    calls = (
        sql.SQL("pg_catalog.set_config({}, {}, true)").format(*map(sql.Literal, pair)) for pair in settings.items()
    )
    return sql.SQL("BEGIN; SELECT {}; SELECT pg_catalog.current_schema()").format(sql.SQL(", ").join(calls))


def check_opened(tenant: Tenant, schema: str | None) -> None:
    """Whether names are looked up in the tenant's schema.

    Raises:
        TenantNotFound: the schema is not there, or the role may not use it.
    """
    if schema != tenant.schema:
        raise TenantNotFound(
            f"schema {tenant.schema} of tenant {tenant.slug} does not exist, or the role may not use it",
            next="sqlmig tenant list shows the schemas; the role needs USAGE on them",
        )


def committing(context: Context, tenant: Tenant, way: Route) -> sql.Composed:
    """COMMIT, refused by the server when the transaction is no longer the tenant's, and what follows it."""
    held = sql.SQL(" AND ").join(
        sql.SQL("pg_catalog.current_setting({}, true) IS NOT DISTINCT FROM {}").format(*map(sql.Literal, pair))
        for pair in context.values(tenant).items()
    )
    # A division by zero is the one error that plain SQL can raise: it keeps check and COMMIT in one message.
    return sql.SQL("SELECT 1 / ({})::pg_catalog.int4; COMMIT; {}").format(held, leaving(context, way))


def rolling_back(context: Context, way: Route, status: int) -> sql.Composed:
    """ROLLBACK, where a transaction is open, and what follows it."""
    if status == TransactionStatus.IDLE:
        return leaving(context, way)
    return sql.SQL("ROLLBACK; {}").format(leaving(context, way))


def leaving(context: Context, way: Route) -> sql.Composed:
    """Takes out of the session what an application's own statements may have put there; rides with COMMIT.

    What the pool sets is gone with the transaction. A plain SET, a temporary table or a cursor WITH HOLD is not.
    """
    settings = [sql.Identifier(*name.split(".")) for name in (MARK, context.setting) if name]
    return sql.SQL("RESET ROLE; {}; {}; CLOSE ALL; DISCARD TEMP").format(
        sql.SQL("; ").join(sql.SQL("RESET {}").format(name) for name in settings), resting_path(way)
    )


def resting_path(way: Route) -> sql.SQL:
    """The search path between transactions: without a tenant no name is found.

    Behind a pooler the session is not ours; there the role's own default has to be empty.
    """
    return sql.SQL("SET search_path = ''" if way is Route.DIRECT else "RESET search_path")


def may_go_on(tenant: Tenant, status: int) -> None:
    """Asked before anything is sent in a tenant's block.

    Args:
        tenant: whose block it is.
        status: libpq's transaction status.

    Raises:
        ContextLost: the transaction has ended: what follows would run without a tenant.
    """
    if status == TransactionStatus.IDLE:
        raise ContextLost(
            f"the transaction of tenant {tenant.slug} was ended inside of its block; nothing more runs in it",
            state="what was committed stays; the statement was not sent",
            next="leave COMMIT and ROLLBACK to the block; use conn.transaction() for what may fail on its own",
        )


def may_commit(tenant: Tenant, status: int) -> None:
    """Asked at the end of a tenant's block.

    Raises:
        ContextLost: the transaction has ended, or is not done yet.
    """
    may_go_on(tenant, status)
    if status == TransactionStatus.ACTIVE:
        # Whoever reads a stream holds the connection: to wait for it here would be to wait for ever.
        raise ContextLost(
            f"at its end the block of tenant {tenant.slug} was still running a statement",
            state="the connection was closed, and the transaction rolled back with it",
            next="read a stream or COPY to its end, and wait for other threads and tasks",
        )


def not_allowed(tenant: Tenant, call: str) -> ContextLost:
    """The error of a call that would end the transaction inside of the block."""
    return ContextLost(
        f"{call}() inside of the block of tenant {tenant.slug} would end its transaction, and the tenant with it",
        state="nothing was sent; the transaction goes on",
        next="leave the block to commit, raise to roll back; use conn.transaction() for what may fail on its own",
    )


def not_committed(tenant: Tenant) -> ContextLost:
    """The error of a block whose transaction is not the one that the pool has opened."""
    return ContextLost(
        f"at its end the block of tenant {tenant.slug} was in another transaction, or in another tenant's",
        state="what was not committed before is rolled back",
        next="look for COMMIT, ROLLBACK and set_config in the block's statements",
    )


def over(tenant: Tenant) -> ContextLost:
    """The error of a connection that is used behind its block."""
    return ContextLost(
        f"the block of tenant {tenant.slug} is over; its connection serves somebody else now",
        state="nothing was sent",
        next="open a new block with connection()",
    )

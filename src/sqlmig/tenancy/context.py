"""What makes a transaction a tenant's: the messages that open and end it, and what its state says. Pure.

All of the context is local to the transaction, so that the server itself takes it away, also behind a pooler that gives
the server's process to somebody else after each transaction. It travels in the message of BEGIN, and so does the lookup
of the tenant: what is true of it when the transaction begins is what counts. The message of COMMIT asks first whether
the context still stands; the server refuses to commit if not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, LiteralString

import psycopg
from psycopg import pq, sql
from psycopg.pq import PipelineStatus, TransactionStatus

from sqlmig.tenancy.failures import ContextLost, TenancyError

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


def opening(context: Context, slug: str, found: sql.Composed) -> sql.Composed:
    """BEGIN, the lookup and all of the context, as one message: no statement can come between.

    Args:
        context: what every tenant's transaction has.
        slug: the tenant.
        found: the query that gives the tenant's row, `id`, `schema` and perhaps `active`.
    """
    return sql.SQL(_OPENING).format(found=found, slug=sql.Literal(slug), **_fixed(context))


@lru_cache
def _fixed(context: Context) -> Mapping[str, sql.SQL]:
    """What is the same in every message of a pool that opens a block."""
    # The session's temporary tables come last: what another transaction left there hides nothing.
    behind = sql.SQL(", ").join(map(sql.Identifier, (*context.search_path, "pg_temp"))).as_string()
    parts = {
        "behind": sql.Literal(f", {behind}"),
        "setting": _calling("pg_catalog.set_config({}, asked.id, true)", context.setting),
        "mark": sql.Literal(MARK),
        "role": _calling("pg_catalog.set_config('role', {}, true)", context.role),
    }
    return {name: sql.SQL(part.as_string()) for name, part in parts.items()}


# A lookup without a column `active` takes the one from outside.
_OPENING: LiteralString = """\
BEGIN;
SELECT asked.*,
    pg_catalog.set_config('search_path', pg_catalog.quote_ident(asked.schema) || {behind}, true){setting}
FROM (SELECT true AS active) AS otherwise,
LATERAL (SELECT id::text, schema::text, active::bool FROM (
{found}
) AS found LIMIT 2) AS asked;
SELECT pg_catalog.set_config({mark}, {slug}, true){role};
SELECT pg_catalog.current_schema()"""


def _calling(call: LiteralString, value: str | None) -> sql.Composable:
    return sql.SQL(", " + call).format(value) if value is not None else sql.SQL("")


Answers = Sequence[Sequence[tuple[Any, ...]]]
"""The rows of each statement of a message."""


class MixedUp(psycopg.OperationalError):
    """A connection has got the answer to another message, as some poolers give after a cancelled statement."""


def found_by(slug: str, answers: Answers) -> tuple[Sequence[tuple[Any, ...]], str | None]:
    """The lookup's rows, and the schema where names are looked up now, from the answers to `opening`.

    Raises:
        MixedUp: they are answers to something else; nothing is known of the connection.
    """
    match answers:
        case [_, rows, [(echo, *_)], [(schema,)]] if echo == slug:
            return rows, schema
    raise MixedUp("the connection gave the answer to another message")


def committing(context: Context, tenant: Tenant, way: Route) -> sql.Composed:
    """COMMIT, refused by the server when the transaction is no longer the tenant's, and what follows it."""
    held = sql.SQL(" AND ").join(
        sql.SQL("pg_catalog.current_setting({}, true) IS NOT DISTINCT FROM {}").format(*map(sql.Literal, pair))
        for pair in context.values(tenant).items()
    )
    # A division by zero is the one error that plain SQL can raise: it keeps check and COMMIT in one message.
    return sql.SQL("SELECT 1 / ({})::pg_catalog.int4; COMMIT; {}").format(held, leaving(context, way))


def rolling_back(context: Context, way: Route, status: int) -> sql.SQL | sql.Composed:
    """ROLLBACK, where a transaction is open, and what follows it."""
    if status == TransactionStatus.IDLE:
        return leaving(context, way)
    return sql.SQL("ROLLBACK; {}").format(leaving(context, way))


@lru_cache
def leaving(context: Context, way: Route) -> sql.SQL:
    """Takes out of the session what an application's own statements may have put there; rides with COMMIT.

    What the pool sets is gone with the transaction. A plain SET, a temporary table, a cursor WITH HOLD, a session's
    advisory lock and much else is not.
    """
    settings = [sql.Identifier(*name.split(".")) for name in (MARK, context.setting) if name]
    resets = sql.SQL("; ").join(sql.SQL("RESET {}").format(name) for name in settings)
    session = sql.SQL(_OWN) if way is Route.DIRECT else sql.SQL(_SHARED).format(resets)
    return sql.SQL(sql.SQL(_LEAVING).format(session=session).as_string())


_LEAVING: LiteralString = (
    "RESET SESSION AUTHORIZATION; RESET ROLE; {session}; CLOSE ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES"
)
# Together what DISCARD ALL does, which wants a message of its own. Between transactions no name is found.
_OWN: LiteralString = "RESET ALL; SET search_path = ''; DEALLOCATE ALL; SELECT FROM pg_catalog.pg_advisory_unlock_all()"
# Settings, locks and prepared statements may be another client's. The role's own search path has to be empty here.
_SHARED: LiteralString = "{}; RESET search_path"


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


def is_busy(connection: pq.abc.PGconn) -> bool:
    """Whether a statement is under way; a pipeline that is still open counts as one."""
    return connection.transaction_status == TransactionStatus.ACTIVE or connection.pipeline_status != PipelineStatus.OFF


def may_commit(tenant: Tenant, connection: pq.abc.PGconn) -> None:
    """Asked at the end of a tenant's block.

    Raises:
        ContextLost: the transaction has ended, or is not done yet.
    """
    may_go_on(tenant, connection.transaction_status)
    if is_busy(connection):
        # Whoever reads a stream holds the connection: to wait for it here would be to wait for ever.
        raise ContextLost(
            f"at its end the block of tenant {tenant.slug} was still running a statement",
            state="the connection was closed, and the transaction rolled back with it",
            next="read a stream or COPY to its end, leave a pipeline, and wait for other threads and tasks",
        )

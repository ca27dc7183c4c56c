"""The pool for asyncio: what `pool.py` does, on psycopg's asynchronous connections.

A task may be cancelled at every `await`. A connection whose state is not known then is closed, never given back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from sqlmig.tenancy import context, failures
from sqlmig.tenancy.context import Answers, Context, Route, Tenant
from sqlmig.tenancy.failures import TenantNotFound
from sqlmig.tenancy.loan import Loan
from sqlmig.tenancy.lookup import Query, Remembered, given, opened, possible, served


class AsyncTenantConnection(Loan, psycopg.AsyncConnection[Any]):
    """psycopg's connection inside of its block: it can neither end nor outlive the transaction."""


class AsyncTenantPool:
    """Connections for all tenants of a database, for asyncio; each block is one transaction of one tenant.

    Args:
        conninfo: a libpq URL or connection string; empty for libpq's own variables.
        lookup: as TenantPool takes it; a callable is a coroutine function.
        setting: as TenantPool takes it, and so are search_path, role, remember and kwargs.
        search_path: the schemas that follow the tenant's.
        role: the role of the tenant's transactions; None for the one that logs in.
        remember: how many seconds a callable's answer is used for.
        configure: a coroutine function, called with each new connection.
        kwargs: parameters of psycopg.AsyncConnection.connect.
        options: what psycopg_pool.AsyncConnectionPool takes.

    Raises:
        TenancyError: lookup, setting or search_path cannot be used.
    """

    def __init__(
        self,
        conninfo: str = "",
        *,
        lookup: str | Callable[[str], Awaitable[Tenant | None]],
        setting: str | None = "app.current_tenant_id",
        search_path: Sequence[str] = (),
        role: str | None = None,
        remember: float = 30.0,
        configure: Callable[[psycopg.AsyncConnection[Any]], Awaitable[None]] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._context = Context.of(setting, search_path, role)
        self._lookup = Query.of(lookup) if isinstance(lookup, str) else lookup
        self._remembered = Remembered(remember)
        self._configured = configure
        self._returning: set[asyncio.Future[None]] = set()
        # A pooler's server process does not know what another one has prepared; the pool itself says BEGIN.
        own = {"prepare_threshold": None, "autocommit": True}
        self._pool = AsyncConnectionPool(
            conninfo,
            connection_class=_Connection,
            configure=self._configure,
            kwargs={**(kwargs or {}), **own},
            open=False,
            **options,
        )

    @property
    def pool(self) -> AsyncConnectionPool[Any]:
        """The pool below, for its figures: `tenants.pool.get_stats()`."""
        return self._pool

    async def open(self) -> None:
        """Starts to connect; `async with AsyncTenantPool(...)` does it too."""
        await self._pool.open()

    async def close(self) -> None:
        """Closes the connections; a block under way keeps its own to its end."""
        await asyncio.gather(*self._returning)
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def connection(self, slug: str, *, timeout: float | None = None) -> AsyncIterator[AsyncTenantConnection]:
        """A block whose statements run as the tenant's: one transaction, committed at its end, undone by an error.

        Args:
            slug: the tenant.
            timeout: seconds to wait for a connection; None for the pool's.

        Raises:
            TenantNotFound, TenantSuspended: there is nobody to serve.
            TenancyError: the server refuses to begin the block: the lookup, or the role.
            ContextLost: the transaction was ended inside of the block.
            psycopg_pool.PoolTimeout: all connections are in use, or none can be had.
        """
        raw, tenant = await self._opened(possible(slug), timeout)
        lent = AsyncTenantConnection(raw, tenant)
        try:
            try:
                yield lent
            finally:
                lent.take_back()
            context.may_commit(tenant, raw.pgconn)
            await self._commit(raw, tenant)
        except BaseException:
            await self._abandon(raw)
            raise
        finally:
            await self._return(raw)

    async def find(self, slug: str, *, timeout: float | None = None) -> Tenant:
        """The tenant of a slug, if it may be served; asked in a block of its own.

        Raises:
            TenantNotFound, TenantSuspended: it may not.
        """
        async with self.connection(slug, timeout=timeout) as conn:
            return conn.tenant

    def forget(self, slug: str | None = None) -> None:
        """Lets the next block ask the callable again for a tenant, or for every tenant: after it was suspended."""
        self._remembered.forget(slug)

    async def _opened(self, slug: str, timeout: float | None) -> tuple[_Connection, Tenant]:
        if isinstance(self._lookup, Query):
            return await self._begun(slug, self._lookup.asking(slug), timeout)
        if known := self._remembered.get(slug):
            # Without its schema it has moved since, or is gone.
            with suppress(TenantNotFound):
                return await self._begun(known.slug, given(known), timeout)
            self.forget(slug)
        forgotten = self._remembered.forgotten
        tenant = served(slug, await self._lookup(slug))
        self._remembered.keep(slug, tenant, forgotten)
        return await self._begun(tenant.slug, given(tenant), timeout)

    async def _begun(self, slug: str, found: sql.Composed, timeout: float | None) -> tuple[_Connection, Tenant]:
        """A connection in a tenant's transaction. One that turns out to be dead is replaced: nothing was done on it."""
        message = context.opening(self._context, slug, found)
        dead = 0
        while True:
            raw = await self._pool.getconn(timeout)
            try:
                return raw, opened(slug, *context.found_by(slug, await raw.say(message)))
            except BaseException as error:
                if isinstance(error, context.MixedUp):
                    await raw.close()
                try:
                    await self._abandon(raw)
                finally:
                    await self._return(raw)
                # A restarted server leaves a pool full of them.
                dead += 1
                if isinstance(error, psycopg.OperationalError) and raw.closed and dead <= self._pool.max_size:
                    continue
                if isinstance(error, psycopg.ProgrammingError | psycopg.DataError):
                    raise failures.refused(slug, error) from error
                raise

    async def _commit(self, raw: _Connection, tenant: Tenant) -> None:
        try:
            await raw.say(context.committing(self._context, tenant, raw.route))
        except psycopg.errors.DivisionByZero as error:
            # A trigger's own division by zero comes out of COMMIT, which ends the transaction.
            if raw.pgconn.transaction_status == TransactionStatus.INERROR:
                raise failures.not_committed(tenant.slug) from error
            raise

    async def _abandon(self, raw: _Connection) -> None:
        """Rolls back; a connection on which that cannot be had is closed, and the pool replaces it."""
        if context.is_busy(raw.pgconn):
            await raw.close()
        if raw.closed:
            return
        try:
            await raw.say(context.rolling_back(self._context, raw.route, raw.pgconn.transaction_status))
        except psycopg.Error:
            await raw.close()
        except BaseException:
            await raw.close()
            raise

    async def _return(self, raw: _Connection) -> None:
        """Gives a connection back, whole, also when the task is cancelled meanwhile: the pool would lose its place."""
        returning = asyncio.ensure_future(self._pool.putconn(raw))
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)
        await asyncio.shield(returning)

    async def _configure(self, raw: _Connection) -> None:
        [[(found,)]] = await raw.say(sql.SQL("SELECT pg_catalog.pg_backend_pid()"))
        raw.route = context.route(raw.info.backend_pid, found)
        if self._configured:
            await self._configured(raw)
        await raw.say(context.leaving(self._context, raw.route))


class _Connection(psycopg.AsyncConnection[Any]):
    """A connection of the pool."""

    route: Route = Route.POOLER

    async def say(self, message: sql.SQL | sql.Composed) -> Answers:
        """Sends one message of the pool's own, by the simple protocol; the rows of each of its statements."""
        cursor = psycopg.AsyncCursor(self, row_factory=tuple_row)
        await cursor.execute(message)
        answers = [await _rows(cursor)]
        while cursor.nextset():
            answers.append(await _rows(cursor))
        return answers


async def _rows(cursor: psycopg.AsyncCursor[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return await cursor.fetchall() if cursor.description else []

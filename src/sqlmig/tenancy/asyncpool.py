"""The pool for asyncio: what `pool.py` does, on psycopg's asynchronous connections.

A task may be cancelled at every `await`. A connection whose state is not known then is closed, never given back.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.abc import Params, PQGen
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from sqlmig.tenancy import context, lookup
from sqlmig.tenancy.context import Context, Route, Statement, Tenant
from sqlmig.tenancy.lookup import Remembered

T = TypeVar("T")


class AsyncTenantPool:
    """Connections for all tenants of a database, for asyncio; each block is one transaction of one tenant.

    Args:
        conninfo: a libpq URL or connection string; empty for libpq's own variables.
        lookup: as TenantPool takes it; a callable is a coroutine function.
        setting: as TenantPool takes it, and so are search_path, role, remember and kwargs.
        search_path: the schemas that follow the tenant's.
        role: the role of the tenant's transactions; None for the one that logs in.
        remember: how many seconds the lookup's answer is used for.
        configure: a coroutine function, called with each new connection.
        kwargs: parameters of psycopg.AsyncConnection.connect.
        options: what psycopg_pool.AsyncConnectionPool takes.

    Raises:
        TenancyError: setting or search_path cannot be used.
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
        self._lookup = lookup
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
            ContextLost: the transaction was ended inside of the block.
            psycopg_pool.PoolTimeout: all connections are in use, or none can be had.
        """
        tenant = await self.find(slug, timeout=timeout)
        raw = await self._opened(tenant, timeout)
        lent = AsyncTenantConnection(raw, tenant)
        try:
            try:
                yield lent
                context.may_commit(tenant, raw.pgconn.transaction_status)
            finally:
                await lent.take_back()
            await self._commit(raw, tenant)
        except BaseException:
            await self._abandon(raw)
            raise
        finally:
            await self._return(raw)

    async def find(self, slug: str, *, timeout: float | None = None) -> Tenant:
        """The tenant of a slug, if it may be served.

        Raises:
            TenantNotFound, TenantSuspended: it may not.
        """
        if known := self._remembered.get(slug):
            return known
        asked = self._lookup(slug) if callable(self._lookup) else self._queried(slug, self._lookup, timeout)
        tenant = lookup.served(slug, await asked)
        self._remembered.keep(tenant)
        return tenant

    def forget(self, slug: str | None = None) -> None:
        """Lets the next block look a tenant up again, or every tenant: after it was suspended, renamed or dropped."""
        self._remembered.forget(slug)

    async def _queried(self, slug: str, query: str, timeout: float | None) -> Tenant | None:
        async def ask(raw: _Connection) -> Tenant | None:
            cursor = psycopg.AsyncClientCursor(raw, row_factory=tuple_row)
            await cursor.execute(query.encode(), {"slug": slug})
            return lookup.tenant_of(slug, [column.name for column in cursor.description or ()], await cursor.fetchall())

        raw, tenant = await self._living(ask, timeout)
        await self._return(raw)
        return tenant

    async def _opened(self, tenant: Tenant, timeout: float | None) -> _Connection:
        async def begin(raw: _Connection) -> None:
            schema = await raw.say(context.opening(self._context, tenant))
            if schema != tenant.schema:
                # Perhaps the answer to another message, as some poolers give after a cancelled statement.
                await raw.close()
            context.check_opened(tenant, schema)
            raw.tenant = tenant

        return (await self._living(begin, timeout))[0]

    async def _living(
        self, first: Callable[[_Connection], Awaitable[T]], timeout: float | None
    ) -> tuple[_Connection, T]:
        """A connection on which `first` was said. One that turns out to be dead is replaced: nothing was done on it."""
        dead = 0
        while True:
            raw = await self._pool.getconn(timeout)
            try:
                return raw, await first(raw)
            except BaseException as error:
                try:
                    await self._abandon(raw)
                finally:
                    await self._return(raw)
                # A restarted server leaves a pool full of them.
                dead += 1
                if not (isinstance(error, psycopg.OperationalError) and raw.closed and dead <= self._pool.max_size):
                    raise

    async def _commit(self, raw: _Connection, tenant: Tenant) -> None:
        try:
            await raw.say(context.committing(self._context, tenant, raw.route))
        except psycopg.errors.DivisionByZero as error:
            # A trigger's own division by zero comes out of COMMIT, which ends the transaction.
            if raw.pgconn.transaction_status == TransactionStatus.INERROR:
                raise context.not_committed(tenant) from error
            raise

    async def _abandon(self, raw: _Connection) -> None:
        """Rolls back; a connection on which that cannot be had is closed, and the pool replaces it."""
        raw.tenant = None
        quiet = raw.pgconn.pipeline_status == PipelineStatus.OFF
        if not quiet or raw.pgconn.transaction_status == TransactionStatus.ACTIVE:
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
        raw.route = context.route(raw.info.backend_pid, await raw.say(sql.SQL("SELECT pg_catalog.pg_backend_pid()")))
        if self._configured:
            await self._configured(raw)
        await raw.say(context.resting_path(raw.route))


class AsyncTenantConnection:
    """A connection inside of its block: what psycopg's has, but what would end or outlive the transaction."""

    def __init__(self, raw: _Connection, tenant: Tenant) -> None:
        self._raw = raw
        self._over = False
        self._cursors: weakref.WeakSet[psycopg.AsyncCursor[Any]] = weakref.WeakSet()
        self.tenant = tenant
        """Whose transaction this is."""

    @property
    def info(self) -> psycopg.ConnectionInfo:
        """What psycopg knows of the connection."""
        return self._lent().info

    @property
    def adapters(self) -> psycopg.adapt.AdaptersMap:
        """How values are converted."""
        return self._lent().adapters

    def cursor(self, *args: Any, **options: Any) -> psycopg.AsyncCursor[Any]:
        """A cursor, as psycopg's `cursor`; closed when the block ends."""
        cursor: psycopg.AsyncCursor[Any] = self._lent().cursor(*args, **options)
        self._cursors.add(cursor)
        return cursor

    async def execute(
        self, query: Statement, params: Params | None = None, *, binary: bool = False
    ) -> psycopg.AsyncCursor[Any]:
        """Runs a statement; as psycopg's `execute`."""
        return await self.cursor(binary=binary).execute(query, params)

    @asynccontextmanager
    async def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AsyncIterator[psycopg.AsyncTransaction]:
        """A savepoint, as psycopg's `transaction` inside of another one: for what may fail on its own."""
        async with self._lent().transaction(savepoint_name, force_rollback) as savepoint:
            yield savepoint

    @asynccontextmanager
    async def pipeline(self) -> AsyncIterator[psycopg.AsyncPipeline]:
        """Statements sent without waiting for the answers; as psycopg's `pipeline`."""
        async with self._lent().pipeline() as pipeline:
            yield pipeline

    async def cancel(self) -> None:
        """Asks the server to stop the statement that runs; from any task."""
        await self._lent().cancel_safe()

    async def take_back(self) -> None:
        """Ends the loan: whoever still holds this connection, or a cursor of it, can send nothing more."""
        self._over = True
        self._raw.tenant = None
        for cursor in list(self._cursors):
            # A server's cursor goes with the transaction: nothing is to be sent for it.
            await psycopg.AsyncCursor.close(cursor)

    def _lent(self) -> _Connection:
        if self._over:
            raise context.over(self.tenant)
        return self._raw


class _Connection(psycopg.AsyncConnection[Any]):
    """A connection of the pool; while it is a tenant's, it sends nothing outside of that tenant's transaction."""

    tenant: Tenant | None = None
    route: Route = Route.POOLER

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.server_cursor_factory = _ServerCursor

    async def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        """Every statement passes here, whichever way it is sent."""
        if self.tenant is not None:
            context.may_go_on(self.tenant, self.pgconn.transaction_status)
        return await super().wait(gen, *args, **options)

    async def commit(self) -> None:
        """Refused inside of a block."""
        if self.tenant is not None:
            raise context.not_allowed(self.tenant, "commit")
        await super().commit()

    async def rollback(self) -> None:
        """Refused inside of a block."""
        if self.tenant is not None:
            raise context.not_allowed(self.tenant, "rollback")
        await super().rollback()

    async def say(self, message: sql.SQL | sql.Composed) -> Any:
        """Sends one message of the pool's own, by the simple protocol; the only value of its last row, if any."""
        cursor = psycopg.AsyncCursor(self, row_factory=tuple_row)
        await cursor.execute(message)
        while cursor.nextset():
            pass
        row = await cursor.fetchone() if cursor.description else None
        return row[0] if row else None


class _ServerCursor(psycopg.AsyncServerCursor[Any]):
    """A server-side cursor that stays closed; psycopg's would open anew, in whoever's transaction that is."""

    async def execute(self, *args: Any, **options: Any) -> Self:
        """As psycopg's."""
        if self.closed:
            raise psycopg.InterfaceError("the cursor is closed")
        return await super().execute(*args, **options)

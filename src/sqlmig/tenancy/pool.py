"""The pool for threads: each block is one transaction of one tenant, on a connection that all tenants share."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.abc import Params, PQGen
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from sqlmig.tenancy import context, lookup
from sqlmig.tenancy.context import Context, Route, Statement, Tenant
from sqlmig.tenancy.lookup import Remembered

T = TypeVar("T")


class TenantPool:
    """Connections for all tenants of a database; each block is one transaction of one tenant.

    Args:
        conninfo: a libpq URL or connection string; empty for libpq's own variables.
        lookup: from a slug to its tenant. Either a query with `%(slug)s` that gives the columns `id`, `schema` and
            perhaps `active`, with qualified names, run as the pool's own role; or a callable that gives a Tenant,
            or None.
        setting: the setting that policies read the tenant's id from; None when there is none.
        search_path: the schemas that follow the tenant's, as in sqlmig.yaml.
        role: the role of the tenant's transactions; None for the one that logs in.
        remember: how many seconds the lookup's answer is used for. 0: each block asks.
        configure: called with each new connection, for adapters; what it sets for the session has no place behind a
            pooler.
        kwargs: parameters of psycopg.connect, `row_factory` among them.
        options: what psycopg_pool.ConnectionPool takes: `min_size`, `max_size`, `timeout`, `max_lifetime`, ...

    Raises:
        TenancyError: setting or search_path cannot be used.
    """

    def __init__(
        self,
        conninfo: str = "",
        *,
        lookup: str | Callable[[str], Tenant | None],
        setting: str | None = "app.current_tenant_id",
        search_path: Sequence[str] = (),
        role: str | None = None,
        remember: float = 30.0,
        configure: Callable[[psycopg.Connection[Any]], None] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._context = Context.of(setting, search_path, role)
        self._lookup = lookup
        self._remembered = Remembered(remember)
        self._configured = configure
        # A pooler's server process does not know what another one has prepared; the pool itself says BEGIN.
        own = {"prepare_threshold": None, "autocommit": True}
        self._pool = ConnectionPool(
            conninfo,
            connection_class=_Connection,
            configure=self._configure,
            kwargs={**(kwargs or {}), **own},
            open=False,
            **options,
        )

    @property
    def pool(self) -> ConnectionPool[Any]:
        """The pool below, for its figures: `tenants.pool.get_stats()`."""
        return self._pool

    def open(self) -> None:
        """Starts to connect; `with TenantPool(...)` does it too."""
        self._pool.open()

    def close(self) -> None:
        """Closes the connections; a block under way keeps its own to its end."""
        self._pool.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def connection(self, slug: str, *, timeout: float | None = None) -> Iterator[TenantConnection]:
        """A block whose statements run as the tenant's: one transaction, committed at its end, undone by an error.

        Args:
            slug: the tenant.
            timeout: seconds to wait for a connection; None for the pool's.

        Raises:
            TenantNotFound, TenantSuspended: there is nobody to serve.
            ContextLost: the transaction was ended inside of the block.
            psycopg_pool.PoolTimeout: all connections are in use, or none can be had.
        """
        tenant = self.find(slug, timeout=timeout)
        raw = self._opened(tenant, timeout)
        lent = TenantConnection(raw, tenant)
        try:
            try:
                yield lent
                context.may_commit(tenant, raw.pgconn.transaction_status)
            finally:
                lent.take_back()
            self._commit(raw, tenant)
        except BaseException:
            self._abandon(raw)
            raise
        finally:
            self._pool.putconn(raw)

    def find(self, slug: str, *, timeout: float | None = None) -> Tenant:
        """The tenant of a slug, if it may be served.

        Raises:
            TenantNotFound, TenantSuspended: it may not.
        """
        if known := self._remembered.get(slug):
            return known
        found = self._lookup(slug) if callable(self._lookup) else self._queried(slug, self._lookup, timeout)
        tenant = lookup.served(slug, found)
        self._remembered.keep(tenant)
        return tenant

    def forget(self, slug: str | None = None) -> None:
        """Lets the next block look a tenant up again, or every tenant: after it was suspended, renamed or dropped."""
        self._remembered.forget(slug)

    def _queried(self, slug: str, query: str, timeout: float | None) -> Tenant | None:
        def ask(raw: _Connection) -> Tenant | None:
            cursor = psycopg.ClientCursor(raw, row_factory=tuple_row)
            cursor.execute(query.encode(), {"slug": slug})
            return lookup.tenant_of(slug, [column.name for column in cursor.description or ()], cursor.fetchall())

        raw, tenant = self._living(ask, timeout)
        self._pool.putconn(raw)
        return tenant

    def _opened(self, tenant: Tenant, timeout: float | None) -> _Connection:
        def begin(raw: _Connection) -> None:
            schema = raw.say(context.opening(self._context, tenant))
            if schema != tenant.schema:
                # Perhaps the answer to another message, as some poolers give after a cancelled statement.
                raw.close()
            context.check_opened(tenant, schema)
            raw.tenant = tenant

        return self._living(begin, timeout)[0]

    def _living(self, first: Callable[[_Connection], T], timeout: float | None) -> tuple[_Connection, T]:
        """A connection on which `first` was said. One that turns out to be dead is replaced: nothing was done on it."""
        dead = 0
        while True:
            raw = self._pool.getconn(timeout)
            try:
                return raw, first(raw)
            except BaseException as error:
                try:
                    self._abandon(raw)
                finally:
                    self._pool.putconn(raw)
                # A restarted server leaves a pool full of them.
                dead += 1
                if not (isinstance(error, psycopg.OperationalError) and raw.closed and dead <= self._pool.max_size):
                    raise

    def _commit(self, raw: _Connection, tenant: Tenant) -> None:
        try:
            raw.say(context.committing(self._context, tenant, raw.route))
        except psycopg.errors.DivisionByZero as error:
            # A trigger's own division by zero comes out of COMMIT, which ends the transaction.
            if raw.pgconn.transaction_status == TransactionStatus.INERROR:
                raise context.not_committed(tenant) from error
            raise

    def _abandon(self, raw: _Connection) -> None:
        """Rolls back; a connection on which that cannot be had is closed, and the pool replaces it."""
        raw.tenant = None
        quiet = raw.pgconn.pipeline_status == PipelineStatus.OFF
        if not quiet or raw.pgconn.transaction_status == TransactionStatus.ACTIVE:
            raw.close()
        if raw.closed:
            return
        try:
            raw.say(context.rolling_back(self._context, raw.route, raw.pgconn.transaction_status))
        except psycopg.Error:
            raw.close()
        except BaseException:
            raw.close()
            raise

    def _configure(self, raw: _Connection) -> None:
        raw.route = context.route(raw.info.backend_pid, raw.say(sql.SQL("SELECT pg_catalog.pg_backend_pid()")))
        if self._configured:
            self._configured(raw)
        raw.say(context.resting_path(raw.route))


class TenantConnection:
    """A connection inside of its block: what psycopg's has, but what would end or outlive the transaction."""

    def __init__(self, raw: _Connection, tenant: Tenant) -> None:
        self._raw = raw
        self._over = False
        self._cursors: weakref.WeakSet[psycopg.Cursor[Any]] = weakref.WeakSet()
        self._lock = threading.Lock()
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

    def cursor(self, *args: Any, **options: Any) -> psycopg.Cursor[Any]:
        """A cursor, as psycopg's `cursor`; closed when the block ends."""
        with self._lock:
            cursor: psycopg.Cursor[Any] = self._lent().cursor(*args, **options)
            self._cursors.add(cursor)
        return cursor

    def execute(self, query: Statement, params: Params | None = None, *, binary: bool = False) -> psycopg.Cursor[Any]:
        """Runs a statement; as psycopg's `execute`."""
        return self.cursor(binary=binary).execute(query, params)

    @contextmanager
    def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> Iterator[psycopg.Transaction]:
        """A savepoint, as psycopg's `transaction` inside of another one: for what may fail on its own."""
        with self._lent().transaction(savepoint_name, force_rollback) as savepoint:
            yield savepoint

    @contextmanager
    def pipeline(self) -> Iterator[psycopg.Pipeline]:
        """Statements sent without waiting for the answers; as psycopg's `pipeline`."""
        with self._lent().pipeline() as pipeline:
            yield pipeline

    def cancel(self) -> None:
        """Asks the server to stop the statement that runs; from any thread."""
        self._lent().cancel_safe()

    def take_back(self) -> None:
        """Ends the loan: whoever still holds this connection, or a cursor of it, can send nothing more."""
        with self._lock:
            self._over = True
            cursors = list(self._cursors)
        self._raw.tenant = None
        for cursor in cursors:
            # A server's cursor goes with the transaction: nothing is to be sent for it.
            psycopg.Cursor.close(cursor)

    def _lent(self) -> _Connection:
        if self._over:
            raise context.over(self.tenant)
        return self._raw


class _Connection(psycopg.Connection[Any]):
    """A connection of the pool; while it is a tenant's, it sends nothing outside of that tenant's transaction."""

    tenant: Tenant | None = None
    route: Route = Route.POOLER

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.server_cursor_factory = _ServerCursor

    def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        """Every statement passes here, whichever way it is sent."""
        if self.tenant is not None:
            context.may_go_on(self.tenant, self.pgconn.transaction_status)
        return super().wait(gen, *args, **options)

    def commit(self) -> None:
        """Refused inside of a block."""
        if self.tenant is not None:
            raise context.not_allowed(self.tenant, "commit")
        super().commit()

    def rollback(self) -> None:
        """Refused inside of a block."""
        if self.tenant is not None:
            raise context.not_allowed(self.tenant, "rollback")
        super().rollback()

    def say(self, message: sql.SQL | sql.Composed) -> Any:
        """Sends one message of the pool's own, by the simple protocol; the only value of its last row, if any."""
        cursor = psycopg.Cursor(self, row_factory=tuple_row)
        cursor.execute(message)
        while cursor.nextset():
            pass
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


class _ServerCursor(psycopg.ServerCursor[Any]):
    """A server-side cursor that stays closed; psycopg's would open anew, in whoever's transaction that is."""

    def execute(self, *args: Any, **options: Any) -> Self:
        """As psycopg's."""
        if self.closed:
            raise psycopg.InterfaceError("the cursor is closed")
        return super().execute(*args, **options)

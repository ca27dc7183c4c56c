"""The pool for threads: each block is one transaction of one tenant, on a connection that all tenants share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from sqlmig.tenancy import context, failures
from sqlmig.tenancy.context import Answers, Context, Route, Tenant
from sqlmig.tenancy.failures import TenantNotFound
from sqlmig.tenancy.loan import Loan
from sqlmig.tenancy.lookup import Query, Remembered, given, opened, possible, served


class TenantConnection(Loan, psycopg.Connection[Any]):
    """psycopg's connection inside of its block: it can neither end nor outlive the transaction."""


class TenantPool:
    """Connections for all tenants of a database; each block is one transaction of one tenant.

    Args:
        conninfo: a libpq URL or connection string; empty for libpq's own variables.
        lookup: from a slug to its tenant. Either a query with `%(slug)s` that gives the columns `id`, `schema` and
            perhaps `active`, with qualified names; it is asked in the message that begins each block, as the pool's
            own role. Or a callable that gives a Tenant, or None.
        setting: the setting that policies read the tenant's id from; None when there is none.
        search_path: the schemas that follow the tenant's, as in sqlmig.yaml.
        role: the role of the tenant's transactions; None for the one that logs in.
        remember: how many seconds a callable's answer is used for. 0: each block asks.
        configure: called with each new connection, for adapters; what it sets for the session does not stay.
        kwargs: parameters of psycopg.connect, `row_factory` among them.
        options: what psycopg_pool.ConnectionPool takes: `min_size`, `max_size`, `timeout`, `max_lifetime`, ...

    Raises:
        TenancyError: lookup, setting or search_path cannot be used.
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
        self._lookup = Query.of(lookup) if isinstance(lookup, str) else lookup
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
            TenancyError: the server refuses to begin the block: the lookup, or the role.
            ContextLost: the transaction was ended inside of the block.
            psycopg_pool.PoolTimeout: all connections are in use, or none can be had.
        """
        raw, tenant = self._opened(possible(slug), timeout)
        lent = TenantConnection(raw, tenant)
        try:
            try:
                yield lent
            finally:
                lent.take_back()
            context.may_commit(tenant, raw.pgconn)
            self._commit(raw, tenant)
        except BaseException:
            self._abandon(raw)
            raise
        finally:
            self._pool.putconn(raw)

    def find(self, slug: str, *, timeout: float | None = None) -> Tenant:
        """The tenant of a slug, if it may be served; asked in a block of its own.

        Raises:
            TenantNotFound, TenantSuspended: it may not.
        """
        with self.connection(slug, timeout=timeout) as conn:
            return conn.tenant

    def forget(self, slug: str | None = None) -> None:
        """Lets the next block ask the callable again for a tenant, or for every tenant: after it was suspended."""
        self._remembered.forget(slug)

    def _opened(self, slug: str, timeout: float | None) -> tuple[_Connection, Tenant]:
        if isinstance(self._lookup, Query):
            return self._begun(slug, self._lookup.asking(slug), timeout)
        if known := self._remembered.get(slug):
            # Without its schema it has moved since, or is gone.
            with suppress(TenantNotFound):
                return self._begun(known.slug, given(known), timeout)
            self.forget(slug)
        forgotten = self._remembered.forgotten
        tenant = served(slug, self._lookup(slug))
        self._remembered.keep(slug, tenant, forgotten)
        return self._begun(tenant.slug, given(tenant), timeout)

    def _begun(self, slug: str, found: sql.Composed, timeout: float | None) -> tuple[_Connection, Tenant]:
        """A connection in a tenant's transaction. One that turns out to be dead is replaced: nothing was done on it."""
        message = context.opening(self._context, slug, found)
        dead = 0
        while True:
            raw = self._pool.getconn(timeout)
            try:
                return raw, opened(slug, *context.found_by(slug, raw.say(message)))
            except BaseException as error:
                if isinstance(error, context.MixedUp):
                    raw.close()
                try:
                    self._abandon(raw)
                finally:
                    self._pool.putconn(raw)
                # A restarted server leaves a pool full of them.
                dead += 1
                if isinstance(error, psycopg.OperationalError) and raw.closed and dead <= self._pool.max_size:
                    continue
                if isinstance(error, psycopg.ProgrammingError | psycopg.DataError):
                    raise failures.refused(slug, error) from error
                raise

    def _commit(self, raw: _Connection, tenant: Tenant) -> None:
        try:
            raw.say(context.committing(self._context, tenant, raw.route))
        except psycopg.errors.DivisionByZero as error:
            # A trigger's own division by zero comes out of COMMIT, which ends the transaction.
            if raw.pgconn.transaction_status == TransactionStatus.INERROR:
                raise failures.not_committed(tenant.slug) from error
            raise

    def _abandon(self, raw: _Connection) -> None:
        """Rolls back; a connection on which that cannot be had is closed, and the pool replaces it."""
        if context.is_busy(raw.pgconn):
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
        [[(found,)]] = raw.say(sql.SQL("SELECT pg_catalog.pg_backend_pid()"))
        raw.route = context.route(raw.info.backend_pid, found)
        if self._configured:
            self._configured(raw)
        raw.say(context.leaving(self._context, raw.route))


class _Connection(psycopg.Connection[Any]):
    """A connection of the pool."""

    route: Route = Route.POOLER

    def say(self, message: sql.SQL | sql.Composed) -> Answers:
        """Sends one message of the pool's own, by the simple protocol; the rows of each of its statements."""
        cursor = psycopg.Cursor(self, row_factory=tuple_row)
        cursor.execute(message)
        answers = [_rows(cursor)]
        while cursor.nextset():
            answers.append(_rows(cursor))
        return answers


def _rows(cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return cursor.fetchall() if cursor.description else []

"""A pool's connection as a block sees it: psycopg's own class, for the time of the block. For threads and asyncio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Never

from sqlmig.tenancy import context, failures
from sqlmig.tenancy.context import Tenant


class Loan:
    """What a tenant's connection has besides psycopg's; stands before psycopg's class in the order of bases.

    The state is that of the pool's connection, looked up there each time, so that whatever was made from the loan
    (cursors, savepoints, pipelines, and what they call `connection`) is worth nothing when the loan is over. What is
    set on the loan, such as `row_factory`, stays on it.
    """

    prepare_threshold: int | None = None
    """Nothing is prepared: neither another tenant nor another process of a pooler would have the same statement."""

    def __init__(self, raw: Any, tenant: Tenant) -> None:
        self._raw = raw
        self._over = False
        self._handlers: list[Callable[[], None]] = []
        self.tenant = tenant
        """Whose transaction this is."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._over:
            raise failures.over(self.tenant.slug)
        return getattr(self._raw, name)

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__} of tenant {self.tenant.slug}{', over' if self._over else ''}>"

    def __del__(self, *_warn: Any) -> None:
        """The connection is the pool's: nothing is to be closed, or to be warned of."""

    def wait(self, *args: Any, **options: Any) -> Any:
        """Every statement passes here, whichever way it is sent."""
        context.may_go_on(self.tenant, self.pgconn.transaction_status)
        return self._raw.wait(*args, **options)

    def commit(self) -> Never:
        """Refused inside of a block."""
        raise failures.not_allowed(self.tenant.slug, "commit")

    def rollback(self) -> Never:
        """Refused inside of a block."""
        raise failures.not_allowed(self.tenant.slug, "rollback")

    def close(self) -> Never:
        """Refused inside of a block."""
        raise failures.not_allowed(self.tenant.slug, "close")

    def add_notice_handler(self, callback: Callable[[Any], None]) -> None:
        """As psycopg's; until the block ends."""
        self._raw.add_notice_handler(callback)
        self._handlers.append(partial(self._raw.remove_notice_handler, callback))

    def add_notify_handler(self, callback: Callable[[Any], None]) -> None:
        """As psycopg's; until the block ends."""
        self._raw.add_notify_handler(callback)
        self._handlers.append(partial(self._raw.remove_notify_handler, callback))

    def take_back(self) -> None:
        """Ends the loan: whoever still holds this connection, or what was made from it, can send nothing more."""
        self._over = True
        for remove in self._handlers:
            with suppress(ValueError):
                remove()

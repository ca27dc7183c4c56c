"""Shadow databases: empty ones to try something in, dropped behind it whatever happens.

A process that is killed leaves its database behind. The next one that makes a shadow on that server drops it: who keeps
a shadow has a session open that names it.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlmig.db.composing import compose
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session, session
from sqlmig.errors import ConnectionFailed

PREFIX: Final = "sqlmig_shadow_"


@contextmanager
def shadow_database(url: str) -> Iterator[str]:
    """Makes an empty database; yields its name.

    Args:
        url: of any database on the server.

    Raises:
        ConnectionFailed: the server cannot be used, or the role may not make databases.
    """
    name = f"{PREFIX}{secrets.token_hex(6)}"
    # The session is there before the database is, and names it: so nobody takes it for abandoned.
    with session(url, application=_keeper(name)) as keeper:
        drop_abandoned(keeper)
        try:
            keeper.run(compose("CREATE DATABASE {name} TEMPLATE template0", name=name))
        except ServerRefused as error:
            raise _cannot_make(error) from error
        try:
            yield name
        finally:
            if keeper.broken:
                keeper.reopen()
            _drop(keeper, name)


def drop_abandoned(opened: Session) -> tuple[str, ...]:
    """Drops shadows whose process is gone, as far as this role may; their names."""
    found = [name for (name,) in opened.rows(_ABANDONED, {"prefix": PREFIX})]
    for name in found:
        # Another process may be about to drop it as well.
        with contextlib.suppress(ServerRefused):
            _drop(opened, name)
    return tuple(found)


def _drop(opened: Session, name: str) -> None:
    opened.run(compose("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name))


def _keeper(name: str) -> str:
    return f"sqlmig keeps {name}"


_ABANDONED: Final = """\
SELECT d.datname
FROM pg_catalog.pg_database AS d
WHERE pg_catalog.starts_with(d.datname::text, %(prefix)s) AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.application_name = 'sqlmig keeps ' || d.datname
)
ORDER BY d.datname"""


def _cannot_make(error: ServerRefused) -> ConnectionFailed:
    return ConnectionFailed(
        f"no shadow database could be made: {error.said.message}",
        state="nothing was changed",
        next="let the role make databases (ALTER ROLE ... CREATEDB), or name another server with --shadow-url: "
        "`embedded` is one that needs no rights",
    )

"""What the server allows: connections that are free, and its lock table."""

from __future__ import annotations

from sqlmig.db.session import Session
from sqlmig.plan.budget import LockTable


def free_connections(session: Session) -> int:
    """How many more connections the server, this database and this role would take."""
    return max(int(session.value(_FREE)), 0)


def lock_table(session: Session) -> LockTable:
    """The server's lock table, and what others have put into it."""
    [row] = session.rows(_LOCK_TABLE)
    return LockTable(*map(int, row))


# Reserved connections are not for us, even where the role could have them.
_FREE = """
SELECT least(
    pg_catalog.current_setting('max_connections')::integer
        - pg_catalog.current_setting('superuser_reserved_connections')::integer
        - (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'),
    (SELECT nullif(datconnlimit, -1) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        - (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()),
    (SELECT nullif(rolconnlimit, -1) FROM pg_catalog.pg_roles WHERE rolname = current_user)
        - (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE usename = current_user))"""

_LOCK_TABLE = """
SELECT pg_catalog.current_setting('max_locks_per_transaction'),
       pg_catalog.current_setting('max_connections'),
       pg_catalog.current_setting('max_prepared_transactions'),
       (SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT fastpath)"""

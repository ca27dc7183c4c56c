"""Advisory locks: who may change which target. Taken by trying, never by waiting inside the server.

A session that waits in pg_advisory_lock holds a snapshot, and CREATE INDEX CONCURRENTLY waits for every old snapshot of
the database: the two would wait for each other for ever. So a lock is tried, and tried again after a pause.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmig.db.session import Session
from sqlmig.errors import Interrupted, LockNotObtained
from sqlmig.plan.results import HeldLock, Holder
from sqlmig.plan.values import Target
from sqlmig.project.model import Scope

if TYPE_CHECKING:
    from sqlmig.db.context import Stop


@dataclass(frozen=True, slots=True)
class Keys:
    """The 64-bit keys that changing a target takes; advisory locks are per database."""

    shared: int
    """The shared tracks' key: tenant runs hold it shared, platform runs exclusively."""
    target: int
    exclusive: bool
    """Whether the shared key is taken exclusively."""
    objects: int | None = None
    """The key of what all targets share, for a step that changes some of it."""


def key_of(*parts: str) -> int:
    """A signed 64-bit key; the chance that two of 10,000 targets share one is 3 in 10^12."""
    return int.from_bytes(hashlib.sha256(key_text(*parts)).digest()[:8], "big", signed=True)


def key_text(*parts: str) -> bytes:
    """What a key is a hash of; with an empty last part, what the keys of its kind begin with."""
    return "\x00".join(("sqlmig", *parts)).encode()


def shared_key(history_schema: str) -> int:
    """The key of all shared tracks."""
    return key_of(history_schema, "shared")


def objects_key(history_schema: str) -> int:
    """The key of the objects outside of all targets that tenants' steps lock: one such step runs at a time."""
    return key_of(history_schema, "shared-objects")


def keys_for(history_schema: str, target: Target) -> Keys:
    """The keys that changing a target takes."""
    shared = shared_key(history_schema)
    return Keys(shared, key_of(history_schema, "target", target.key), target.scope is Scope.SHARED)


def transaction_locks(keys: Keys) -> str:
    """A query that tries both locks for the time of a transaction; parameters `shared_key` and `target_key`."""
    shared = "pg_try_advisory_xact_lock" if keys.exclusive else "pg_try_advisory_xact_lock_shared"
    return (
        f"SELECT CASE WHEN pg_catalog.{shared}(%(shared_key)s) "
        "THEN pg_catalog.pg_try_advisory_xact_lock(%(target_key)s) ELSE false END"
    )


def try_session_locks(session: Session, keys: Keys) -> bool:
    """Tries both locks for the time of a session: what runs outside a transaction needs them longer than one."""
    suffix = "" if keys.exclusive else "_shared"
    if not session.value(f"SELECT pg_catalog.pg_try_advisory_lock{suffix}(%(key)s)", {"key": keys.shared}):
        return False
    if session.value("SELECT pg_catalog.pg_try_advisory_lock(%(key)s)", {"key": keys.target}):
        return True
    session.run(f"SELECT pg_catalog.pg_advisory_unlock{suffix}(%(key)s)", {"key": keys.shared})
    return False


def release_session_locks(session: Session) -> None:
    """Lets go of every session lock."""
    session.run("SELECT pg_catalog.pg_advisory_unlock_all()")


@contextmanager
def locked(session: Session, keys: Keys, label: str, seconds: float, stop: Stop | None = None) -> Iterator[None]:
    """A transaction that holds a target's locks; it commits at the end of the block, or rolls back when that raises.

    Args:
        session: outside of a transaction.
        keys: the target's.
        label: how people call the target.
        seconds: how long to try.
        stop: ends the waiting when it is requested.

    Raises:
        LockNotObtained: another run holds the target.
        Interrupted: it was asked to stop while it waited.
    """
    began = time.monotonic()
    parameters = {"shared_key": keys.shared, "target_key": keys.target}
    while not session.value(f"BEGIN ISOLATION LEVEL READ COMMITTED; {transaction_locks(keys)}", parameters):
        session.rollback()
        if stop is not None and stop.requested:
            raise Interrupted(
                f"stopped on request while another run held {label}",
                state="nothing was changed",
                next="run the command again",
            )
        if time.monotonic() - began >= seconds:
            who = "; ".join(map(str, holders(session, keys))) or "who holds it could not be seen"
            raise LockNotObtained(
                f"another run holds {label}: waited {seconds:g} s for its lock. {who}",
                state="nothing was changed",
                next="wait for that run, or look with `sqlmig locks`",
            )
        time.sleep(0.1)
    try:
        yield
        session.run("COMMIT")
    except BaseException:
        session.rollback()
        raise


def holders(session: Session, keys: Keys) -> list[Holder]:
    """The sessions that hold one of the keys against us."""
    labels = {keys.shared: "shared tracks", keys.target: "target"}
    if keys.objects is not None:
        labels[keys.objects] = "shared objects"
    held = held_locks(session, labels)
    # Tenants' runs hold the shared tracks' key together.
    against = [one for one in held if keys.exclusive or one.label != "shared tracks" or one.mode == "ExclusiveLock"]
    return list({lock.holder.pid: lock.holder for lock in against}.values())


def held_locks(session: Session, labels: Mapping[int, str]) -> list[HeldLock]:
    """The advisory locks of this database with one of these keys, other sessions' only."""
    rows = session.rows(_HELD, {"keys": list(labels)})
    return [HeldLock(labels[row[0]], row[1], _holder(row[2:])) for row in rows]


def blockers_of(session: Session, pid: int) -> list[Holder]:
    """The sessions that a server process waits for."""
    return [_holder(row) for row in session.rows(_BLOCKERS, {"pid": pid})]


def _holder(row: tuple[Any, ...]) -> Holder:
    pid, user, application, client, state, query, since = row
    return Holder(pid, user or "?", application or "", client, state or "?", query or "", since)


_ACTIVITY = (
    """a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'local'), a.state, a.query, a.xact_start"""
)

# A 64-bit key stands in pg_locks as two halves, with objsubid 1.
_HELD = f"""
SELECT k.key, l.mode, {_ACTIVITY}
FROM unnest(%(keys)s::bigint[]) AS k(key)
JOIN pg_catalog.pg_locks l ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND ((l.classid::bigint << 32) | l.objid::bigint) = k.key
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.pid <> pg_catalog.pg_backend_pid()
ORDER BY a.xact_start, a.pid"""  # noqa: S608  no value is put in

_BLOCKERS = f"""
SELECT {_ACTIVITY}
FROM unnest(pg_catalog.pg_blocking_pids(%(pid)s)) AS b(pid)
JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
ORDER BY a.xact_start, a.pid"""  # noqa: S608  no value is put in

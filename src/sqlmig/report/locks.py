"""Who holds sqlmig's locks, and how to end them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.plan.results import HeldLock
from sqlmig.report.words import moment, moment_json


def locks_text(held: Sequence[HeldLock]) -> str:
    """Each session with the locks that it holds."""
    if not held:
        return "no run of sqlmig holds a lock\n"
    return "\n\n".join(_session(same) for same in _by_session(held)) + "\n"


def locks_json(held: Sequence[HeldLock]) -> dict[str, object]:
    """Every lock with its session, for programs."""
    return {
        "format": "sqlmig.locks/1",
        "locks": [
            {
                "label": lock.label,
                "mode": lock.mode,
                "pid": lock.holder.pid,
                "user": lock.holder.user,
                "application": lock.holder.application,
                "client": lock.holder.client,
                "state": lock.holder.state,
                "since": moment_json(lock.holder.since),
                "query": lock.holder.query,
            }
            for lock in held
        ],
    }


def _by_session(held: Sequence[HeldLock]) -> list[list[HeldLock]]:
    sessions: dict[int, list[HeldLock]] = {}
    for lock in held:
        sessions.setdefault(lock.holder.pid, []).append(lock)
    return list(sessions.values())


def _session(same: Sequence[HeldLock]) -> str:
    holder = same[0].holder
    locks = ", ".join(f"{lock.label} ({'shared' if 'Share' in lock.mode else 'exclusive'})" for lock in same)
    since = f" since {moment(holder.since)} UTC" if holder.since is not None else ""
    return "\n".join(
        [
            f"pid {holder.pid}  {holder.user} from {holder.client}  {holder.application or 'no application name'}",
            f"  holds: {locks}",
            f"  state: {holder.state}{since}",
            f"  query: {' '.join(holder.query.split())[:200] or 'none'}",
            f"  to end it: SELECT pg_terminate_backend({holder.pid});",
        ]
    )

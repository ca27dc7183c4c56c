"""Whether the server's lock table has room for a run."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockTable:
    """What the server says of its lock table."""

    max_locks_per_transaction: int
    max_connections: int
    max_prepared_transactions: int
    others_used: int = 0
    """Entries that other sessions hold now: rows of pg_locks that are not on the fast path."""

    @property
    def processes(self) -> int:
        """What `max_locks_per_transaction` is multiplied by."""
        return self.max_connections + self.max_prepared_transactions

    @property
    def room(self) -> int:
        """Entries that are there for certain, for all sessions together."""
        return self.max_locks_per_transaction * self.processes


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run needs of the lock table."""

    per_transaction: int
    workers: int
    server: LockTable
    fitting: int
    """How many workers there is room for; 0 when a single transaction is too much."""
    setting: int
    """The smallest multiple of 64 for `max_locks_per_transaction` that has room for all workers."""

    @property
    def fits(self) -> bool:
        """Whether there is room for all workers."""
        return self.workers <= self.fitting

    def __str__(self) -> str:
        server = self.server
        need = f"{self.workers} {_plural('worker', self.workers)} x {self.per_transaction} locks"
        used = f" + {server.others_used} of others" if server.others_used else ""
        room = f"room for {server.room} (max_locks_per_transaction {server.max_locks_per_transaction})"
        if self.fits:
            return f"lock table: {need}{used}; {room}"
        fewer = f"work with --workers {self.fitting}, or " if self.fitting else ""
        return (
            f"lock table: {need}{used} may not fit, {room}:"
            f" {fewer}set max_locks_per_transaction to {self.setting}, which takes a restart of the server"
        )


def budget(locks_per_transaction: int, workers: int, server: LockTable) -> Budget:
    """Whether the locks of all workers fit beside those of others.

    What counts is every row of pg_locks that a transaction has at its end, whatever it locks: tables, indexes, the
    objects that DDL takes by name, advisory locks, its own transaction id. The fast path is left out of account.
    PostgreSQL keeps there, outside of the lock table, the three weakest table locks of a session, as far as it has
    slots (16 before version 18). DDL takes stronger ones, and whoever takes one moves what others hold of that table
    from their fast path into the lock table.

    The table is one for all sessions: a transaction may take many times `max_locks_per_transaction`, while others take
    little. PostgreSQL reserves space for background processes too, and finds more in shared memory that nothing else
    has taken: in practice there was room for about twice as many locks. Nobody promises that, so it does not count.

    Args:
        locks_per_transaction: what one target's transaction was seen to hold, the most of all that were seen.
        workers: how many transactions there are at once.
        server: its lock table.
    """
    each = max(1, locks_per_transaction)
    free = max(0, server.room - server.others_used)
    need = each * workers + server.others_used
    per_process = math.ceil(need / max(1, server.processes))
    setting = max(server.max_locks_per_transaction, math.ceil(per_process / 64) * 64)
    return Budget(each, workers, server, min(workers, free // each), setting)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"

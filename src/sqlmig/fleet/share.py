"""This process's share of a run: what it has claimed, what it has to report, and when it is time to speak up."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlmig.db import runs
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed
from sqlmig.fleet.insisting import insist
from sqlmig.plan.rollout import Identity

LEASE = 15.0
"""Seconds without a sign of life after which other processes may take on what this one had claimed."""

LONG_LEASE = 3600.0
"""Seconds that a process may be busy with the shared tracks, in which it gives no sign of life."""

BEAT = 1.0
"""Seconds between two looks at the run, at the most: a pause is seen that soon."""

_BATCH = 150
"""Reports after which they are written."""
_QUICK = 50
"""Targets for each worker that are claimed ahead, at the most: of those that take next to no time."""
_AHEAD = 0.2
"""Seconds of work that are claimed ahead: what is claimed by one process cannot be had by another."""


class Share:
    """Speaks with the run's tables on the control thread's session."""

    def __init__(self, session: Session, context: RunContext, run_id: str, worker: str) -> None:
        """Takes the run and this process's name in it."""
        self._session = session
        self._context = context
        self._run_id = run_id
        self._worker = worker
        self._reports: list[runs.Report] = []
        self._looked = 0.0
        self._ended = 0
        self._rate = 0.0
        self._more = True

    def report(self, report: runs.Report) -> None:
        """Remembers how a target stands, for the next exchange."""
        self._reports.append(report)
        self._ended += 1

    def wanted(self, busy: int, workers: int) -> int:
        """How many more targets should be claimed."""
        ahead = min(max(workers + 1, int(self._rate * _AHEAD)), workers * _QUICK)
        return max(ahead - busy, 0)

    def due(self, busy: int, workers: int) -> bool:
        """Whether it is time for an exchange."""
        if len(self._reports) >= _BATCH or time.monotonic() - self._looked >= BEAT:
            return True
        return self._more and busy <= workers and self.wanted(busy, workers) > 0

    def until_due(self) -> float:
        """Seconds until the next exchange, if nothing happens before."""
        return max(self._looked + BEAT - time.monotonic(), 0.0)

    def exchange(
        self, wave: int, stage: int, want: int, busy: Sequence[Identity], reach: runs.Reach = runs.Reach.DUE
    ) -> runs.Exchange:
        """Reports, renews the lease, claims, and looks how the run stands.

        Raises:
            MigrationFailed: the run's tables cannot be reached any more.
        """
        now = time.monotonic()
        if self._looked and now > self._looked:
            self._rate = 0.5 * self._rate + 0.5 * self._ended / (now - self._looked)
        self._ended = 0
        held = [*busy, *(report.identity for report in self._reports)]
        found = insist(
            self._session,
            self._context,
            lambda: self._say(want, wave, stage, reach),
            # What the lost message may have claimed is nobody's now.
            lambda: runs.keep_only(self._session, self._context.history, self._run_id, self._worker, held),
        )
        self._reports = []
        self._looked = time.monotonic()
        self._more = len(found.claimed) >= want
        return found

    def leave(self) -> None:
        """Writes what is left to report, and gives back what was claimed; without a connection, the lease ends it."""
        try:
            if self._session.broken:
                if self._context.stop.requested:
                    return
                self._session.reopen()
            if self._reports:
                self._say(0, 0, 0)
            runs.leave(self._session, self._context.history, self._run_id, self._worker)
        except (ServerRefused, ConnectionFailed):
            return

    def _say(self, want: int, wave: int, stage: int, reach: runs.Reach = runs.Reach.DUE) -> runs.Exchange:
        schema, reports = self._context.history, self._reports
        return runs.exchange(
            self._session, schema, self._run_id, self._worker, reports, want, wave, stage, LEASE, reach=reach
        )

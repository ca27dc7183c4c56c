"""How many targets are migrated at once: more while all goes well, half as many as soon as they are in the way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

FIRST = 4
MOST = 16
WELL = 50
"""So many targets that went well make room for one worker more."""
CALM = 1.0
"""Seconds in which errors count once: workers that wait for the same session all meet it at the same moment."""

IN_THE_WAY = {
    "55P03": "a lock timeout",
    "40P01": "a deadlock",
    "53300": "the server has no connection left",
}
"""The SQLSTATEs that fewer workers would meet less often."""

MOST_IN_A_ROW = 8
ROW = 0.05
"""Seconds that the targets which a worker takes at once may take together."""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many workers there may be: a value, made anew after each batch of results."""

    now: int
    least: int
    most: int
    well: int = 0
    """Targets that went well since the last change."""
    halved_at: float | None = None
    """Seconds, of the clock that the caller reads."""
    why: str | None = None
    """What the last change is due to."""

    def after(self, well: int, errors: Collection[str | None], at: float) -> Workers:
        """The number after a batch of results.

        Args:
            well: how many targets went well.
            errors: the SQLSTATEs of attempts that did not, retried ones included.
            at: when, in seconds of a clock that never goes back.
        """
        met = [error for error in errors if error in IN_THE_WAY]
        if met:
            return self._halved(str(met[0]), at)
        more = min((self.well + well) // WELL, self.most - self.now)
        if more <= 0:
            return replace(self, well=min(self.well + well, WELL))
        return replace(self, now=self.now + more, well=0, why=f"{WELL} targets went well")

    def _halved(self, sqlstate: str, at: float) -> Workers:
        if self.halved_at is not None and at - self.halved_at < CALM:
            return replace(self, well=0)
        now = max(self.least, self.now // 2)
        if now == self.now:
            return replace(self, well=0, halved_at=at)
        return Workers(now, self.least, self.most, 0, at, f"{IN_THE_WAY[sqlstate]} ({sqlstate})")


def fixed(workers: int) -> Workers:
    """The same number throughout."""
    return Workers(workers, workers, workers)


def automatic(free_connections: int) -> Workers:
    """As many as do well, from 1 to 16, and no more than a quarter of the connections that others leave free."""
    most = max(1, min(MOST, free_connections // 4))
    return Workers(min(FIRST, most), 1, most)


def in_a_row(targets: int, seconds: float) -> int:
    """How many targets a worker takes at once: more of those that take next to no time.

    Args:
        targets: how many it took before.
        seconds: how long those took together.
    """
    return max(1, min(MOST_IN_A_ROW, 2 * targets, int(ROW * targets / seconds) if seconds > 0 else MOST_IN_A_ROW))

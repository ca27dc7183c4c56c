"""When a run is stopped because going on would only make more of the same failures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from sqlmig.plan.retry import Remedy
from sqlmig.plan.rollout import ErrorKind
from sqlmig.project.config.rollout import BreakerConfig

FEWEST_FAILURES = 5
"""A share of a wave says nothing before so many targets have failed."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """How far a run is from being stopped: a value, made anew after each target.

    Failures count within a wave, a row of equal errors goes on from one wave to the next.
    """

    wave: int
    """How many targets the wave has."""
    most_alike: int = 0
    """The same error in so many targets in a row trips it; 0 for any number."""
    share: float | None = None
    """The share of the wave's targets that may fail; None when the first failure is one too many."""
    failures: int = 0
    before: int | None = None
    """Failures of the wave from before this process was at it; None until it has heard of them."""
    last: ErrorKind | None = None
    alike: int = 0
    """How many targets in a row have ended with `last`."""
    tripped: str | None = None
    """Why the run has to stop."""

    @property
    def most_failures(self) -> int:
        """It trips when more targets of the wave have failed."""
        if self.share is None:
            return 0
        return max(math.floor(round(self.share * self.wave, 6)), FEWEST_FAILURES - 1)

    def of_wave(self, targets: int) -> Breaker:
        """The breaker of another wave of the run, of so many targets."""
        return replace(self, wave=targets, failures=0, before=None)

    def met(self, ends: Iterable[ErrorKind | None]) -> Breaker:
        """The breaker of a run that goes on: how its last targets ended, in order, is the beginning of a row."""
        row = reduce(lambda breaker, error: breaker._in_a_row(error), ends, self)
        return replace(self, last=row.last, alike=row.alike)

    def counted(self, failed: int) -> Breaker:
        """The breaker when the run says how many targets of the wave have failed, whichever process had them."""
        before = failed - self.failures if self.before is None else self.before
        return replace(self, before=before, failures=max(failed - before, 0))

    def after(self, error: ErrorKind | None, *, schema: str = "", cure: Remedy | None = None) -> Breaker:
        """The breaker after another target is over, in the order in which targets end.

        A target's own rows do not speak for others: one that is quarantined counts as a failure, and neither belongs
        to a row of equal errors nor ends it.

        Args:
            error: None when all went well.
            schema: the target's.
            cure: what the error called for.
        """
        if self.tripped is not None:
            return self
        if error is None:
            return self._in_a_row(None)
        failed = replace(self, failures=self.failures + 1)
        if cure is not Remedy.QUARANTINE:
            failed = failed._in_a_row(error)
        return replace(failed, tripped=_why(failed, error, schema, cure))

    def _in_a_row(self, error: ErrorKind | None) -> Breaker:
        if error is None:
            return replace(self, last=None, alike=0)
        return replace(self, last=error, alike=self.alike + 1 if error == self.last else 1)


def breaker_for(config: BreakerConfig, wave: int = 0) -> Breaker:
    """The breaker of a wave of so many targets."""
    return Breaker(wave, config.same_in_a_row, config.share)


def stop_on_failure(wave: int = 0) -> Breaker:
    """The breaker that any failure trips."""
    return Breaker(wave)


def _why(breaker: Breaker, error: ErrorKind, schema: str, cure: Remedy | None) -> str | None:
    example = f", for example {schema}" if schema else ""
    if cure is Remedy.HALT:
        said = "" if error.sqlstate is None else f": {error.message}"
        return f"no other target would fare better than {schema or 'this one'}: {error}{said}"
    if breaker.most_failures == 0:
        return f"{schema or 'a target'} has failed, and the run stops at the first failure: {error}"
    if 0 < breaker.most_alike <= breaker.alike:
        targets = "1 target" if breaker.alike == 1 else f"{breaker.alike} targets in a row"
        return f"the same error in {targets}: {error}{example}"
    if breaker.failures > breaker.most_failures:
        failed = f"{breaker.failures} of {breaker.wave} targets of the wave have failed"
        return f"{failed}, more than the {breaker.most_failures} that may, the last with {error}{example}"
    return None

"""What a process may claim that has nothing to do while others of its run are at work. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmig.db.runs import Exchange, Reach
from sqlmig.plan.rollout import ItemState

LOOKS = 2
"""So many looks in vain, and what others have claimed and are not at work on is taken: a killed process gives nothing
back."""


@dataclass(frozen=True, slots=True)
class Idle:
    """How long there has been nothing to do: a value, made anew after each look at the run."""

    looks: int = 0
    """How often in a row nothing could be claimed while something was left."""
    since: float | None = None
    """When the wave last changed, in seconds of a clock that never goes back."""
    counts: Mapping[ItemState, int] = field(default_factory=dict)

    def after(self, found: Exchange, *, busy: bool, at: float) -> Idle:
        """After another look.

        Args:
            found: what it gave.
            busy: whether workers of this process are at work.
            at: when, in seconds of that clock.
        """
        waits_for_others = found.stage is not None and found.next_due is None and found.hold <= 0
        if busy or found.claimed or not waits_for_others:
            return Idle()
        same = self.since is not None and found.counts == self.counts
        return Idle(self.looks + 1, self.since if same else at, found.counts)

    def reach(self, at: float, patience: float) -> Reach:
        """What may be claimed next.

        Args:
            at: now.
            patience: seconds to wait for others while nothing changes; then somebody has to say who they are.
        """
        if self.looks < LOOKS or self.since is None:
            return Reach.DUE
        return Reach.LOCKED if at - self.since >= patience else Reach.UNLOCKED

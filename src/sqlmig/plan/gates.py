"""Whether a run may go on behind a wave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmig.plan.rollout import OVER, Gate, ItemState


@dataclass(frozen=True, slots=True)
class WaveReport:
    """What a wave came to."""

    counts: Mapping[ItemState, int]
    """How many of its targets are in each state."""
    slowest: float = 0.0
    """Seconds that the slowest target took."""
    slowest_schema: str = ""
    unverified: tuple[str, ...] = ()
    """What the gate's verify files found, one text per target and file, such as `tenant_acme: checks/owners.sql`."""


def may_pass(gate: Gate, wave: WaveReport) -> str | None:
    """Why the next wave may not begin; None when it may. `pause` and `confirm` are the caller's."""
    return (
        "; ".join(filter(None, (_unfinished(wave), _failed(gate, wave), _slow(gate, wave), _unverified(wave)))) or None
    )


def _unfinished(wave: WaveReport) -> str | None:
    open_ = sum(count for state, count in wave.counts.items() if state not in OVER)
    return f"{_targets(open_)} not through yet" if open_ else None


def _failed(gate: Gate, wave: WaveReport) -> str | None:
    bad = {state: wave.counts.get(state, 0) for state in _BAD}
    count, total = sum(bad.values()), sum(wave.counts.values())
    # Not every product of a share is exact: 2% of 50 is one target.
    most = int(gate.failures) if gate.failures >= 1 else math.floor(round(gate.failures * total, 6))
    if count <= most:
        return None
    details = ", ".join(f"{number} {state.value}" for state, number in bad.items() if number)
    allowed = "none" if not gate.failures else f"{gate.failures} of them" if gate.failures < 1 else str(most)
    return f"{count} of {_of(total)} did not get there ({details}), and the gate allows {allowed}"


def _slow(gate: Gate, wave: WaveReport) -> str | None:
    if gate.longest is None or wave.slowest <= gate.longest:
        return None
    who = wave.slowest_schema or "a target"
    return f"{who} took {wave.slowest:.1f} s, and the gate allows {gate.longest:g} s"


def _unverified(wave: WaveReport) -> str | None:
    if not wave.unverified:
        return None
    more = len(wave.unverified) - _EXAMPLES
    rest = f", and {more} more" if more > 0 else ""
    return f"verify files found faults: {', '.join(wave.unverified[:_EXAMPLES])}{rest}"


def _targets(count: int) -> str:
    return f"{count} target is" if count == 1 else f"{count} targets are"


def _of(count: int) -> str:
    return f"{count} target" if count == 1 else f"{count} targets"


_BAD = (ItemState.FAILED, ItemState.QUARANTINED, ItemState.BLOCKED)
_EXAMPLES = 3

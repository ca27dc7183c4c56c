"""Between two waves: whether the run may go on, and how it is stopped for all of its processes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from sqlmig.db import runs
from sqlmig.errors import Refused
from sqlmig.fleet.insisting import insist
from sqlmig.fleet.share import LONG_LEASE
from sqlmig.fleet.values import Fleet
from sqlmig.plan.gates import WaveReport, may_pass
from sqlmig.plan.rollout import Identity, RunState, Wave
from sqlmig.plan.values import TargetPlan


def pass_gate(
    fleet: Fleet,
    run_id: str,
    waves: Sequence[Wave],
    number: int,
    found: runs.Exchange,
    plans: Mapping[Identity, TargetPlan],
) -> str | None:
    """Lets the wave behind one that is over begin; why it may not, otherwise. Behind the last there is no gate.

    While somebody is asked, the run is paused: nobody gets past the question, also when the asker is killed meanwhile.

    Args:
        fleet: what the run works with.
        run_id: the run's id.
        waves: of the run.
        number: of the wave that is over, from 0.
        found: how that wave stands.
        plans: what was to be done in each target.
    """
    wave = waves[number]
    if number + 1 < len(waves):
        faults = _faults(fleet, run_id, wave, plans)
        closed = may_pass(wave.gate, WaveReport(found.counts, found.slowest, unverified=faults))
        if closed is not None:
            halt(fleet, run_id, f"the gate behind wave {wave.name} is closed: {closed}")
            return f"the gate behind wave {wave.name} is closed: {closed}"
        if wave.gate.confirm:
            return _ask(fleet, run_id, number, wave, waves[number + 1])
    _go_on(fleet, run_id, number, wave)
    return None


def halt(fleet: Fleet, run_id: str, why: str) -> None:
    """Stops a run: no process of it begins anything more."""
    session, context = fleet.session, fleet.context
    with contextlib.suppress(Refused):  # it was aborted meanwhile
        insist(session, context, lambda: runs.set_state(session, context.history, run_id, RunState.HALTED, why))


def _ask(fleet: Fleet, run_id: str, number: int, wave: Wave, upcoming: Wave) -> str | None:
    waits = f"wave {wave.name} is done, and {upcoming.name} waits for somebody to say that it goes on"
    if not _go_on(fleet, run_id, number, wave, confirm=waits):
        # Another process was first: how the run stands, the next look at it says.
        return None
    ask, session, context = fleet.policy.confirm, fleet.session, fleet.context
    if ask is None or not ask(f"wave {wave.name} is done; go on with {upcoming.name}?"):
        return waits
    insist(session, context, lambda: runs.confirmed(session, context.history, run_id, waits, wave.gate.pause))
    return None


def _go_on(fleet: Fleet, run_id: str, number: int, wave: Wave, confirm: str | None = None) -> bool:
    session, context, pause = fleet.session, fleet.context, wave.gate.pause
    return insist(
        session, context, lambda: runs.next_wave(session, context.history, run_id, number, pause, confirm=confirm)
    )


def _faults(fleet: Fleet, run_id: str, wave: Wave, plans: Mapping[Identity, TargetPlan]) -> tuple[str, ...]:
    if not wave.gate.verify:
        return ()
    session, context = fleet.session, fleet.context
    # In a large wave they may take long; a process without a sign of life would be taken for dead.
    insist(session, context, lambda: runs.stay(session, context.history, run_id, fleet.worker, LONG_LEASE))
    targets = [plans[identity].target for identity in wave.targets if identity in plans]
    return insist(session, context, lambda: fleet.verify(targets, wave.gate.verify))

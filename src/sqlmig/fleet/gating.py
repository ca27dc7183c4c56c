"""Between two waves: whether the run may go on, and how it is stopped for all of its processes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from sqlmig.db import runs
from sqlmig.errors import Refused
from sqlmig.fleet.insisting import insist
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
        closed = may_pass(wave.gate, WaveReport(found.counts, found.slowest, unverified=_faults(fleet, wave, plans)))
        if closed is not None:
            halt(fleet, run_id, f"the gate behind wave {wave.name} is closed: {closed}")
            return f"the gate behind wave {wave.name} is closed: {closed}"
        if wave.gate.confirm and not _confirmed(fleet, wave, waves[number + 1]):
            why = f"wave {wave.name} is done, and {waves[number + 1].name} waits for somebody to say that it goes on"
            _go_on(fleet, run_id, number, wave, confirm=why)
            return why
    _go_on(fleet, run_id, number, wave)
    return None


def halt(fleet: Fleet, run_id: str, why: str) -> None:
    """Stops a run: no process of it begins anything more."""
    session, context = fleet.session, fleet.context
    with contextlib.suppress(Refused):  # it was aborted meanwhile
        insist(session, context, lambda: runs.set_state(session, context.history, run_id, RunState.HALTED, why))


def _go_on(fleet: Fleet, run_id: str, number: int, wave: Wave, confirm: str | None = None) -> None:
    session, context, pause = fleet.session, fleet.context, wave.gate.pause
    insist(session, context, lambda: runs.next_wave(session, context.history, run_id, number, pause, confirm=confirm))


def _faults(fleet: Fleet, wave: Wave, plans: Mapping[Identity, TargetPlan]) -> tuple[str, ...]:
    if not wave.gate.verify:
        return ()
    targets = [plans[identity].target for identity in wave.targets if identity in plans]
    return insist(fleet.session, fleet.context, lambda: fleet.verify(targets, wave.gate.verify))


def _confirmed(fleet: Fleet, wave: Wave, upcoming: Wave) -> bool:
    ask = fleet.policy.confirm
    return ask is not None and ask(f"wave {wave.name} is done; go on with {upcoming.name}?")

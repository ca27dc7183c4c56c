"""How a run may come from one state to another, and why it may not. Pure; the store asks within its own statements."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlmig.errors import Problem
from sqlmig.plan.rollout import RunState

MOVES: Final[Mapping[RunState, frozenset[RunState]]] = MappingProxyType(
    {
        RunState.RUNNING: frozenset({RunState.PAUSED, RunState.HALTED, RunState.ABORTED, RunState.FINISHED}),
        RunState.PAUSED: frozenset({RunState.RUNNING, RunState.HALTED, RunState.ABORTED, RunState.FINISHED}),
        RunState.HALTED: frozenset({RunState.RUNNING, RunState.ABORTED, RunState.FINISHED}),
        RunState.ABORTED: frozenset(),
        RunState.FINISHED: frozenset({RunState.RUNNING}),
    }
)
"""From a state, the states that a run may come to. A run that ended may go on: items may have been left."""

SHORT = 8
"""So many characters of a run's id are enough for people, and for the commands that take one."""


def sources(wanted: RunState) -> frozenset[RunState]:
    """The states from which a run may come to `wanted`."""
    return frozenset(found for found, moves in MOVES.items() if wanted in moves)


def move_problem(run_id: str, found: RunState, wanted: RunState) -> Problem | None:
    """Why a run may not come from one state to another; None when it may, or is there already."""
    if wanted is found or wanted in MOVES[found]:
        return None
    short = run_id[:SHORT]
    match found:
        case RunState.ABORTED:
            return Problem(f"run {short} is aborted", next="`sqlmig apply` begins a new run with what is pending")
        case RunState.FINISHED:
            return Problem(f"run {short} has finished", next=f"`sqlmig run show {short}` says how it ended")
        case _:
            return Problem(
                f"run {short} is {found.value}, and cannot be {wanted.value}",
                next=f"`sqlmig run show {short}` says why, and what to do",
            )


def resume_problem(run_id: str, found: RunState, *, fleet: bool, left: int) -> Problem | None:
    """Why nothing of a run can be taken up; None when it can.

    Args:
        run_id: its id.
        found: the state that it is in.
        fleet: whether it keeps the goal that it was begun for; what a run without workers did is not resumed.
        left: how many of its targets still have something coming, those included that were blocked.
    """
    short = run_id[:SHORT]
    if found is RunState.ABORTED:
        return move_problem(run_id, found, RunState.RUNNING)
    if not fleet:
        return Problem(f"run {short} is none that can be resumed", next="run its command again")
    if not left and found is RunState.FINISHED:
        return Problem(
            f"run {short} has finished: nothing of it is left",
            next="`sqlmig apply --retry-failed` tries its failed targets again",
        )
    return None

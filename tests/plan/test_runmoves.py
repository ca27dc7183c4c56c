"""Which moves between the states of a run there are, and what is said of the others."""

from __future__ import annotations

import pytest

from sqlmig.plan.rollout import RunState
from sqlmig.plan.runmoves import move_problem, resume_problem, sources

RUN = "1b2c3d4e-0000-0000-0000-000000000000"
ALLOWED = {
    "running": {"paused", "halted", "aborted", "finished"},
    "paused": {"running", "halted", "aborted", "finished"},
    "halted": {"running", "aborted", "finished"},
    "aborted": set(),
    "finished": {"running"},
}


@pytest.mark.parametrize("found", RunState, ids=lambda state: f"from {state.value}")
@pytest.mark.parametrize("wanted", RunState, ids=lambda state: f"to {state.value}")
def test_a_run_moves_only_where_the_table_says(found: RunState, wanted: RunState) -> None:
    allowed = wanted.value in ALLOWED[found.value]
    assert (found in sources(wanted)) is allowed
    assert (move_problem(RUN, found, wanted) is None) is (allowed or wanted is found)


@pytest.mark.parametrize(
    ("found", "wanted", "message", "advice"),
    [
        (
            RunState.HALTED,
            RunState.PAUSED,
            "run 1b2c3d4e is halted, and cannot be paused",
            "`sqlmig run show 1b2c3d4e` says why, and what to do",
        ),
        (
            RunState.ABORTED,
            RunState.RUNNING,
            "run 1b2c3d4e is aborted",
            "`sqlmig apply` begins a new run with what is pending",
        ),
        (
            RunState.FINISHED,
            RunState.ABORTED,
            "run 1b2c3d4e has finished",
            "`sqlmig run show 1b2c3d4e` says how it ended",
        ),
    ],
    ids=["pausing what is halted", "going on with what is given up", "giving up what has finished"],
)
def test_a_refused_move_says_how_the_run_stands_and_what_to_do(found, wanted, message, advice) -> None:
    problem = move_problem(RUN, found, wanted)
    assert problem is not None
    assert (problem.message, problem.next) == (message, advice)


@pytest.mark.parametrize(
    ("found", "fleet", "left", "message"),
    [
        (RunState.PAUSED, True, 3, None),
        (RunState.HALTED, True, 0, None),
        (RunState.RUNNING, True, 3, None),
        (RunState.FINISHED, True, 1, None),
        (RunState.FINISHED, True, 0, "run 1b2c3d4e has finished: nothing of it is left"),
        (RunState.PAUSED, False, 3, "run 1b2c3d4e is none that can be resumed"),
        (RunState.ABORTED, True, 3, "run 1b2c3d4e is aborted"),
    ],
    ids=["paused", "halted at a gate", "killed", "interrupted", "finished", "no fleet", "aborted"],
)
def test_what_can_be_resumed(found, fleet, left, message) -> None:
    problem = resume_problem(RUN, found, fleet=fleet, left=left)
    assert (problem.message if problem is not None else None) == message

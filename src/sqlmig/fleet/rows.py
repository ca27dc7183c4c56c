"""What one worker does with several targets: their steps in a row, in one message where that may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, takewhile

from sqlmig.db import riders
from sqlmig.db.lane import Lane
from sqlmig.fleet.stage import Assignment, Serving, StageEnded, attempt, digests, in_rows, serve
from sqlmig.plan.results import Outcome
from sqlmig.plan.values import Step


def serve_all(
    lane: Lane, tasks: Sequence[Assignment], serving: Serving, following: Callable[[], Step | None]
) -> list[StageEnded]:
    """Runs assignments one after the other.

    Args:
        lane: the connection.
        tasks: of different targets.
        serving: what they are served with.
        following: see `serve`; asked for once.

    Returns:
        How they ended, in their order, up to the first that failed or was stopped: those behind it have not begun.
    """
    ended: list[StageEnded] = []
    while len(ended) < len(tasks) and not (ended and ended[-1].outcome in _LAST):
        left = tasks[len(ended) :]
        ended += _serve_row(lane, left[: _length(left, lane, serving)], serving, _behind(left, following))
    return ended


_LAST = (Outcome.FAILED, Outcome.INTERRUPTED)


def _serve_row(
    lane: Lane, row: Sequence[Assignment], serving: Serving, following: Callable[[int], Step | None]
) -> list[StageEnded]:
    """How those ended that share a message, up to the first that did not end well: the others have not begun."""
    if len(row) == 1:
        return [serve(lane, row[0], serving, partial(following, 1))]
    steps = [step for task in row for step in task.steps]
    around = [digests(task.plan, task.first + number) for task in row for number in range(len(task.steps))]
    results = attempt(lane, steps, around, row[0].trial, serving, following(len(row)))
    ended: list[StageEnded] = []
    for number, task in enumerate(row, 1):
        mine, results = results[: len(task.steps)], results[len(task.steps) :]
        if len(mine) < len(task.steps) or mine[-1].outcome is not Outcome.DONE:
            return [*ended, serve(lane, task, serving, partial(following, number), mine)]
        ended.append(StageEnded(task, task.plan, task.first + len(mine), Outcome.DONE, tuple(mine)))
    return ended


def _behind(left: Sequence[Assignment], following: Callable[[], Step | None]) -> Callable[[int], Step | None]:
    """What comes behind so many of the assignments."""
    return lambda number: left[number].steps[0] if number < len(left) else following()


def _length(tasks: Sequence[Assignment], lane: Lane, serving: Serving) -> int:
    """How many of the assignments share a message, from the first one on."""
    if serving.together or not in_rows(lane, serving):
        return 1
    # What is tried again goes first, or waits for its own turn.
    fresh = takewhile(lambda task: task.trial.number == 1, tasks[1:])
    candidates = [tasks[0], *fresh]
    fitting = riders.row([step for task in candidates for step in task.steps], serving.context)
    behind = accumulate(len(task.steps) for task in candidates)
    return max(sum(end <= fitting for end in behind), 1)

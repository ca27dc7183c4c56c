"""Rollbacks that may be called again: where each target ends, and whether a new rollback would go beyond that.

"Two steps back" means two from where a rollback found its targets. Called again after an interruption it would mean
something else in every target that is through. So the version that stays is worked out once, and kept with the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, cast

from sqlmig.plan.planner import Down
from sqlmig.plan.values import Plan, Target, TargetPlan
from sqlmig.project.model import Direction, Migration


@dataclass(frozen=True, slots=True)
class Way:
    """How far one target is taken back."""

    track: str
    key: str
    begin: int
    """The highest version that was applied when the rollback began."""
    end: int
    """The version that stays the highest; 0 for nothing."""


@dataclass(frozen=True, slots=True)
class Further:
    """How a new rollback and an earlier one, which is not through, go together."""

    beyond: tuple[Target, ...]
    """Taken back already, and would end below where the earlier one wants them."""
    left: tuple[Target, ...]
    """Still above that."""


def ways(plan: Plan) -> tuple[Way, ...]:
    """How far a rollback takes each target in which something is pending."""
    return tuple(Way(*one.target.identity, one.before.head, _end(one)) for one in plan.targets if one.works)


def pinned(goal: Down, plan: Plan) -> Down:
    """The same goal, said so that it stays the same however far the targets have come meanwhile."""
    return replace(goal, ends={(way.track, way.key): way.end for way in ways(plan)})


def goes_further(plan: Plan, earlier: Iterable[Way]) -> Further | None:
    """What a new rollback would do to targets of an earlier one; None where it goes no further, or nothing is left.

    Args:
        plan: of the new one.
        earlier: how far the earlier one takes its targets.
    """
    known = {(way.track, way.key): way for way in earlier}
    both = [(one, known[one.target.identity]) for one in plan.targets if one.target.identity in known]
    beyond = tuple(one.target for one, way in both if one.before.head < way.begin and _end(one) < way.end)
    left = tuple(one.target for one, way in both if one.before.head > way.end)
    return Further(beyond, left) if beyond and left else None


def goal_row(goal: Down, plan: Plan) -> dict[str, object]:
    """A goal as the run's options keep it."""
    alike = groupby(sorted(ways(plan), key=_alike), key=_alike)
    listed = [
        {"track": track, "begin": begin, "end": end, "targets": [way.key for way in same]}
        for (track, begin, end), same in alike
    ]
    return {"to": goal.to, "steps": goal.steps, "ways": listed}


def goal_of_row(row: Mapping[str, Any]) -> Down:
    """What `goal_row` was made of."""
    ends = {(way.track, way.key): way.end for way in ways_of_row(row)}
    return Down(row["to"], row["steps"], ends)


def ways_of_row(row: Mapping[str, Any]) -> tuple[Way, ...]:
    """How far the targets of a goal are taken back, as the run's options keep it."""
    listed = cast("Sequence[Mapping[str, Any]]", row["ways"])
    return tuple(Way(one["track"], key, one["begin"], one["end"]) for one in listed for key in one["targets"])


def _alike(way: Way) -> tuple[str, int, int]:
    return way.track, way.begin, way.end


def _end(plan: TargetPlan) -> int:
    """The version that stays the highest once a plan has run."""
    gone = {
        work.unit.version
        for work in plan.works
        if work.direction is Direction.DOWN and isinstance(work.unit, Migration)
    }
    return max(plan.before.versions - gone, default=0)

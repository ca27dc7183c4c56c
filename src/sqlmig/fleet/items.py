"""One target in a process's hands, and which of its steps a stage is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from sqlmig.plan.results import StepResult
from sqlmig.plan.stages import stages
from sqlmig.plan.values import TargetPlan


@dataclass
class Item:
    """A target, from its first claim by this process to its end."""

    plan: TargetPlan
    planned: bool = True
    """Whether the plan is the one that the run began with."""
    reached: int = 0
    """How many of the plan's steps are done."""
    stage: int = 0
    attempts: int = 1
    elsewhere: bool = False
    """Whether it was taken although somebody held its lock: another process of the run may be at work on it."""
    steps: list[StepResult] = field(default_factory=list)

    def part(self, stage: int) -> tuple[int, int]:
        """Which of the steps a stage is: the first, and the one behind the last.

        Where the plan was made anew, or after others had begun, its stages are not those of the run: then all that is
        left is done in one go. Whether a step is the next one, the target's digest says when its turn comes.
        """
        ends = _stage_ends(self.plan)
        if not self.planned or stage >= len(ends):
            return self.reached, len(self.plan.steps)
        return max(self.reached, ends[stage - 1] if stage else 0), ends[stage]

    @property
    def next_stage(self) -> int | None:
        """The first stage behind this one with a step that is not done; None when all are done."""
        ends = _stage_ends(self.plan)
        return next((n for n, end in enumerate(ends) if end > self.reached and n > self.stage), None)


def _stage_ends(plan: TargetPlan) -> tuple[int, ...]:
    """For each stage, the step behind its last one."""
    return tuple(accumulate(len(part) for part in stages(plan.works)))

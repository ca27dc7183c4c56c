"""What is left of a target after another run changed it, and how steps are made."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlmig.db.session import Session
from sqlmig.fleet.targets import read_snapshot
from sqlmig.plan.planner import Goal, make_plan
from sqlmig.plan.results import Failure
from sqlmig.plan.shared import shared_objects
from sqlmig.plan.steps import StepMaker
from sqlmig.plan.values import TargetPlan
from sqlmig.project.load import ProjectFiles


def step_maker(files: ProjectFiles) -> StepMaker:
    """Makes the steps of a project; it knows what those of tenant tracks touch that all tenants share."""
    config = files.config
    return StepMaker(
        files,
        partial(
            shared_objects,
            search_path=config.search_path,
            shared_schemas=files.shared_schemas,
            postgres=config.postgres,
        ),
    )


def planned_anew(files: ProjectFiles, goal: Goal, session: Session, plan: TargetPlan) -> TargetPlan | Failure:
    """What is left of a target; a Failure when it may not go on.

    Where another process did a part of this very plan, the rest of it is left: a goal such as "two steps back" means
    two from where the plan began.
    """
    target = plan.target
    snapshot = read_snapshot(session, files, [target], goal)
    state = snapshot.state(target)
    if state.progress is None and state.digest in plan.digests:
        reached = plan.digests.index(state.digest) + 1
        return replace(plan, before=state, steps=plan.steps[reached:], digests=plan.digests[reached:])
    again = make_plan(files, [target], snapshot, goal, step_maker(files))
    if again.refusals:
        first = again.refusals[0]
        return Failure(first.message, "another run changed this target meanwhile", first.next, first.place)
    return again.targets[0]

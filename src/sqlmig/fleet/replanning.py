"""What is left of a target after another run changed it, and how steps are made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from sqlmig.db.session import Session
from sqlmig.fleet.targets import Selection, read_snapshot, select_targets
from sqlmig.plan.planner import Goal, make_plan
from sqlmig.plan.results import Failure
from sqlmig.plan.rollout import Identity
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


def planned_late(
    files: ProjectFiles, goal: Goal, session: Session, identities: Collection[Identity]
) -> dict[Identity, TargetPlan | Failure]:
    """Plans targets of a run that this process has not planned: another one of the run knew more tenants.

    Args:
        files: the project.
        goal: of the run.
        session: outside of a transaction.
        identities: of the targets.

    Returns:
        By target the plan, or why it may not run; nothing for a target that is not in the registry any more.

    Raises:
        ConfigError: the registry cannot be used.
    """
    targets = [one for one in select_targets(session, files, Selection()).targets if one.identity in identities]
    plan = make_plan(files, targets, read_snapshot(session, files, targets, goal), goal, step_maker(files))
    found: dict[Identity, TargetPlan | Failure] = {one.target.identity: one for one in plan.targets}
    for refusal in reversed(plan.refusals):
        if refusal.target is not None:
            failure = Failure(refusal.message, "nothing was changed in this target", refusal.next, refusal.place)
            found[refusal.target.identity] = failure
    return found


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

"""Tenants that are left out of a plan because their own state refuses it; the others may go on."""

from __future__ import annotations

from dataclasses import replace

from sqlmig.plan.results import Failure, Outcome, TargetResult
from sqlmig.plan.values import Plan, Reason, Refusal
from sqlmig.project.model import Scope

_OWN_STATE = frozenset(
    {
        Reason.AHEAD,
        Reason.LATE,
        Reason.MISSING_SCHEMA,
        Reason.INTERRUPTED,
    }
)
"""What the history or the catalog of one target says; everything else is the files' fault.

Files that no longer say what ran are among that: were they let pass, tenants would share a version that is not the same
in all of them.
"""


def leave_out(plan: Plan) -> tuple[Plan, tuple[TargetResult, ...]]:
    """Takes tenants out of a plan that their own state refuses.

    Returns:
        The plan without them and without their refusals, and a failure for each of them. Where anything else refuses
        it, the plan as it is.
    """
    if not plan.refusals or not all(map(_of_one_tenant, plan.refusals)):
        return plan, ()
    first: dict[tuple[str, str], Refusal] = {}
    for refusal in plan.refusals:
        if refusal.target is not None:
            first.setdefault(refusal.target.identity, refusal)
    left = tuple(
        TargetResult(one, Outcome.FAILED, (), _failure(first[one.target.identity]))
        for one in plan.targets
        if one.target.identity in first
    )
    kept = tuple(one for one in plan.targets if one.target.identity not in first)
    return replace(plan, targets=kept, refusals=()), left


def _of_one_tenant(refusal: Refusal) -> bool:
    target = refusal.target
    return target is not None and target.scope is Scope.TENANT and refusal.reason in _OWN_STATE


def _failure(refusal: Refusal) -> Failure:
    return Failure(refusal.message, "nothing of this tenant was changed", refusal.next, refusal.place)

"""Who may be left out of a plan: its own state may refuse it; what is wrong with the files is wrong for all."""

from __future__ import annotations

import pytest

import planning
from sqlmig.plan.leaving import leave_out
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import Outcome
from sqlmig.plan.values import Plan, Reason, Refusal, Target

ACME, GLOBEX = planning.target("acme"), planning.target("globex")


def plan(*refusals: Refusal) -> Plan:
    files = planning.project(planning.tenant_track(planning.migration(1)))
    new = planning.applied()
    made = make_plan(files, [ACME, GLOBEX], planning.snapshot({ACME: new, GLOBEX: new}), Up())
    return Plan(made.targets, refusals)


def refusal(reason: Reason, target: Target | None = ACME) -> Refusal:
    return Refusal(reason, f"because it is {reason.value}", "do something", target)


OWN = {Reason.AHEAD, Reason.LATE, Reason.MISSING_SCHEMA, Reason.INTERRUPTED}


@pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.value)
def test_only_a_tenant_s_own_state_lets_it_be_left_out(reason: Reason) -> None:
    kept, left = leave_out(plan(refusal(reason)))
    if reason not in OWN:
        assert (len(kept.refusals), len(kept.targets), left) == (1, 2, ())
        return
    assert (kept.refusals, [one.target for one in kept.targets]) == ((), [GLOBEX])
    [result] = left
    assert (result.target, result.outcome) == (ACME, Outcome.FAILED)
    assert result.failure is not None
    assert result.failure.message == f"because it is {reason.value}"
    assert result.failure.state == "nothing of this tenant was changed"
    assert result.failure.next == "do something"


def test_one_fault_of_the_files_keeps_everybody() -> None:
    whole = plan(refusal(Reason.MISSING_SCHEMA), refusal(Reason.SYNTAX, GLOBEX))
    assert leave_out(whole) == (whole, ())


@pytest.mark.parametrize("target", [None, planning.CORE], ids=["nobody's", "a shared track's"])
def test_what_is_no_tenant_s_is_left_out_for_nobody(target: Target | None) -> None:
    whole = plan(refusal(Reason.AHEAD, target))
    assert leave_out(whole) == (whole, ())


def test_of_several_reasons_the_first_is_told() -> None:
    _, left = leave_out(plan(refusal(Reason.MISSING_SCHEMA), refusal(Reason.AHEAD)))
    [result] = left
    assert result.failure is not None
    assert result.failure.message == "because it is missing-schema"


def test_a_plan_that_nothing_refuses_is_left_as_it_is() -> None:
    whole = plan()
    assert leave_out(whole) == (whole, ())

"""Where targets stand, and what in a plan speaks of the history rather than of what is pending."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from planning import CORE, applied, migration, project, shared_track, snapshot, target, tenant_track
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.status import TargetStatus, UnfinishedRun, Verification, by_version, status_of, verification_of
from sqlmig.plan.values import Note, Plan, Reason, Refusal, Standing, TargetState

NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
RUN = UnfinishedRun("run", "apply", NOW, "ann", "host")
ONE, TWO = migration(1), migration(2)
ACME, GLOBEX, INITECH = target("acme"), target("globex"), target("initech")


def test_each_target_has_its_standing_its_head_and_what_is_pending():
    states = {CORE: applied(), ACME: applied(ONE, TWO), GLOBEX: applied(ONE), INITECH: TargetState()}
    plan = make_plan(project(shared_track(), tenant_track(ONE, TWO)), list(states), snapshot(states), Up())
    status = status_of(plan, {ACME.identity: (2, NOW), GLOBEX.identity: (1, NOW)}, (RUN,))
    assert [(t.target, t.standing, t.head, t.pending, t.updated_at) for t in status.targets] == [
        (CORE, Standing.CURRENT, 0, 0, None),
        (ACME, Standing.CURRENT, 2, 0, NOW),
        (GLOBEX, Standing.BEHIND, 1, 1, NOW),
        (INITECH, Standing.NEW, 0, 2, None),
    ]
    assert status.heads == {"platform": 0, "tenant": 2}
    assert status.counts == {Standing.CURRENT: 2, Standing.BEHIND: 1, Standing.NEW: 1}
    assert status.unfinished == (RUN,)
    assert not status.current


def test_a_fleet_is_current_when_every_target_is():
    states = {ACME: applied(ONE), GLOBEX: applied(ONE)}
    plan = make_plan(project(tenant_track(ONE)), list(states), snapshot(states), Up())
    assert status_of(plan, {}, ()).current
    assert status_of(Plan(()), {}, ()).current


def test_problems_stand_beside_the_target_that_has_them():
    states = {ACME: applied(ONE, TWO), GLOBEX: applied(ONE)}
    plan = make_plan(project(tenant_track(ONE)), list(states), snapshot(states), Up())
    plan = replace(
        plan, refusals=(*plan.refusals, Refusal(Reason.SYNTAX, "of no target", "-")), notes=(Note("a note"),)
    )
    status = status_of(plan, {}, ())
    assert [[p.reason for p in t.problems] for t in status.targets] == [[Reason.AHEAD], []]
    assert status.notes == ("a note",)


HISTORY = {"edited", "deleted", "renumbered", "ahead", "late", "missing-schema", "interrupted"}


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_verification_tells_of_the_history_and_not_of_pending_files(reason):
    plan = Plan((), (Refusal(reason, "m", "n"),))
    assert verification_of(plan, ()).clean is (reason.value not in HISTORY)


def test_a_note_of_many_targets_is_told_once():
    plan = Plan((), (), (Note("same", ACME), Note("same", GLOBEX), Note("other")))
    assert verification_of(plan, ()) == Verification(0, (), ("same", "other"))


def test_a_run_without_an_end_is_not_clean():
    assert not verification_of(Plan(()), (RUN,)).clean


def test_targets_are_grouped_by_track_then_the_newest_version_then_how_they_stand():
    reports = replace(INITECH, track="reports")
    rows = [
        TargetStatus(ACME, Standing.BEHIND, 1, 3, NOW),
        TargetStatus(CORE, Standing.CURRENT, 7, 0, NOW),
        TargetStatus(GLOBEX, Standing.MISSING, 2, 0, NOW),
        TargetStatus(reports, Standing.CURRENT, 9, 0, NOW),
        TargetStatus(INITECH, Standing.CURRENT, 2, 0, NOW),
        TargetStatus(target("umbrella"), Standing.BEHIND, 1, 1, NOW),
    ]
    groups = by_version(rows)
    assert [(group.track, group.head, group.standing, group.pending) for group in groups] == [
        ("tenant", 2, Standing.CURRENT, (0, 0)),
        ("tenant", 2, Standing.MISSING, (0, 0)),
        ("tenant", 1, Standing.BEHIND, (1, 3)),
        ("platform", 7, Standing.CURRENT, (0, 0)),
        ("reports", 9, Standing.CURRENT, (0, 0)),
    ]
    assert groups[2].targets == (rows[0], rows[5])
    assert by_version([]) == ()

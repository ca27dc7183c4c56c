"""What a run came to: the exit status is 0 only when everything is where it should be."""

from __future__ import annotations

import datetime
from itertools import permutations

import pytest

from planning import applied, migration, project, snapshot, target, tenant_track
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import Holder, Outcome, RunResult, ServerError, TargetResult, worst

ACME = target("acme")
PLAN = make_plan(project(tenant_track(migration(1))), [ACME], snapshot({ACME: applied()}), Up())
NOW = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)


def run(*outcomes: Outcome, behind=()) -> RunResult:
    return RunResult("run", PLAN, tuple(TargetResult(PLAN.targets[0], outcome) for outcome in outcomes), behind)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.DONE, 0),
        (Outcome.MOVED, 3),
        (Outcome.NOT_STARTED, 3),
        (Outcome.FAILED, 3),
        (Outcome.BLOCKED, 4),
        (Outcome.INTERRUPTED, 5),
    ],
)
def test_an_outcome_has_its_exit_status(outcome, status):
    assert run(outcome).exit_status == status
    assert run(outcome, Outcome.DONE).exit_status == status


WORST_FIRST = [
    Outcome.INTERRUPTED,
    Outcome.FAILED,
    Outcome.BLOCKED,
    Outcome.MOVED,
    Outcome.NOT_STARTED,
    Outcome.DONE,
]


@pytest.mark.parametrize(
    ("better", "worse"),
    [(b, a) for a, b in permutations(WORST_FIRST, 2) if WORST_FIRST.index(a) < WORST_FIRST.index(b)],
)
def test_the_worst_outcome_speaks_for_all(better, worse):
    assert worst([better, worse, better]) is worse
    assert run(worse, better).outcome is worse


def test_a_run_without_targets_is_done():
    assert (worst([]), run().exit_status) == (Outcome.DONE, 0)


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [(Outcome.DONE, Outcome.FAILED), (Outcome.BLOCKED, Outcome.BLOCKED), (Outcome.INTERRUPTED, Outcome.INTERRUPTED)],
)
def test_a_target_that_was_not_read_back_where_it_should_be_is_a_failure(outcome, wanted):
    assert run(outcome, behind=(ACME,)).outcome is wanted


def test_a_result_belongs_to_its_target():
    assert run(Outcome.DONE).results[0].target == ACME


@pytest.mark.parametrize(
    ("holder", "wanted"),
    [
        (
            Holder(7, "ann", "psql", "10.0.0.1", "idle in transaction", "SELECT  1\n  FROM t", NOW),
            "pid 7 (ann@10.0.0.1, psql, idle in transaction, since 2024-01-01 12:00:00 UTC): SELECT 1 FROM t",
        ),
        (Holder(7, "ann", "", "local", "active", "x" * 200, None), f"pid 7 (ann@local, no name, active): {'x' * 120}"),
    ],
)
def test_who_is_in_the_way_is_told_in_one_line(holder, wanted):
    assert str(holder) == wanted


@pytest.mark.parametrize(("source", "syntax"), [("scanner_yyerror", True), ("parserOpenTable", False), (None, False)])
def test_a_syntax_error_is_known_by_who_raised_it(source, syntax):
    assert ServerError("42601", "m", source=source).syntax is syntax

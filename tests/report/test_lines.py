"""Each line says one thing about a run, and can stand in a log."""

import pytest

import samples
from sqlmig.plan.events import RunBegan, TargetRequeued
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult, TargetResult
from sqlmig.report.failures import kind_of_result
from sqlmig.report.lines import (
    failed_line,
    requeued_line,
    run_line,
    step_line,
    target_line,
    waiting_line,
    wave_began_line,
    wave_ended_line,
)
from sqlmig.report.runstate import WaveTally

ACME = samples.tenant("acme")
HOLDER = Holder(42, "app", "psql", "local", "idle in transaction", "SELECT 1", None)
WHO = "pid 42 (app@local, psql, idle in transaction): SELECT 1"


def test_a_step_is_one_line():
    step = samples.step(ACME, 7, "add_deal_owner")
    assert step_line(StepResult(step, Outcome.DONE, 0.012)) == "tenant_acme  0007_add_deal_owner  12 ms"
    failed = StepResult(step, Outcome.FAILED, 0.002)
    assert step_line(failed) == "tenant_acme  0007_add_deal_owner  failed after 2 ms"


def test_a_target_is_one_line():
    steps = [samples.step(ACME, n, "x") for n in range(1, 21)]
    assert target_line(samples.done(ACME, *steps, seconds=0.01975)) == "tenant_acme  20 steps  395 ms"
    assert target_line(samples.failed(samples.step(ACME, 1, "a"))) == "tenant_acme  0 steps  2 ms  failed"


def test_a_target_of_a_large_run_knows_only_how_many_steps_it_had():
    result = TargetResult(samples.planned(ACME), Outcome.DONE, ran=20, seconds=0.395)
    assert target_line(result) == "tenant_acme  20 steps  395 ms"


def test_patience_is_told_where_it_was_needed():
    result = samples.done(ACME, samples.step(ACME, 1, "a"), attempts=3, waited=2.5)
    assert target_line(result) == "tenant_acme  1 step  10 ms  (tried again 2 times, waited 2.5 s)"


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.FAILED, "failed"),
        (Outcome.QUARANTINED, "quarantined"),
        (Outcome.BLOCKED, "blocked"),
        (Outcome.INTERRUPTED, "stopped"),
        (Outcome.MOVED, "changed by another run"),
        (Outcome.NOT_STARTED, "not started"),
    ],
    ids=lambda value: value.value if isinstance(value, Outcome) else value,
)
def test_each_outcome_has_its_word(outcome, word):
    assert target_line(TargetResult(samples.planned(ACME), outcome)) == f"tenant_acme  0 steps  0 ms  {word}"


def test_one_failure_of_many_says_the_error_and_what_the_server_said():
    error = ServerError("23502", 'null value in column "owner_id"\nmore', constraint="owner_fk")
    step = samples.step(ACME, 31, "add_owner")
    failure = Failure(f"0031_add_owner failed: {error.message}", "s", "n", statement="SELECT 1", error=error)
    result = TargetResult(
        samples.planned(ACME, step), Outcome.FAILED, (StepResult(step, Outcome.FAILED, 0.1),), failure
    )
    assert failed_line(result, failure, kind_of_result(result, failure)) == (
        'tenant_acme  failed  23502 in 0031_add_owner:1 (constraint owner_fk): null value in column "owner_id"'
    )


def test_a_failure_without_an_error_of_the_server_keeps_its_own_words():
    failure = Failure("schema tenant_acme is not there\nreally", "s", "n")
    result = TargetResult(samples.planned(ACME), Outcome.FAILED, (), failure)
    assert failed_line(result, failure, kind_of_result(result, failure)) == (
        "tenant_acme  failed  schema tenant_acme is not there"
    )


def test_a_session_that_holds_two_locks_is_told_once():
    assert waiting_line(ACME, [HOLDER, HOLDER]) == f"tenant_acme  waits for {WHO}"
    assert waiting_line(ACME, []) == "tenant_acme  waits for a session that cannot be seen"


def test_a_target_that_is_put_off_says_why_and_who():
    event = TargetRequeued(0, ACME, "lock timeout", 2, 1.5, (HOLDER,))
    words = "tenant_acme  goes to the end of the queue, attempt 2: lock timeout"
    assert requeued_line(event) == f"{words}, blocked by {WHO}"
    assert requeued_line(TargetRequeued(0, ACME, "lock timeout", 2, 1.5, ())) == words


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (RunBegan("r1", 1, 1, (("all", 1),), 1), "run r1 begins: 1 target, 1 step, 1 worker"),
        (
            RunBegan("r1", 10_000, 20_000, (("canary", 5), ("rest", 9_995)), 4),
            "run r1 begins: 10,000 targets, 20,000 steps in 2 waves (canary 5, rest 9,995), 4 workers",
        ),
        (
            RunBegan("r1", 9, 9, (), 4, joined=True),
            "run r1 helps with a run that another process began: 9 targets, 9 steps, 4 workers",
        ),
    ],
    ids=["one", "waves", "joined"],
)
def test_a_run_says_what_it_is_about_to_do(run, line):
    assert run_line(run) == line


def test_a_wave_says_what_became_of_its_targets():
    assert wave_began_line(WaveTally("rest", 9_995)) == "wave rest begins: 9,995 targets"
    assert wave_ended_line(WaveTally("canary", 5, done=5, seconds=0.5)) == "wave canary ended: 5 done, 500 ms"
    whole = WaveTally("rest", 90, done=80, failed=7, blocked=3, seconds=61)
    assert wave_ended_line(whole) == "wave rest ended: 80 done, 7 failed, 3 blocked, 1 min 1 s"

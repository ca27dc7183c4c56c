"""How a run's events change where it stands, and which of them get a line: tables, with the clock as a parameter."""

import time
from dataclasses import replace
from itertools import pairwise

import pytest

import samples
from sqlmig.plan.events import (
    RunBegan,
    RunEnded,
    RunStopped,
    StepEnded,
    TargetBegan,
    TargetEnded,
    TargetRequeued,
    TargetWaits,
    Told,
    WaveBegan,
    WorkersChanged,
)
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult, TargetResult
from sqlmig.report.lines import position_line
from sqlmig.report.progress import advance, seen
from sqlmig.report.runstate import Detail, Medium, Pace, RunProgress, Sample, pace, sampled

HOLDER = Holder(42, "app", "psql", "local", "active", "SELECT 1", None)
OTHER = replace(HOLDER, pid=43)
BIG = RunBegan("r1", 10_000, 20_000, (("all", 10_000),), 4)
SMALL = RunBegan("r1", 3, 6, (("all", 3),), 2)
TWO_WAVES = RunBegan("r1", 100, 100, (("canary", 5), ("rest", 95)), 4)


def begun(run=None, *, detail=Detail.TARGETS, medium=Medium.LOG):
    state = RunProgress(detail, medium, 0.0)
    return tell(state, 0.0, run) if run is not None else state


def tell(state, now, *events):
    return advance(state, [(now, event) for event in events], now)


def step(name="acme", version=1, **more):
    return StepResult(samples.step(samples.tenant(name), version, "x"), Outcome.DONE, 0.01, **more)


def done(name="acme", steps=1, *, worker=0, elsewhere=False):
    planned = samples.planned(samples.tenant(name), *(samples.step(samples.tenant(name), n, "x") for n in range(steps)))
    ran = 0 if elsewhere else steps
    return TargetEnded(worker, TargetResult(planned, Outcome.DONE, ran=ran, elsewhere=elsewhere))


def failed(name="acme", outcome=Outcome.FAILED, sqlstate="23502", *, behind=0):
    target = samples.tenant(name)
    steps = [samples.step(target, 31 + n, "x") for n in range(1 + behind)]
    failure = Failure(f"no in {target.schema}", "s", "n", statement="SELECT 1", error=ServerError(sqlstate, "no"))
    result = StepResult(steps[0], outcome, 0.1, failure=failure)
    return TargetEnded(0, TargetResult(samples.planned(target, *steps), outcome, (result,), failure))


# --- counting ---


def test_targets_and_steps_are_counted_by_what_became_of_them():
    state = tell(
        begun(BIG), 1.0, done("a"), StepEnded(0, step("b")), failed("b", behind=2), failed("c", Outcome.QUARANTINED)
    )
    state = tell(state, 2.0, failed("d", Outcome.BLOCKED), done("e", 5, elsewhere=True, worker=None))
    assert state.counts == {Outcome.DONE: 2, Outcome.FAILED: 1, Outcome.QUARANTINED: 1, Outcome.BLOCKED: 1}
    assert (state.over, state.failed) == (5, 2)
    assert state.steps == 1 + 3 + 1 + 1 + 5, "of a failed target those behind it too, of another process's all"


def test_a_target_that_had_nothing_to_do_is_no_progress():
    assert tell(begun(BIG), 1.0, done("a", steps=0)).over == 0


def test_the_share_is_that_of_steps_because_a_wave_goes_through_in_stages():
    run = RunBegan("r1", 2, 4, (), 1)
    state = tell(begun(run), 1.0, StepEnded(0, step("a")), StepEnded(0, step("b")))
    assert (state.over, state.share) == (0, 0.5)
    assert tell(state, 2.0, *(StepEnded(0, step("a", n)) for n in range(9))).share == 1.0, "never more than all"


def test_a_batch_is_worth_as_much_as_its_events_one_by_one():
    events = [TWO_WAVES, WaveBegan(0, "canary", 5), TargetBegan(0, samples.tenant("a")), StepEnded(0, step("a"))]
    events += [done("a"), failed("b"), WaveBegan(1, "rest", 95), TargetWaits(samples.tenant("c"), (HOLDER,)), done("c")]
    at_once, one_by_one, lines = tell(begun(), 1.0, *events), begun(), ()
    for event in events:
        one_by_one = tell(one_by_one, 1.0, event)
        lines += one_by_one.lines
    assert replace(one_by_one, lines=lines, samples=()) == replace(at_once, samples=())


def test_a_target_that_is_put_off_is_in_the_queue_until_somebody_takes_it():
    acme = samples.tenant("acme")
    state = tell(begun(BIG), 1.0, TargetBegan(0, acme), TargetRequeued(0, acme, "lock timeout", 2, 1.5, (HOLDER,)))
    assert state.queued == {acme.identity}
    assert state.work[0].ended == "put off"
    assert tell(state, 2.0, TargetBegan(1, acme)).queued == set()
    assert tell(state, 2.0, failed("acme", Outcome.BLOCKED)).queued == set()


def test_each_worker_is_known_by_what_it_did_last():
    acme, globex = samples.tenant("acme"), samples.tenant("globex")
    state = advance(begun(BIG), [(1.0, TargetBegan(0, acme)), (2.0, TargetBegan(1, globex))], 3.0)
    assert [(work.target, work.since) for work in state.work.values()] == [(acme, 1.0), (globex, 2.0)]
    state = advance(state, [(4.0, StepEnded(0, step("acme", 7)))], 4.0)
    assert (state.work[0].step.label, state.work[0].since) == ("0007_x", 4.0)
    state = tell(state, 5.0, TargetWaits(globex, (HOLDER,)))
    assert state.work[1].blockers == (HOLDER,)
    assert tell(state, 6.0, done("acme")).work[0].ended == "done"
    assert tell(state, 7.0, RunEnded(samples.run())).work == {}


def test_what_only_events_tell_is_kept_for_the_report():
    state = tell(begun(TWO_WAVES), 1.0, WaveBegan(0, "canary", 5), StepEnded(0, step("a", plain=(1,))), done("a"))
    state = tell(state, 3.0, WaveBegan(1, "rest", 95), StepEnded(0, step("b", plain=(1, 2))), failed("b"))
    found = seen(state, 10.0)
    assert found.plain == {"0001_x": 2}
    assert [(w.name, w.targets, w.done, w.failed, w.seconds) for w in found.waves] == [
        ("canary", 5, 1, 0, 2.0),
        ("rest", 95, 0, 1, 7.0),
    ]


# --- pace ---


def test_the_pace_is_that_of_the_last_seconds_and_not_of_the_whole_run():
    state = begun(BIG)
    for second in range(1, 31):
        count = 10 if second <= 20 else 100
        state = tell(state, float(second), *(done(f"t{second}x{n}", 2) for n in range(count)))
    assert pace(state, 30.0).targets == 100.0
    assert len(state.samples) < 25, "no more is kept than the window needs"


def test_nothing_is_said_of_the_pace_before_a_second_has_passed():
    state = tell(begun(BIG), 0.5, done("a"))
    assert pace(state, 0.5) == Pace(None, None, None)
    assert position_line(state, 0.5) == "1 of 10,000 done"


def test_what_is_left_is_guessed_from_the_pace():
    state = replace(begun(BIG), counts={Outcome.DONE: 1_000}, steps=2_000, samples=(Sample(0.0, 0, 0),))
    assert pace(state, 2.0) == Pace(500.0, 1_000.0, 18.0)
    assert position_line(state, 2.0) == "1,000 of 10,000 done, 500/s, about 18 s left"


def test_nothing_is_guessed_when_nothing_moves():
    assert pace(begun(BIG), 60.0) == Pace(0.0, 0.0, None)
    assert position_line(begun(BIG), 60.0) == "0 of 10,000 done"


def test_steps_are_told_where_a_stage_brings_no_target_to_its_end():
    state = replace(begun(BIG), steps=2_000, samples=(Sample(0.0, 0, 0),))
    assert position_line(state, 2.0) == "0 of 10,000 done, 2,000 of 20,000 steps, 1,000 steps/s, about 18 s left"


def test_samples_are_half_a_second_apart_and_reach_back_over_the_window():
    samples_ = ()
    for tenth in range(400):
        samples_ = sampled(samples_, Sample(tenth / 10, tenth, tenth))
    assert samples_[0].at <= 29.9
    assert samples_[1].at > 29.0
    assert min(b.at - a.at for a, b in pairwise(samples_)) >= 0.5


# --- lines ---


@pytest.mark.parametrize(
    ("detail", "run", "lines"),
    [
        (Detail.TARGETS, SMALL, ("tenant_acme  1 step  0 ms", "tenant_globex  0 steps  100 ms  failed")),
        (Detail.STEPS, SMALL, ("tenant_acme  0001_x  10 ms",)),
        (Detail.STEPS, BIG, ("tenant_acme  0001_x  10 ms",)),
        (Detail.TARGETS, BIG, ("tenant_globex  failed  23502 in 0031_x:1: no",)),
        (Detail.TARGETS, None, ("tenant_acme  1 step  0 ms", "tenant_globex  0 steps  100 ms  failed")),
    ],
    ids=["few targets", "steps", "steps of many", "many targets", "size unknown"],
)
def test_a_fleet_is_told_by_its_exceptions_and_everything_else_line_by_line(detail, run, lines):
    acme = done("acme")
    acme = replace(acme, result=replace(acme.result, steps=(step("acme"),), seconds=0.0001))
    state = tell(begun(run, detail=detail), 1.0, StepEnded(0, step("acme")), acme, failed("globex"))
    assert state.lines == lines


@pytest.mark.parametrize(("medium", "told"), [(Medium.LOG, 1), (Medium.SCREEN, 3)], ids=["log", "screen"])
def test_equal_failures_get_a_few_lines_and_are_counted(medium, told):
    state = tell(begun(BIG, medium=medium), 1.0, *(failed(f"t{n}") for n in range(412)))
    assert [line.split()[0] for line in state.lines] == [f"tenant_t{n}" for n in range(told)]
    assert list(state.failures.values()) == [412]
    state = tell(state, 2.0, failed("x"), failed("y", sqlstate="42P01"))
    assert state.lines == ("tenant_y  failed  42P01 in 0031_x:1: no",), "another error is news"


def test_one_session_in_the_way_of_many_is_told_once_in_a_log():
    waits = [TargetWaits(samples.tenant(f"t{n}"), (HOLDER,)) for n in range(50)]
    state = tell(begun(BIG), 1.0, *waits, TargetWaits(samples.tenant("x"), (OTHER,)))
    assert [line.split()[0] for line in state.lines] == ["tenant_t0", "tenant_x"]
    state = tell(state, 2.0, TargetRequeued(0, samples.tenant("y"), "lock timeout", 2, 1.0, (HOLDER,)))
    assert state.lines == ()


def test_in_a_small_run_everybody_who_waits_is_told():
    waits = [TargetWaits(samples.tenant(f"t{n}"), (HOLDER,)) for n in range(5)]
    assert len(tell(begun(SMALL), 1.0, *waits).lines) == 5


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        ([SMALL], ()),
        ([BIG], ("run r1 begins: 10,000 targets, 20,000 steps, 4 workers",)),
        ([SMALL, WaveBegan(0, "all", 3)], ()),
        ([Told("max_locks_per_transaction will do")], ("note: max_locks_per_transaction will do",)),
        ([RunStopped("the same error in 3 targets")],
         ("stopping: the same error in 3 targets; what is under way is finished",)),
        ([SMALL, WorkersChanged(1, "lock timeout")], ("1 at once from now on: lock timeout",)),
        ([SMALL, WorkersChanged(3, "all is well")], ()),
    ],
    ids=["small", "large", "its only wave", "note", "stopping", "fewer workers", "more workers"],
)  # fmt: skip
def test_what_concerns_the_whole_run_gets_a_line_when_it_says_something(events, lines):
    assert tell(begun(), 1.0, *events).lines == lines


def test_waves_say_when_they_begin_and_what_they_came_to():
    state = tell(begun(TWO_WAVES), 1.0, WaveBegan(0, "canary", 5))
    assert state.lines == ("wave canary begins: 5 targets",)
    state = tell(state, 2.0, *(done(f"t{n}") for n in range(5)))
    state = tell(state, 3.0, WaveBegan(1, "rest", 95))
    assert state.lines == ("wave canary ended: 5 done, 2.0 s", "wave rest begins: 95 targets")
    state = tell(state, 5.0, failed("x"), RunEnded(samples.run()))
    assert state.lines[-1] == "wave rest ended: 0 done, 1 failed, 2.0 s"


@pytest.mark.parametrize(
    ("now", "steps", "due"),
    [
        (9.9, 20_000, False),
        (10.0, 999, False),
        (10.0, 1_000, True),
        (59.0, 999, False),
        (60.0, 0, True),
    ],
    ids=["too early", "too little", "10 s and 5 %", "still too little", "silence"],
)
def test_a_log_is_told_every_ten_seconds_or_five_percent_and_at_least_each_minute(now, steps, due):
    state = replace(begun(BIG), steps=steps)
    assert bool(tell(state, now).lines) is due


def test_the_next_heartbeat_counts_from_the_last():
    state = tell(replace(begun(BIG), steps=1_000), 10.0)
    assert state.lines == ("0 of 10,000 done, 1,000 of 20,000 steps, 100 steps/s, about 4 min left",)
    assert tell(replace(state, steps=2_000), 15.0).lines == ()
    assert tell(replace(state, steps=2_000), 20.0).lines != ()


@pytest.mark.parametrize(
    ("run", "medium"),
    [(SMALL, Medium.LOG), (BIG, Medium.SCREEN), (None, Medium.LOG)],
    ids=["small", "screen", "unknown"],
)
def test_only_a_log_of_a_fleet_has_a_heartbeat(run, medium):
    assert tell(begun(run, medium=medium), 100.0).lines == ()


def test_lines_are_told_once():
    state = tell(begun(), 1.0, Told("x"))
    assert tell(state, 2.0).lines == ()


def test_ten_thousand_targets_cost_next_to_nothing():
    target = samples.tenant("acme")
    events = [(1.0, event) for event in (TargetBegan(0, target), StepEnded(0, step()), done())] * 10_000
    began = time.process_time()
    assert advance(begun(BIG), events, 1.0).over == 10_000
    assert time.process_time() - began < 1, "0.03 s when this was written"

import datetime
import time
from dataclasses import replace

import pytest

import samples
from sqlmig.errors import Place
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult, TargetResult
from sqlmig.plan.values import Note
from sqlmig.project.model import Direction
from sqlmig.report.run import failures_text, run_json, run_notes, run_summary, waves_text
from sqlmig.report.runstate import Seen, WaveTally

ACME, GLOBEX = samples.tenant("acme"), samples.tenant("globex")


def test_the_last_line_counts_targets_and_steps():
    result = samples.run(samples.done(samples.PLATFORM), samples.done(ACME, samples.step(ACME, 1, "a")))
    assert run_summary(result) == "2 of 2 targets where they should be: 1 step, 250 ms"
    assert run_summary(samples.run(samples.done(ACME))) == "1 of 1 target where it should be: nothing to do, 250 ms"
    assert failures_text(result) == ""


def test_a_failure_tells_place_statement_state_and_next():
    text = "SELECT\n  1"
    result = samples.run(samples.failed(samples.step(ACME, 1, "a"), statement=text))
    assert failures_text(result) == (
        "sqlmig: error: sql/tenant/0001_a.up.sql:1:8: 0001_a failed in tenant_acme, statement 1 of 1: no\n"
        "    SELECT 1;\n"
        "           ^\n"
        "  statement:\n"
        "    SELECT\n"
        "      1\n"
        "  state: the transaction was rolled back: nothing of this file is in the database\n"
        "  next: correct the file; then run `sqlmig apply --schema tenant_acme` again"
    )
    assert run_summary(result) == "0 of 1 target where it should be: nothing was done, 250 ms"


def test_a_statement_that_the_caret_shows_already_is_not_repeated():
    assert "statement:" not in failures_text(samples.run(samples.failed(samples.step(ACME, 1, "a"))))


def test_a_long_statement_is_cut():
    statement = "\n".join(f"line {n}" for n in range(1, 31))
    text = failures_text(samples.run(samples.failed(samples.step(ACME, 1, "a"), statement=statement)))
    assert "    line 12\n    ... 18 lines more\n" in text


def test_the_same_failure_in_many_targets_is_told_once_and_repaired_at_once():
    results = [samples.failed(samples.step(samples.tenant(f"t{n}"), 1, "a")) for n in range(5)]
    text = failures_text(samples.run(*results))
    assert text.count("sqlmig: error:") == 1
    assert text.startswith(
        "sqlmig: error: 5 tenants, for example tenant_t0\n  sql/tenant/0001_a.up.sql:1:8: 0001_a failed "
    )
    assert "  next: correct the file; then run `sqlmig apply` again\n" in text
    assert text.endswith(
        "\n\n`sqlmig run show run-1` lists the targets; "
        "once it is corrected, `sqlmig apply --retry-failed` runs only these 5"
    )


def test_a_few_targets_with_the_same_failure_are_named():
    results = [samples.failed(samples.step(samples.tenant(f"t{n}"), 1, "a")) for n in range(3)]
    text = failures_text(samples.run(*results))
    assert "  the same in 3 targets: tenant_t0, tenant_t1, tenant_t2\n" in text
    assert "--retry-failed" not in text


def test_what_was_not_started_is_named():
    waiting = TargetResult(samples.planned(GLOBEX, samples.step(GLOBEX, 1, "a")), Outcome.NOT_STARTED)
    assert failures_text(samples.run(samples.failed(samples.step(ACME, 1, "a")), waiting)).endswith(
        "\n\nnot started: tenant_globex"
    )


def test_a_target_that_the_read_back_missed_is_no_success():
    result = samples.run(samples.done(ACME, samples.step(ACME, 1, "a")), behind=[ACME])
    assert run_summary(result).startswith("0 of 1 target where it should be: 1 step")
    assert failures_text(result).startswith("sqlmig: error: not where they should be: tenant_acme\n")
    assert run_json(result, "apply")["behind"] == ["tenant_acme"]


def test_notes_are_told_beside_the_result():
    assert run_notes(samples.run(samples.done(ACME), notes=[Note("by the way")])) == "note: by the way"


HOLDER = Holder(
    4711,
    "report",
    "metabase",
    "10.0.0.3",
    "idle in transaction",
    "SELECT 1",
    datetime.datetime(2026, 3, 1, 11, 48, tzinfo=datetime.UTC),
)


def refused(slug: str, sqlstate: str = "23502", outcome: Outcome = Outcome.QUARANTINED, version: int = 31):
    """As a large run has it: what the server said differs in the detail from target to target."""
    step = samples.step(samples.tenant(slug), version, "add_owner", text="SELECT 1;\nALTER TABLE deals ADD x int;\n")
    said = ServerError(sqlstate, "violates", f"Failing row contains ({slug}).", constraint="owner_fk")
    schema = step.target.schema
    failure = Failure(
        f"{step.label} failed in {schema}, statement 2 of 2: {said.message} ({said.detail})",
        "the transaction was rolled back: nothing of this file is in the database",
        f"correct the file; then run `sqlmig apply --schema {schema}` again",
        Place(step.script.path, 2, 1, "ALTER TABLE deals ADD x int;"),
        "ALTER TABLE deals ADD x int",
        said,
    )
    blockers = (HOLDER,) if outcome is Outcome.BLOCKED else ()
    result = StepResult(step, outcome, 0.002, failure=failure, blockers=blockers)
    return TargetResult(samples.planned(step.target, step), outcome, (result,), failure)


def test_what_hundreds_met_is_told_once_with_an_example():
    fleet = [refused(f"t{n}") for n in range(412)]
    assert failures_text(samples.run(*fleet)) == (
        "sqlmig: error: 412 tenants quarantined: 23502 in 0031_add_owner:2 (constraint owner_fk), "
        "for example tenant_t0\n"
        "  sql/tenant/0031_add_owner.up.sql:2:1: 0031_add_owner failed in tenant_t0, statement 2 of 2: "
        "violates (Failing row contains (t0).)\n"
        "    ALTER TABLE deals ADD x int;\n"
        "    ^\n"
        "  state: the transaction was rolled back: nothing of this file is in the database\n"
        "  next: correct the file; then run `sqlmig apply` again\n"
        "\n"
        "`sqlmig run show run-1` lists the targets; "
        "once it is corrected, `sqlmig apply --retry-failed` runs only these 412"
    )


def test_who_blocked_hundreds_is_told_once():
    fleet = [refused(f"t{n}", "55P03", Outcome.BLOCKED) for n in range(31)]
    text = failures_text(samples.run(*fleet))
    assert text.startswith("sqlmig: error: 31 tenants blocked: 55P03 in 0031_add_owner:2 (constraint owner_fk), ")
    assert (
        "  blocked by pid 4711 (report@10.0.0.3, metabase, idle in transaction, since 2026-03-01 11:48:00 UTC): "
        "SELECT 1, in 31 targets\n"
    ) in text


def test_what_most_targets_met_comes_first_and_the_rest_is_short():
    fleet = [refused(f"t{n}") for n in range(9)]
    fleet += [refused(f"u{n}x{m}", f"420{n:02}") for n in range(30) for m in range(n + 10)]
    text = failures_text(samples.run(*fleet))
    headings = [line for line in text.splitlines() if line.startswith("sqlmig: error: ")]
    assert headings[0].startswith("sqlmig: error: 39 tenants quarantined: 42029 in ")
    assert "\nand 17 errors more, in " in text
    assert len(text.splitlines()) < 60


def test_a_run_of_10_000_targets_is_told_in_a_screenful():
    done = [
        TargetResult(samples.planned(samples.tenant(f"d{n}")), Outcome.DONE, ran=20, seconds=0.1) for n in range(9_000)
    ]
    fleet = [
        *done,
        *(refused(f"t{n}") for n in range(700)),
        *(refused(f"u{n}", "55P03", Outcome.BLOCKED) for n in range(200)),
    ]
    fleet += [TargetResult(samples.planned(samples.tenant(f"w{n}")), Outcome.NOT_STARTED) for n in range(100)]
    notes = [Note(f"tenant_d{n} was there before", samples.tenant(f"d{n}")) for n in range(9_000)]
    result = replace(
        samples.run(*fleet, notes=notes),
        halted="the same error in 3 targets in a row",
        invalid=tuple(f"tenant_t{n}.deals_owner" for n in range(50)),
    )
    began = time.process_time()
    told = "\n".join([run_notes(result), failures_text(result), run_summary(result)])
    assert time.process_time() - began < 5, "it took 0.2 s when this was written"
    assert len(told.splitlines()) < 60
    assert run_summary(result) == "9,000 of 10,000 targets where they should be: 180,000 steps, 250 ms"


def test_a_run_that_was_stopped_says_why_and_how_it_goes_on():
    step = samples.step(GLOBEX, 1, "a")
    waiting = TargetResult(samples.planned(GLOBEX, step), Outcome.NOT_STARTED)
    text = failures_text(replace(samples.run(samples.done(ACME, samples.step(ACME, 1, "a")), waiting), halted="enough"))
    assert text == (
        "sqlmig: the run was stopped: enough\n"
        "  state: 1 of 2 targets had no turn, and are as they were (tenant_globex); what was under way was finished\n"
        "  next: `sqlmig apply --resume` goes on with it, once nothing stands against that; "
        "`sqlmig run show run-1` lists every target"
    )


def test_a_rollback_that_was_stopped_is_not_told_to_apply():
    step = samples.step(GLOBEX, 1, "a", direction=Direction.DOWN)
    waiting = TargetResult(samples.planned(GLOBEX, step), Outcome.NOT_STARTED)
    text = failures_text(replace(samples.run(waiting), halted="enough"))
    assert "  next: `sqlmig run resume run-1` goes on with it, once nothing stands against that; " in text


@pytest.mark.parametrize(
    ("indexes", "lines"),
    [
        (
            ["tenant_a.i"],
            [
                "sqlmig: warning: an index is INVALID: tenant_a.i",
                "  state: every write maintains such an index, and no query uses it; no migration of this run built it",
                "  next: drop it, then build it again:",
                "    DROP INDEX CONCURRENTLY tenant_a.i;",
            ],
        ),
        (
            [f"tenant_{n}.i" for n in range(5)],
            [
                "sqlmig: warning: 5 indexes are INVALID: tenant_0.i, tenant_1.i, tenant_2.i and 2 more",
                "  state: every write maintains such an index, and no query uses it; no migration of this run built it",
                "  next: drop each of them, then build it again:",
                "    DROP INDEX CONCURRENTLY tenant_0.i;",
                "    DROP INDEX CONCURRENTLY tenant_1.i;",
                "    DROP INDEX CONCURRENTLY tenant_2.i;",
                "    and 2 more",
            ],
        ),
    ],
    ids=["one", "many"],
)
def test_an_invalid_index_is_a_warning_with_the_statement_that_drops_it(indexes, lines):
    text = failures_text(replace(samples.run(samples.done(ACME)), invalid=tuple(indexes)))
    assert text.splitlines() == lines


def test_what_only_the_events_told_is_noted_once():
    seen = Seen(plain={"0040_idx": 9_312}, shared={"0031_fk": ("core.users", "role app")})
    assert run_notes(samples.run(samples.done(ACME)), seen) == (
        "note: 0031_fk touches what all targets share (core.users, role app): it ran in one target at a time\n"
        "note: 0040_idx ran without CONCURRENTLY in 9,312 targets, where the table is new or small"
    )


def test_waves_are_a_table_when_there_were_several():
    waves = (
        WaveTally("canary", 5, done=5, seconds=0.5),
        WaveTally("rest", 9_995, done=9_580, failed=412, blocked=3, seconds=62),
    )
    assert waves_text(waves) == (
        "wave    targets  done   failed  blocked  took\n"
        "canary        5      5       0        0     500 ms\n"
        "rest      9,995  9,580     412        3  1 min 2 s"
    )
    assert waves_text(waves[:1]) == ""


def test_a_program_gets_waves_and_each_error_once():
    fleet = [refused("a"), refused("b"), refused("c", "55P03", Outcome.BLOCKED)]
    document = run_json(
        samples.run(*fleet), "apply", Seen((WaveTally("canary", 3, done=0, failed=2, blocked=1, seconds=1),))
    )
    assert document["counts"] == {"quarantined": 2, "blocked": 1}
    assert document["waves"] == [{"name": "canary", "targets": 3, "done": 0, "failed": 2, "blocked": 1, "seconds": 1}]
    [first, second] = document["failures"]
    assert (first["targets"], first["sqlstate"], first["statement"], first["examples"]) == (
        2,
        "23502",
        2,
        ["tenant_a", "tenant_b"],
    )
    assert (second["blockers"][0]["pid"], second["blockers"][0]["targets"]) == (4711, 1)


def test_a_large_document_lists_every_target_and_counts_the_steps_that_ended_well():
    steps = [samples.step(ACME, n, "a") for n in range(20)]
    fleet = [samples.done(ACME, *steps), refused("x"), *[samples.done(ACME, steps[0])] * 198]
    small, large = run_json(samples.run(*fleet), "apply"), run_json(samples.run(*fleet, fleet[0]), "apply")
    assert (len(small["targets"]), len(large["targets"])) == (200, 201)
    assert [len(target["steps"]) for target in small["targets"][:2]] == [20, 1]
    assert [len(target["steps"]) for target in large["targets"][:2]] == [0, 1]
    assert large["targets"][0]["steps_done"] == 20
    assert small["targets"][1]["failure"]["statement"] is not None
    assert large["targets"][1]["failure"]["statement"] is None
    assert large["failures"][0]["failure"]["statement"] == "ALTER TABLE deals ADD x int"
    assert {key: type(value) for key, value in small["targets"][0].items()} == {
        key: type(value) for key, value in large["targets"][0].items()
    }


def test_a_program_gets_outcome_steps_and_failures():
    document = run_json(samples.run(samples.failed(samples.step(ACME, 1, "a"))), "apply")
    assert document["format"] == "sqlmig.apply/1"
    assert (document["outcome"], document["exit_status"], document["seconds"]) == ("failed", 3, 0.25)
    [target] = document["targets"]
    assert (target["schema"], target["tenant"], target["outcome"]) == ("tenant_acme", "acme", "failed")
    assert target["steps"][0]["attempts"] == 1
    assert target["failure"]["place"] == {
        "file": "sql/tenant/0001_a.up.sql",
        "line": 1,
        "column": 8,
        "excerpt": "SELECT 1;",
    }

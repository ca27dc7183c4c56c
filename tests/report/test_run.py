import samples
from sqlmig.plan.results import Outcome, TargetResult
from sqlmig.plan.values import Note
from sqlmig.report.run import failures_text, run_json, run_notes, run_summary

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
    assert "  the same in 5 targets: tenant_t0, tenant_t1, tenant_t2 and 2 more\n" in text
    assert text.endswith("next: correct the file; then run `sqlmig apply` again")


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

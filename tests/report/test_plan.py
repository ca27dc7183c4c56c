import datetime

import samples
from sqlmig.errors import Place
from sqlmig.plan.values import Note, Progress, Reason, Refusal
from sqlmig.project.model import Direction
from sqlmig.report.plan import (
    plan_json,
    plan_json_with_sql,
    plan_markdown,
    plan_text,
    plan_text_with_sql,
    summary,
)

ACME, GLOBEX = samples.tenant("acme"), samples.tenant("globex")
INDEX = "CREATE INDEX CONCURRENTLY i ON t (a);\n"


def fleet(count: int):
    targets = [samples.tenant(f"t{i}") for i in range(count)]
    return samples.plan(*(samples.planned(one, samples.step(one, 1, "users")) for one in targets))


def test_the_steps_stand_in_order_with_how_they_run():
    steps = (
        samples.step(ACME, 1, "users", verify="SELECT 1 WHERE false"),
        samples.step(ACME, 2, "index_users", text=INDEX, transaction=False),
        samples.repeatable(ACME, "user_list"),
    )
    plan = samples.plan(samples.planned(samples.PLATFORM), samples.planned(ACME, *steps))
    assert plan_text(plan) == (
        "tenant_acme (track tenant)\n"
        "  + 0001_users        in one transaction, verified\n"
        "  + 0002_index_users  outside a transaction\n"
        "  + user_list         in one transaction, repeatable\n"
        "\n"
        "3 steps in 1 target; 1 target has nothing to do.\n"
    )


def test_ten_thousand_targets_with_the_same_steps_are_one_paragraph():
    assert plan_text(fleet(10_000)) == (
        "10,000 tenants (track tenant): tenant_t0, tenant_t1, tenant_t2 and 9,997 more\n"
        "  + 0001_users  in one transaction\n"
        "\n"
        "10,000 steps in 10,000 targets.\n"
    )


def test_targets_with_other_steps_are_told_apart():
    plan = samples.plan(
        samples.planned(ACME, samples.step(ACME, 2, "b")),
        samples.planned(GLOBEX, samples.step(GLOBEX, 1, "a"), samples.step(GLOBEX, 2, "b")),
    )
    assert plan_text(plan).splitlines()[:5] == [
        "tenant_acme (track tenant)",
        "  + 0002_b  in one transaction",
        "",
        "tenant_globex (track tenant)",
        "  + 0001_a  in one transaction",
    ]


def test_a_rollback_is_marked_as_one():
    plan = samples.plan(samples.planned(ACME, samples.step(ACME, 1, "a", direction=Direction.DOWN)))
    assert "  - 0001_a  in one transaction\n" in plan_text(plan)


def test_half_done_work_says_where_it_goes_on():
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    progress = Progress(1, "a", Direction.UP, "", "", 2, 5, False, False, None, "run", at)
    plan = samples.plan(samples.planned(ACME, samples.step(ACME, 1, "a", transaction=False, resumes=progress)))
    assert "+ 0001_a  outside a transaction, goes on behind statement 2 of 5\n" in plan_text(plan)


def test_nothing_to_do_is_said_in_so_many_words():
    assert plan_text(samples.plan(samples.planned(ACME))) == "Nothing to do: 1 target where it should be.\n"
    both = samples.plan(samples.planned(ACME), samples.planned(GLOBEX))
    assert summary(both) == "Nothing to do: 2 targets where they should be."


def test_a_refused_plan_says_why_and_that_nothing_was_changed():
    refusal = Refusal(
        Reason.SYNTAX, 'syntax error at or near "tabel"', "correct it", ACME, Place("a.sql", 1, 8, "create tabel x;")
    )
    plan = samples.plan(samples.planned(ACME, samples.step(ACME, 1, "a")), refusals=[refusal])
    assert plan_text(plan).endswith(
        'refused: a.sql:1:8: syntax error at or near "tabel"\n'
        "    create tabel x;\n"
        "           ^\n"
        "  next: correct it\n"
        "  in: tenant_acme\n"
        "\n"
        "This plan may not run, for 1 reason; nothing was changed.\n"
    )


def test_a_note_about_many_targets_is_told_once():
    notes = [Note("0001_a was laid out anew", one) for one in (ACME, GLOBEX)]
    text = plan_text(samples.plan(samples.planned(ACME), notes=[*notes, Note("by the way")]))
    assert text.startswith("note: 0001_a was laid out anew (in tenant_acme, tenant_globex)\nnote: by the way\n\n")


def test_the_sql_is_shown_as_the_first_target_gets_it():
    steps = [samples.step(one, 1, "a", text=f"SELECT '{one.schema}';\n", verify="SELECT 2") for one in (ACME, GLOBEX)]
    text = plan_text_with_sql(samples.plan(*(samples.planned(one.target, one) for one in steps)))
    assert "  as tenant_acme gets it:\n\n  + 0001_a  in one transaction, verified\n    SELECT 'tenant_acme';\n" in text
    assert "  verified by\n    SELECT 2\n" in text
    assert "tenant_globex'" not in text


def test_markdown_has_a_table_for_each_group_and_the_refusals_as_a_list():
    refusal = Refusal(Reason.EDITED, "0001_a was edited", "undo it", ACME, Place("a.sql"))
    notes = [Note("by the way")]
    plan = samples.plan(samples.planned(ACME, samples.step(ACME, 2, "b")), refusals=[refusal], notes=notes)
    assert plan_markdown(plan) == (
        "## Migration plan\n\n"
        "This plan may not run, for 1 reason; nothing was changed.\n\n"
        "### tenant_acme (track tenant)\n\n"
        "| direction | migration | how it runs |\n"
        "|---|---|---|\n"
        "| up | `0002_b` | in one transaction |\n\n"
        "### Refused\n\n"
        "- `a.sql`: 0001_a was edited (in tenant_acme)  \n  next: undo it\n\n"
        "### Notes\n\n"
        "- by the way\n"
    )


def test_a_program_gets_every_target_and_the_sql_only_when_it_asks():
    plan = samples.plan(samples.planned(samples.PLATFORM), samples.planned(ACME, samples.step(ACME, 1, "a")))
    document = plan_json(plan)
    assert (document["format"], document["steps"]) == ("sqlmig.plan/1", 1)
    assert [(t["schema"], t["tenant"], len(t["steps"])) for t in document["targets"]] == [
        ("platform_core", None, 0),
        ("tenant_acme", "acme", 1),
    ]
    assert document["targets"][1]["steps"][0] == {
        "version": 1,
        "name": "a",
        "direction": "up",
        "path": "sql/tenant/0001_a.up.sql",
        "transaction": True,
        "statements": 1,
        "resumes_after": None,
        "shared": [],
    }
    assert plan_json_with_sql(plan)["targets"][1]["steps"][0]["sql"] == "SELECT 1;\n"

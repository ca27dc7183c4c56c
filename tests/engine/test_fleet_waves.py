"""Waves: who comes first, what has to hold before the others follow, and how a run goes on that was stopped there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from fleetshop import configure, done_steps, fleet, last_run, only, outcomes, register, rollout, steps_of
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import Shop
from sqlmig.errors import Refused
from sqlmig.plan.events import Event, RunStopped, TargetBegan, WaveBegan
from sqlmig.plan.results import Outcome, RunResult
from sqlmig.plan.waves import rules_from_options

Connect = Callable[..., psycopg.Connection[Any]]


def apply(shop: Shop, canary: str | None, *waves: str, **changes: Any) -> tuple[RunResult, list[Event]]:
    """Apply in waves; what happened."""
    seen: list[Event] = []
    project = shop.project()
    wanted = rollout(project, rules=rules_from_options(canary, waves), **changes)
    return project.apply(observer=seen.append, rollout=wanted), seen


def waves_of(seen: list[Event]) -> dict[str, list[str]]:
    """By name of the wave: the tenants that were begun in it, in the order of their names."""
    found: dict[str, list[str]] = {}
    for event in seen:
        if isinstance(event, WaveBegan):
            found[event.name] = []
        elif isinstance(event, TargetBegan):
            found[next(reversed(found))].append(event.target.schema)
    return {name: sorted(schemas) for name, schemas in found.items()}


def fail_in(shop: Shop, schema: str) -> None:
    """A migration that one tenant's schema refuses."""
    shop.pair(
        "tenant", "0002_broken", f"{{% if schema == '{schema}' %}}SELECT 1 / 0;{{% else %}}SELECT 1;{{% endif %}}\n"
    )


@pytest.mark.parametrize(
    ("canary", "waves", "expected"),
    [
        ("t03,t05", (), {"canary": ["tenant_t03", "tenant_t05"], "rest": ["tenant_t01", "tenant_t02", "tenant_t04"]}),
        (
            "tier=pro",
            ("rest",),
            {"canary": ["tenant_t02"], "rest": ["tenant_t01", "tenant_t03", "tenant_t04", "tenant_t05"]},
        ),
        (
            "2",
            ("40%",),
            {
                "canary": ["tenant_t01", "tenant_t02"],
                "40%": ["tenant_t03", "tenant_t04"],
                "rest": ["tenant_t05"],
            },
        ),
        (
            "smallest:1",
            (),
            {"canary": ["tenant_t04"], "rest": ["tenant_t01", "tenant_t02", "tenant_t03", "tenant_t05"]},
        ),
    ],
    ids=["by name", "by label", "by count and share", "smallest"],
)
def test_the_canaries_are_those_that_were_asked_for(
    shop: Shop, canary: str, waves: tuple[str, ...], expected: dict[str, list[str]]
) -> None:
    schemas = fleet(shop, 5)
    shop.sql("UPDATE core.tenants SET tier = 'pro' WHERE slug = 't02'")
    for schema in schemas:
        if schema != "tenant_t04":
            shop.sql(f"CREATE TABLE {schema}.weight AS SELECT g FROM generate_series(1, 2000) AS g")
            shop.sql(f"ANALYZE {schema}.weight")
    result, seen = apply(shop, canary, *waves)
    assert result.exit_status == 0
    assert waves_of(seen) == expected


def test_no_target_of_a_wave_begins_before_the_wave_in_front_of_it_is_over(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 8)
    shop.pair("tenant", "0002_gate", "{% if schema == 'tenant_t01' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n")
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(apply, shop, "3")
        until(lambda: at_the_gate(shop.connection))
        until(lambda: len(done_steps(shop)) == 5, what="the other canaries are done, and the first step of the first")
        looks = [len(done_steps(shop)) for _ in range(50)]
        assert set(looks) == {5}
        assert shop.sql("SELECT count(*) FROM sqlmig.run_item WHERE wave = 1 AND state <> 'pending'") == [(0,)]
    result, seen = run.result()
    assert result.exit_status == 0
    assert waves_of(seen)["rest"] == schemas[3:]


def test_a_canary_that_fails_halts_the_run_and_retry_and_resume_finish_it(shop: Shop) -> None:
    schemas = fleet(shop, 6)
    fail_in(shop, "tenant_t02")
    result, seen = apply(shop, "2")
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == ["tenant_t02"]
    assert only(Outcome.NOT_STARTED, result) == schemas[2:]
    why = "the gate behind wave canary is closed: 1 of 2 targets did not get there (1 failed), and the gate allows none"
    assert result.halted == why
    assert [event.why for event in seen if isinstance(event, RunStopped)] == [why]
    run_id, state = last_run(shop)
    assert state == "halted"
    summary, items = shop.project().run_show(run_id)
    assert summary.reason == why
    assert [item.state.value for item in items] == ["done", "failed", *["pending"] * 4]

    fail_in(shop, "nobody")
    with pytest.raises(Refused) as refused:
        shop.project().resume()
    assert refused.value.message == f"run {run_id[:8]} was begun with other files, or other settings"
    assert refused.value.next is not None
    assert "check out what it was begun with (`sqlmig run show` names the commit), or begin anew" in refused.value.next

    fail_in(shop, "tenant_t02")
    resumed = shop.project().resume(run_id[:8])
    assert resumed.exit_status == 3
    assert resumed.run_id == run_id
    assert only(Outcome.FAILED, resumed) == ["tenant_t02"]
    assert only(Outcome.DONE, resumed) == [schema for schema in schemas if schema != "tenant_t02"]
    assert last_run(shop) == (run_id, "finished")


def test_the_cause_is_taken_away_and_a_halted_run_is_resumed(shop: Shop) -> None:
    schemas = fleet(shop, 5)
    shop.sql("CREATE TABLE tenant_t01.taken (id int)")
    shop.pair("tenant", "0002_taken", "CREATE TABLE taken (id int);\n")
    result, _ = apply(shop, "1")
    assert (result.exit_status, last_run(shop)[1]) == (3, "halted")
    shop.sql("DROP TABLE tenant_t01.taken")
    retried = shop.project().retry_failed()
    assert retried.exit_status == 0
    assert list(outcomes(retried)) == ["tenant_t01"]
    halted = shop.one("SELECT run_id::text FROM sqlmig.run WHERE state = 'halted'")
    assert shop.one("SELECT parent::text FROM sqlmig.run WHERE run_id = %s", retried.run_id) == halted
    resumed = shop.project().resume()
    assert (resumed.exit_status, resumed.run_id) == (0, halted)
    assert done_steps(shop) == steps_of(schemas, 1, 2)


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        ("{failures: 1}", None),
        ("{failures: 0}", "1 of 2 targets did not get there (1 failed), and the gate allows none"),
        ("{failures: 1, longest: 1ms}", " s, and the gate allows 0.001 s"),
        ("{failures: 1, verify: [checks/nobody.sql]}", "verify files found faults: tenant_t02: checks/nobody.sql: "),
    ],
    ids=["passes", "failures", "longest", "verify"],
)
def test_a_gate_says_what_it_is_closed_for(shop: Shop, gate: str, why: str | None) -> None:
    shop.write({"checks/nobody.sql": "SELECT relname FROM pg_class WHERE oid = to_regclass('extra');\n"})
    schemas = fleet(shop, 4, waves=f"[{{name: first, count: 2, gate: {gate}}}]")
    shop.sql("CREATE TABLE tenant_t02.extra (id int)")
    shop.pair("tenant", "0003_slow", "SELECT pg_sleep(0.01);\n")
    fail_in(shop, "tenant_t01")
    result = shop.apply()
    assert result.exit_status == 3
    if why is None:
        assert (result.halted, only(Outcome.NOT_STARTED, result)) == (None, [])
    else:
        assert result.halted is not None
        assert result.halted.startswith("the gate behind wave first is closed: ")
        assert why in result.halted
        assert only(Outcome.NOT_STARTED, result) == schemas[2:]
        assert last_run(shop)[1] == "halted"


def test_the_pause_between_waves_is_kept(shop: Shop) -> None:
    fleet(shop, 4, waves="[{name: first, count: 2, gate: {pause: 400ms}}]")
    assert shop.apply().exit_status == 0
    apart = shop.one(
        "SELECT min(at - duration) FILTER (WHERE target IN ('3', '4')) - max(at) FILTER (WHERE target IN ('1', '2'))"
        " >= interval '400ms' FROM sqlmig.log WHERE track = 'tenant'"
    )
    assert apart is True


CONFIRM = "[{name: first, count: 2, gate: {confirm: true}}]"


def test_somebody_who_says_yes_lets_the_run_go_on(shop: Shop) -> None:
    fleet(shop, 4, waves=CONFIRM)
    asked: list[str] = []
    project = shop.project()
    result = project.apply(rollout=rollout(project, confirm=lambda question: not asked.append(question)))
    assert result.exit_status == 0
    assert asked == ["wave first is done; go on with rest?"]


def test_a_run_that_nobody_confirms_waits_and_the_same_command_does_not_go_past_it(shop: Shop) -> None:
    schemas = fleet(shop, 5, waves=CONFIRM)
    result = shop.apply()
    assert result.exit_status == 5
    assert result.halted == "wave first is done, and rest waits for somebody to say that it goes on"
    assert only(Outcome.DONE, result) == schemas[:2]
    run_id, state = last_run(shop)
    assert state == "paused"

    with pytest.raises(Refused) as refused:
        shop.apply()
    assert refused.value.exit_status == 1
    assert refused.value.message == (
        f"run {run_id[:8]}, begun for the same, is paused:"
        " wave first is done, and rest waits for somebody to say that it goes on"
    )
    assert refused.value.state == "nothing was changed"
    assert refused.value.next == (
        f"`sqlmig run resume {run_id[:8]}` goes on with it; `sqlmig run abort {run_id[:8]}` gives it up"
    )
    assert len(done_steps(shop)) == 2

    resumed = shop.project().resume()
    assert (resumed.exit_status, resumed.run_id) == (0, run_id)
    assert done_steps(shop) == steps_of(schemas, 1)
    assert last_run(shop) == (run_id, "finished")


def test_beside_a_run_that_waits_another_one_for_something_else_may_begin(shop: Shop) -> None:
    fleet(shop, 4, waves=CONFIRM)
    assert shop.apply().exit_status == 5
    waits, _ = last_run(shop)
    assert shop.apply("tenant_t04").exit_status == 0
    assert shop.one("SELECT state FROM sqlmig.run WHERE run_id = %s", waits) == "paused"
    shop.pair("tenant", "0002_more", "SELECT 1;\n")
    configure(shop)
    assert shop.apply().exit_status == 0
    assert shop.one("SELECT reason FROM sqlmig.run WHERE run_id = %s", waits) == (
        "a later run found its targets where they should be"
    )


def test_a_run_that_was_given_up_bars_nobody(shop: Shop) -> None:
    fleet(shop, 5, waves=CONFIRM)
    assert shop.apply().exit_status == 5
    shop.project().abort_run(last_run(shop)[0])
    again = shop.apply()
    assert again.exit_status == 5, "it has waves of its own, of what is left"
    assert len(done_steps(shop)) == 4


def test_a_tenant_that_has_gone_meanwhile_is_named_when_the_run_is_resumed(shop: Shop) -> None:
    fleet(shop, 4, waves=CONFIRM)
    assert shop.apply().exit_status == 5
    shop.sql("DELETE FROM core.tenants WHERE slug = 't04'")
    shop.sql("DROP SCHEMA tenant_t04")
    register(shop, ["young"])
    resumed = shop.project().resume()
    assert resumed.exit_status == 3
    [failed] = [one for one in resumed.results if one.outcome is Outcome.FAILED]
    assert failed.failure is not None
    assert failed.failure.message == "tenant_t04 is no longer in the registry"
    assert "tenant_young" not in outcomes(resumed)
    assert len(done_steps(shop)) == 3
    assert shop.apply().exit_status == 0
    assert len(done_steps(shop)) == 4

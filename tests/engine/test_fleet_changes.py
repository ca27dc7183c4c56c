"""The fleet changes while a run goes on, or is not as the registry says: everybody gets there, or is named."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from commandline import Cli
from fleetshop import configure, done_steps, fleet, last_run, only, outcomes, register, rollout, steps_of
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import Shop, at_each_step
from sqlmig.engine import PlanRefused
from sqlmig.plan.events import Event, StepEnded, WaveBegan
from sqlmig.plan.results import Outcome, StepResult

Connect = Callable[..., psycopg.Connection[Any]]

GATED = "{% if schema == 'tenant_t01' %}" + AT_THE_GATE + "{% endif %}SELECT 1;\n"


def once_at(schema: str, act: Callable[[], object]) -> Callable[[Event], None]:
    """An observer that acts once, at the first step of a tenant."""
    acted: list[str] = []

    def tell(event: Event) -> None:
        if isinstance(event, StepEnded) and event.result.step.target.schema == schema and not acted:
            acted.append(schema)
            act()

    return tell


def test_tenants_that_are_registered_in_mid_run_are_brought_up_before_it_ends(shop: Shop) -> None:
    schemas = fleet(shop, 6, workers=2)
    young = [f"young{number}" for number in range(3)]
    result = shop.project().apply(observer=once_at("tenant_t04", lambda: register(shop, young)))
    everybody = [*schemas, *(f"tenant_{slug}" for slug in young)]
    assert result.exit_status == 0
    assert list(outcomes(result)) == everybody
    assert done_steps(shop) == steps_of(everybody, 1)
    waves = shop.sql("SELECT wave, done FROM sqlmig.run_wave WHERE run_id = %s ORDER BY 1", result.run_id)
    assert waves == [(0, 6), (1, 3)]
    assert last_run(shop)[1] == "finished"


def test_whoever_joins_while_late_joiners_are_brought_up_is_brought_up_too(shop: Shop) -> None:
    fleet(shop, 3, workers=2)
    last = once_at("tenant_first", lambda: register(shop, ["second"]))
    first = once_at("tenant_t02", lambda: register(shop, ["first"]))

    def tell(event: Event) -> None:
        first(event)
        last(event)

    result = shop.project().apply(observer=tell)
    assert result.exit_status == 0
    assert list(outcomes(result))[-2:] == ["tenant_first", "tenant_second"]
    assert shop.versions("tenant_second") == [1]


def test_a_tenant_created_by_another_process_in_mid_run_is_born_current(shop: Shop, cli: Cli, connect: Connect) -> None:
    schemas = fleet(shop, 4, workers=2)
    shop.pair("tenant", "0002_gate", GATED)
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(shop.apply)
            until(lambda: at_the_gate(shop.connection))
            made = cli("tenant", "create", "born")
            assert made.returncode == 0, made.stderr
            assert shop.versions("tenant_born") == [1, 2]
        result = run.result()
    assert result.exit_status == 0
    assert list(outcomes(result)) == [*schemas, "tenant_born"]
    assert done_steps(shop) == steps_of(["tenant_born", *schemas], 1, 2)


def test_a_late_joiner_that_cannot_be_brought_up_is_named(shop: Shop) -> None:
    fleet(shop, 3, workers=1)
    ghost = "INSERT INTO core.tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost')"
    result = shop.project().apply(observer=once_at("tenant_t02", lambda: shop.sql(ghost)))
    assert result.exit_status == 3
    [failed] = [one for one in result.results if one.outcome is Outcome.FAILED]
    assert failed.failure is not None
    assert failed.failure.message == "schema tenant_ghost of tenant ghost is not there"
    assert len(only(Outcome.DONE, result)) == 3


def test_late_joiners_make_no_wave_of_their_own_in_a_run_that_is_restricted(shop: Shop) -> None:
    fleet(shop, 3, workers=1)
    result = shop.project().apply(
        schemas=["tenant_t0*"], observer=once_at("tenant_t02", lambda: register(shop, ["young"]))
    )
    assert (result.exit_status, list(outcomes(result))) == (0, ["tenant_t01", "tenant_t02", "tenant_t03"])
    assert shop.tables("tenant_young") == []


# --- gone, renamed, refused ---


@pytest.mark.parametrize(
    ("changes", "status", "versions"),
    [
        (["DROP SCHEMA tenant_t04 CASCADE", "DELETE FROM core.tenants WHERE slug = 't04'"], 3, None),
        (["DROP SCHEMA tenant_t04 CASCADE"], 3, None),
        (["DELETE FROM core.tenants WHERE slug = 't04'"], 0, [1]),
        (
            [
                "ALTER SCHEMA tenant_t04 RENAME TO tenant_new",
                "UPDATE core.tenants SET slug = 'new', schema_name = 'tenant_new' WHERE slug = 't04'",
            ],
            3,
            None,
        ),
    ],
    ids=["dropped", "schema dropped", "row deleted", "renamed"],
)
def test_a_tenant_that_goes_in_mid_run_is_named_and_keeps_nobody_else(
    shop: Shop, changes: list[str], status: int, versions: list[int] | None
) -> None:
    schemas = fleet(shop, 5, workers=1)

    def change() -> None:
        for statement in changes:
            shop.sql(statement)

    result = shop.project().apply(observer=once_at("tenant_t01", change))
    assert result.exit_status == status
    others = [schema for schema in schemas if schema != "tenant_t04"]
    assert [schema for schema in only(Outcome.DONE, result) if schema != "tenant_t04"] == others
    if versions is None:
        [failed] = [one for one in result.results if one.outcome is Outcome.FAILED]
        assert failed.failure is not None
        assert failed.failure.message == "schema tenant_t04 of tenant t04 is not there"
    else:
        assert shop.versions("tenant_t04") == versions


def test_whoever_was_renamed_in_mid_run_is_brought_up_by_the_next_run(shop: Shop) -> None:
    fleet(shop, 4, workers=1)

    def rename() -> None:
        shop.sql("ALTER SCHEMA tenant_t03 RENAME TO tenant_new")
        shop.sql("UPDATE core.tenants SET slug = 'new', schema_name = 'tenant_new' WHERE slug = 't03'")

    assert shop.project().apply(observer=once_at("tenant_t01", rename)).exit_status == 3
    result = shop.apply()
    assert result.exit_status == 0
    assert shop.versions("tenant_new") == [1]


def skipping(shop: Shop) -> Any:
    project = shop.project()
    return project.apply(rollout=rollout(project, skip_refused=True))


def test_tenants_whose_own_state_refuses_the_plan_are_left_out_and_count_as_failed(shop: Shop) -> None:
    schemas = fleet(shop, 5, workers=2)
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost')")
    with pytest.raises(PlanRefused) as refused:
        shop.apply()
    assert refused.value.message == "schema tenant_ghost of tenant ghost is not there"
    assert done_steps(shop) == []
    result = skipping(shop)
    assert result.exit_status == 3
    assert done_steps(shop) == steps_of(schemas, 1)
    assert [one.target.schema for one in result.results if one.target.tenant] == [*schemas, "tenant_ghost"]
    [failed] = [one for one in result.results if one.outcome is Outcome.FAILED]
    assert failed.failure is not None
    assert failed.failure.message == "schema tenant_ghost of tenant ghost is not there"
    again = skipping(shop)
    assert (again.exit_status, again.run_id) == (3, None)
    assert only(Outcome.FAILED, again) == ["tenant_ghost"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"sql/tenant/0002_bad.up.sql": "SELEC 1;\n", "sql/tenant/0002_bad.down.sql": "SELECT 1;\n"}, "syntax error"),
        ({"sql/tenant/0001_deals.up.sql": "CREATE TABLE deals (id bigint);\n"}, "was edited after it ran"),
    ],
    ids=["it is no SQL", "it was edited after it ran in one of them"],
)
def test_what_is_wrong_with_a_file_is_refused_whoever_may_be_left_out(
    shop: Shop, files: dict[str, str], message: str
) -> None:
    fleet(shop, 3, workers=2)
    assert shop.apply("tenant_t01").exit_status == 0
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost')")
    shop.write(files)
    with pytest.raises(PlanRefused) as refused:
        skipping(shop)
    assert any(message in refusal.message for refusal in refused.value.plan.refusals)
    assert len(done_steps(shop)) == 1


def test_who_is_left_out_does_not_come_back_as_a_late_joiner(shop: Shop) -> None:
    fleet(shop, 2, workers=1)
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost')")
    project = shop.project()
    waves: list[str] = []
    result = project.apply(
        observer=lambda event: waves.append(event.name) if isinstance(event, WaveBegan) else None,
        rollout=rollout(project, skip_refused=True),
    )
    assert [one.target.schema for one in result.results].count("tenant_ghost") == 1
    assert waves == []


def test_another_process_did_a_part_of_it_meanwhile(shop: Shop) -> None:
    """A target that was brought on by hand, between the plan and its turn, is neither run again nor refused."""
    fleet(shop, 5, workers=1)
    shop.pair("tenant", "0002_more", "CREATE TABLE more (id int);\n")
    other = shop.project()

    def bring_on(_: StepResult) -> None:
        if shop.versions("tenant_t04") == []:
            assert other.apply(schemas=["tenant_t04"], track="tenant", to=1).exit_status == 0

    result = shop.project().apply(observer=at_each_step(bring_on))
    assert result.exit_status == 0
    assert done_steps(shop) == steps_of([f"tenant_t{number:02}" for number in range(1, 6)], 1, 2)


def test_a_rollback_of_many_tenants_takes_back_what_was_planned(shop: Shop) -> None:
    schemas = fleet(shop, 9, workers=3)
    shop.pair("tenant", "0002_more", "CREATE TABLE more (id int);\n", "DROP TABLE more;\n")
    assert shop.apply().exit_status == 0
    configure(shop, workers=3, waves="[2]")
    result = shop.project().rollback(schemas=["*"], steps=1)
    assert result.exit_status == 0
    assert [shop.versions(schema) for schema in schemas] == [[1]] * 9
    assert shop.sql("SELECT FROM sqlmig.run WHERE command = 'rollback' AND state <> 'finished'") == []

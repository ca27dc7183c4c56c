"""A held tenant: no run takes it further, and every command says so instead of failing."""

from __future__ import annotations

import pytest

from shop import Shop, at_each_target
from sqlmig.admin import lifecycle
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.results import Outcome, TargetResult
from sqlmig.plan.values import Standing
from sqlmig.report.plan import plan_text
from sqlmig.report.status import status_json, status_text
from tenantlife import FILES, living

WHY = "the audit runs until June"


def held(shop: Shop) -> Shop:
    """Tenants acme and globex; acme is held at 0001, and two more migrations and a view have come since."""
    living(shop, "acme", "globex")
    lifecycle.hold(shop.project(), "acme", at=1, reason=WHY)
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n", "DROP TABLE note;\n")
    shop.pair("tenant", "0003_more", "CREATE TABLE more (id int);\n", "DROP TABLE more;\n")
    shop.write(
        {
            "sql/tenant/repeatable/seen.sql": "CREATE OR REPLACE VIEW seen AS SELECT id FROM note;\n",
            "sql/tenant/repeatable/seen.down.sql": "DROP VIEW seen;\n",
        }
    )
    return shop


def test_apply_leaves_a_held_tenant_where_it_is_and_counts_it_as_there(shop: Shop) -> None:
    held(shop)
    result = shop.apply()
    assert (result.outcome, result.exit_status, result.behind) == (Outcome.DONE, 0, ())
    assert shop.versions("tenant_acme") == [1]
    assert shop.versions("tenant_globex") == [1, 2, 3]
    assert shop.tables("tenant_acme") == ["deals"]
    assert shop.apply().run_id is None, "nothing is left to do"


def test_a_held_tenant_is_taken_up_to_the_version_and_not_beyond(shop: Shop) -> None:
    held(shop)
    lifecycle.hold(shop.project(), "acme", at=2, reason=WHY)
    assert shop.apply().outcome is Outcome.DONE
    assert shop.versions("tenant_acme") == [1, 2]
    assert shop.one("SELECT to_regclass('tenant_acme.seen')::text") is None, "a repeatable belongs to the newest files"
    assert shop.project().status(schemas=["tenant_acme"]).targets[0].standing is Standing.HELD


def test_to_a_version_does_not_go_beyond_the_hold(shop: Shop) -> None:
    held(shop)
    assert shop.project().apply(schemas=["tenant_*"], to=3).outcome is Outcome.DONE
    assert (shop.versions("tenant_acme"), shop.versions("tenant_globex")) == ([1], [1, 2, 3])


def test_plan_status_and_apply_say_why(shop: Shop) -> None:
    held(shop)
    said = f"held at 0001: {WHY} (in tenant_acme)"
    assert f"note: {said}\n" in plan_text(shop.project().plan())
    assert [(n.message, n.target.schema) for n in shop.apply().plan.notes if n.target] == [
        (f"held at 0001: {WHY}", "tenant_acme")
    ]
    status = shop.project().status()
    assert status.current, "a hold is no reason to fail"
    text = status_text(status)
    assert said in text
    assert text.endswith("2 of 3 targets current, 1 held\n")
    [acme] = [one for one in status_json(status)["targets"] if one["schema"] == "tenant_acme"]  # type: ignore[attr-defined]
    assert (acme["standing"], acme["hold"]) == ("held", {"at": 1, "reason": WHY})


def test_a_probe_and_verify_find_a_held_tenant_where_it_should_be(shop: Shop) -> None:
    held(shop).apply()
    check = shop.project().check()
    assert (check.current, check.behind) == (True, ())
    assert shop.project().verify().clean
    lifecycle.hold(shop.project(), "acme", at=2, reason=WHY)
    assert shop.project().check().behind == ("tenant_acme",), "it has not come as far as it may"


def test_released_it_goes_on(shop: Shop) -> None:
    held(shop).apply()
    changed = lifecycle.release(shop.project(), "acme")
    assert changed.behind == 3
    assert shop.project().check().behind == ("tenant_acme",)
    assert shop.apply().outcome is Outcome.DONE
    assert shop.versions("tenant_acme") == [1, 2, 3]
    assert shop.one("SELECT to_regclass('tenant_acme.seen') IS NOT NULL") is True


@pytest.mark.parametrize(("to", "steps"), [(2, None), (None, 1)], ids=["to-a-version", "by-steps"])
def test_a_rollback_of_the_fleet_leaves_alone_what_had_not_come_along(
    shop: Shop, to: int | None, steps: int | None
) -> None:
    held(shop).apply()
    result = shop.project().rollback(schemas=["tenant_*"], to=to, steps=steps)
    assert result.outcome is Outcome.DONE
    assert (shop.versions("tenant_acme"), shop.versions("tenant_globex")) == ([1], [1, 2])


def test_a_rollback_below_the_hold_takes_it_down_like_the_others(shop: Shop) -> None:
    held(shop).apply()
    assert shop.project().rollback(schemas=["tenant_*"], to=0).outcome is Outcome.DONE
    assert shop.versions("tenant_acme") == []


def test_a_run_that_was_planned_before_the_hold_does_not_take_the_tenant_beyond_it(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.write({"sqlmig.yaml": FILES["sqlmig.yaml"].replace("workers: 1", "workers: 1, waves: [slug=acme, rest]")})
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")

    def hold_the_next(ended: TargetResult) -> None:
        if ended.target.schema == "tenant_acme":
            lifecycle.hold(shop.project(), "globex", at=1, reason=WHY)

    result = shop.project().apply(observer=at_each_target(hold_the_next))
    assert shop.versions("tenant_acme") == [1, 2]
    assert shop.versions("tenant_globex") == [1]
    assert shop.tables("tenant_globex") == ["deals"], "what the step made went with it"
    [globex] = [one for one in result.results if one.target.schema == "tenant_globex"]
    assert globex.failure is not None
    assert f"the tenant is held at 0001: {WHY}" in globex.failure.message
    assert shop.apply().exit_status == 0


def test_a_hold_takes_nothing_back(shop: Shop) -> None:
    held(shop)
    lifecycle.hold(shop.project(), "globex", at=1, reason=WHY)
    lifecycle.release(shop.project(), "globex")
    shop.apply()
    lifecycle.hold(shop.project(), "globex", at=2, reason=WHY)
    assert shop.apply().outcome is Outcome.DONE
    assert shop.versions("tenant_globex") == [1, 2, 3]


@pytest.mark.parametrize(
    ("slug", "at", "track", "said"),
    [
        ("acme", 9, None, "track tenant has no version 0009"),
        ("acme", 1, "tenants", "there is no tenant track 'tenants'; did you mean 'tenant'?"),
        ("acmee", 1, None, "there is no tenant 'acmee'; did you mean 'acme'?"),
    ],
    ids=["version", "track", "tenant"],
)
def test_what_cannot_be_held(shop: Shop, slug: str, at: int, track: str | None, said: str) -> None:
    living(shop, "acme")
    with pytest.raises(UsageError) as caught:
        lifecycle.hold(shop.project(), slug, at=at, reason=WHY, track=track)
    assert caught.value.message == said


def test_a_dropped_tenant_is_not_held(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.drop(shop.project(), "acme", backup=None)
    with pytest.raises(Refused) as caught:
        lifecycle.hold(shop.project(), "acme", at=1, reason=WHY)
    assert caught.value.next == "`sqlmig tenant undrop acme` brings it back"


def test_a_fleet_that_is_current_is_planned_without_its_rows_although_one_is_held(shop: Shop) -> None:
    held(shop).apply()
    plan = shop.project().plan()
    states = {one.target.schema: one.before.applied for one in plan.targets}
    assert states["tenant_globex"] == (), "its digest was enough"
    assert len(states["tenant_acme"]) == 1

"""Rollback: newest first, from disk or from the history, and refused as a whole when one on the way cannot."""

from __future__ import annotations

import pytest

from shop import Shop
from sqlmig.engine import PlanRefused
from sqlmig.errors import UsageError


@pytest.fixture
def three(shop: Shop) -> Shop:
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n", "DROP TABLE t;\n")
    shop.pair("tenant", "0003_u", "CREATE TABLE u (id int);\n", "DROP TABLE u;\n")
    return shop.with_tenants("acme", "globex")


def refused(shop: Shop, **goal: int) -> list[str]:
    with pytest.raises(PlanRefused) as caught:
        shop.project().rollback(schemas=["tenant_acme"], **goal)
    return [refusal.message for refusal in caught.value.plan.refusals]


def test_a_rollback_takes_the_newest_first_and_only_where_asked(three: Shop) -> None:
    result = three.project().rollback(schemas=["tenant_acme"], to=1)
    assert [s.step.label for s in result.results[0].steps] == ["0003_u", "0002_t"]
    assert three.tables("tenant_acme") == ["deals"]
    assert three.tables("tenant_globex") == ["deals", "t", "u"]
    assert three.sql("SELECT action, version FROM sqlmig.log ORDER BY id DESC LIMIT 2") == [("down", 2), ("down", 3)]
    assert three.apply().exit_status == 0
    assert three.tables("tenant_acme") == ["deals", "t", "u"]


def test_steps_count_migrations(three: Shop) -> None:
    three.project().rollback(track="tenant", steps=1)
    assert three.versions("tenant_acme") == three.versions("tenant_globex") == [1, 2]


def test_to_nothing_leaves_an_empty_schema_that_can_come_up_again(three: Shop) -> None:
    assert three.project().rollback(schemas=["tenant_acme"], to=0).exit_status == 0
    assert three.tables("tenant_acme") == []
    assert three.versions("tenant_acme") == []
    assert three.apply().exit_status == 0
    assert three.project().status().current


def test_a_file_that_is_gone_is_rolled_back_from_the_history(three: Shop) -> None:
    three.write({"sql/tenant/0003_u.up.sql": None, "sql/tenant/0003_u.down.sql": None})
    result = three.project().rollback(schemas=["tenant_acme"], steps=1)
    assert result.exit_status == 0
    assert three.tables("tenant_acme") == ["deals", "t"]


def test_the_history_keeps_the_macros_that_a_down_file_needs(shop: Shop) -> None:
    shop.write({"sql/macros/gone.sql": "{% macro drop(name) %}DROP TABLE {{ name | ident }};{% endmacro %}"})
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n", "{% from 'gone.sql' import drop %}{{ drop('t') }}\n")
    shop.with_tenants("acme")
    for name in ("sql/macros/gone.sql", "sql/tenant/0002_t.up.sql", "sql/tenant/0002_t.down.sql"):
        shop.write({name: None})
    assert shop.project().rollback(schemas=["tenant_acme"], steps=1).exit_status == 0
    assert shop.tables("tenant_acme") == ["deals"]


def test_an_irreversible_migration_on_the_way_refuses_the_whole_rollback(three: Shop) -> None:
    three.write({"sql/tenant/0004_gone.up.sql": "-- sqlmig: irreversible the old values are gone\nSELECT 1;\n"})
    three.pair("tenant", "0005_v", "CREATE TABLE v (id int);\n", "DROP TABLE v;\n")
    three.apply()
    assert refused(three, to=2) == ["0004_gone is irreversible: the old values are gone"]
    assert three.tables("tenant_acme") == ["deals", "t", "u", "v"]
    assert three.project().rollback(schemas=["tenant_acme"], steps=1).exit_status == 0


def test_a_down_file_that_fails_keeps_what_it_had(three: Shop) -> None:
    three.pair("tenant", "0003_u", "CREATE TABLE u (id int);\n", "DROP TABLE u;\nDROP TABLE nope;\n")
    result = three.project().rollback(schemas=["tenant_acme"], to=1)
    (only,) = result.results
    assert only.failure is not None
    assert str(only.failure.place) == "sql/tenant/0003_u.down.sql:2:1"
    assert three.tables("tenant_acme") == ["deals", "t", "u"]
    assert three.versions("tenant_acme") == [1, 2, 3]


def test_a_version_that_is_not_applied_is_no_goal(three: Shop) -> None:
    assert refused(three, to=9) == ["tenant 0009 is not applied, so nothing can be rolled back to it"]


def test_repeatables_with_a_down_file_make_way_and_come_back(three: Shop) -> None:
    three.write(
        {
            "sql/tenant/repeatable/v.sql": "CREATE OR REPLACE VIEW v AS SELECT * FROM u;\n",
            "sql/tenant/repeatable/v.down.sql": "DROP VIEW v;\n",
        }
    )
    three.apply()
    assert three.project().rollback(schemas=["tenant_acme"], to=2).exit_status == 0
    assert three.apply().exit_status == 0
    assert three.one("SELECT count(*) FROM pg_views WHERE schemaname = 'tenant_acme'") == 1


def test_repeatables_run_again_when_they_change_and_only_then(three: Shop) -> None:
    three.write({"sql/tenant/repeatable/v.sql": "CREATE OR REPLACE VIEW v AS SELECT id FROM deals;\n"})
    assert [len(r.steps) for r in three.apply().results] == [0, 1, 1]
    assert three.apply().run_id is None
    three.write({"sql/tenant/repeatable/v.sql": "CREATE OR REPLACE VIEW v AS SELECT id, title FROM deals;\n"})
    assert [len(r.steps) for r in three.apply().results] == [0, 1, 1]


def test_a_goal_is_either_a_version_or_a_number_of_steps(three: Shop) -> None:
    for goal in ({}, {"to": 1, "steps": 1}):
        with pytest.raises(UsageError, match="either a version to stay at or a number of steps"):
            three.project().rollback(schemas=["tenant_acme"], **goal)

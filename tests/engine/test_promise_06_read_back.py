"""Promise 6: exit status 0 only after reading back that every target of the frozen list is where it should be."""

from __future__ import annotations

from shop import Shop, at_each_target
from sqlmig.api import Project
from sqlmig.plan.results import Outcome, TargetResult


def test_promise_06_a_target_that_is_not_where_it_should_be_is_not_success(shop: Shop) -> None:
    """Somebody takes a row out of the history after the step's commit: what was intended is not what is."""
    shop.with_tenants("acme", "globex")
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")

    def tamper(result: TargetResult) -> None:
        if result.target.schema == "tenant_acme":
            shop.sql("UPDATE sqlmig.target SET digest = '\\x00' WHERE schema_name = 'tenant_acme'")

    result = shop.project().apply(observer=at_each_target(tamper))
    assert [outcome.outcome for outcome in result.results] == [Outcome.DONE] * 3
    assert [target.schema for target in result.behind] == ["tenant_acme"]
    assert result.exit_status == 3


def test_promise_06_one_failed_tenant_of_three_is_not_success_and_stops_nobody(shop: Shop) -> None:
    shop.with_tenants("acme", "globex", "initech")
    shop.sql("INSERT INTO tenant_globex.deals VALUES (1, NULL)")
    shop.pair("tenant", "0002_strict", "ALTER TABLE deals ALTER title SET NOT NULL;\n")
    result = shop.apply()
    assert {r.target.schema: r.outcome for r in result.results} == {
        "core": Outcome.DONE,
        "tenant_acme": Outcome.DONE,
        "tenant_globex": Outcome.QUARANTINED,
        "tenant_initech": Outcome.DONE,
    }
    assert result.exit_status == 3
    assert shop.versions("tenant_initech") == [1, 2]


def test_promise_06_a_failed_shared_track_stops_the_tenants_behind_it(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("platform", "0002_bad", "SELECT 1 / (SELECT count(*) - 1 FROM tenants);\n")
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    result = shop.apply()
    assert [r.outcome for r in result.results] == [Outcome.FAILED, Outcome.NOT_STARTED]
    assert result.exit_status == 3
    assert shop.tables("tenant_acme") == ["deals"]


def test_promise_06_a_tenant_that_joins_during_the_run_is_brought_up_before_it_ends(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    old = Project.load(shop.folder, database_url=shop.database_url, environ={})
    assert old.files  # the files as an older release has them

    def join(result: TargetResult) -> None:
        if result.target.schema == "tenant_acme":
            shop.sql("CREATE SCHEMA tenant_late")
            shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('late', 'tenant_late')")

    result = old.apply(observer=at_each_target(join))
    assert result.exit_status == 0
    assert [r.target.schema for r in result.results] == ["core", "tenant_acme", "tenant_late"]
    assert shop.versions("tenant_late") == [1, 2]


def test_promise_06_a_late_tenant_without_its_schema_is_a_failure_that_says_so(shop: Shop) -> None:
    shop.pair(
        "platform",
        "0002_seed",
        "INSERT INTO tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost');\n",
        "DELETE FROM tenants;\n",
    )
    result = shop.apply()
    assert result.exit_status == 3
    failure = result.results[-1].failure
    assert failure is not None
    assert failure.message == "schema tenant_ghost of tenant ghost is not there"
    assert failure.state == "nothing of this tenant was changed"
    assert shop.one("SELECT outcome FROM sqlmig.run") == "failed"


def test_promise_06_nothing_to_do_is_success_and_begins_no_run(shop: Shop) -> None:
    shop.with_tenants("acme")
    runs = shop.one("SELECT count(*) FROM sqlmig.run")
    result = shop.apply()
    assert result.exit_status == 0
    assert result.run_id is None
    assert shop.one("SELECT count(*) FROM sqlmig.run") == runs


def test_promise_06_a_run_keeps_its_frozen_list_in_the_database(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    result = shop.apply()
    ended = shop.sql(
        "SELECT command, outcome, finished_at IS NOT NULL FROM sqlmig.run WHERE run_id = %s", result.run_id
    )
    assert ended == [("apply", "done", True)]
    items = shop.sql(
        "SELECT target, schema_name, state FROM sqlmig.run_item WHERE run_id = %s AND track = 'tenant'", result.run_id
    )
    assert items == [("1", "tenant_acme", "done")]

"""The Python interface: an application's start, its readiness probe, and the same for asyncio."""

from __future__ import annotations

import asyncio
import threading

import pytest

import sqlmig
from shop import Shop
from sqlmig.errors import UsageError


def test_check_says_what_is_behind_before_during_and_after(shop: Shop) -> None:
    def check() -> tuple[bool, int, tuple[str, ...], tuple[str, ...]]:
        found = sqlmig.check(shop.folder, database_url=shop.database_url)
        return found.current, found.targets, found.behind, found.ahead

    assert check() == (False, 1, ("core",), ())
    shop.with_tenants("acme", "globex")
    assert check() == (True, 3, (), ())
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    assert check() == (False, 3, ("tenant_acme", "tenant_globex"), ())
    shop.apply()
    shop.write({"sql/tenant/0002_t.up.sql": None, "sql/tenant/0002_t.down.sql": None})
    assert check() == (True, 3, (), ("tenant_acme", "tenant_globex"))


def test_check_sees_a_tenant_that_was_never_migrated(shop: Shop) -> None:
    shop.with_tenants()
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('new', 'tenant_new')")
    assert sqlmig.check(shop.folder, database_url=shop.database_url).behind == ("tenant_new",)


def test_ensure_current_applies_and_returns_what_it_found(shop: Shop) -> None:
    assert sqlmig.ensure_current(shop.folder, database_url=shop.database_url).current
    assert shop.versions("core") == [1]


def test_ensure_current_of_an_older_release_leaves_a_newer_database_alone(shop: Shop) -> None:
    shop.pair("platform", "0002_new", "CREATE TABLE later (id int);\n")
    shop.apply()
    shop.write({"sql/platform/0002_new.up.sql": None, "sql/platform/0002_new.down.sql": None})
    found = sqlmig.ensure_current(shop.folder, database_url=shop.database_url)
    assert (found.current, found.ahead) == (True, ("core",))
    assert shop.versions("core") == [1, 2]


def test_ensure_current_can_raise_with_what_is_behind(shop: Shop) -> None:
    with pytest.raises(sqlmig.NotCurrent, match="1 of 1 schemas are behind: core") as caught:
        sqlmig.ensure_current(shop.folder, database_url=shop.database_url, when_behind=sqlmig.WhenBehind.RAISE)
    assert caught.value.check.behind == ("core",)


def test_ensure_current_can_wait_until_another_process_has_applied(shop: Shop) -> None:
    timer = threading.Timer(0.7, shop.project().apply)
    timer.start()
    found = sqlmig.ensure_current(
        shop.folder, database_url=shop.database_url, when_behind=sqlmig.WhenBehind.WAIT, timeout=20
    )
    timer.join()
    assert found.current


def test_ensure_current_gives_up_waiting(shop: Shop) -> None:
    with pytest.raises(sqlmig.NotCurrent):
        sqlmig.ensure_current(
            shop.folder, database_url=shop.database_url, when_behind=sqlmig.WhenBehind.WAIT, timeout=0.1
        )


def test_four_applications_that_start_at_once_apply_everything_once(shop: Shop) -> None:
    for number in range(2, 8):
        shop.pair("platform", f"000{number}_t", f"CREATE TABLE t{number} (id int);\n")
    errors: list[Exception] = []

    def start() -> None:
        try:
            sqlmig.ensure_current(shop.folder, database_url=shop.database_url)
        except Exception as error:  # noqa: BLE001  whatever a thread raises is the finding
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert shop.one("SELECT count(*) FROM sqlmig.log WHERE outcome = 'done'") == 7


def test_a_failed_start_raises_the_migration_s_error(shop: Shop) -> None:
    shop.pair("platform", "0002_bad", "SELECT nope();\n")
    with pytest.raises(sqlmig.SqlmigError, match="0002_bad failed in core, statement 1 of 1: function nope"):
        sqlmig.ensure_current(shop.folder, database_url=shop.database_url)


def test_asyncio_does_the_same(shop: Shop) -> None:
    async def start() -> tuple[bool, bool, bool, int]:
        before = await sqlmig.aio.check(shop.folder, database_url=shop.database_url)
        started = await sqlmig.aio.ensure_current(shop.folder, database_url=shop.database_url)
        status = await sqlmig.aio.status(shop.project())
        result = await sqlmig.aio.apply(shop.project())
        return before.current, started.current, status.current, result.exit_status

    assert asyncio.run(start()) == (False, True, True, 0)


def test_a_version_without_its_track_is_not_guessed(shop: Shop) -> None:
    with pytest.raises(UsageError) as caught:
        shop.project().apply(to=1)
    assert "a version belongs to one track, and 2 are selected: platform, tenant" in str(caught.value)
    assert "say which with --track NAME, --platform or --schema" in str(caught.value)


def test_selections_that_match_nothing_say_what_is_near(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    with pytest.raises(UsageError, match="no active tenant has schema 'tenant_acm'; did you mean 'tenant_acme'"):
        shop.project().plan(schemas=["tenant_acm"])
    with pytest.raises(UsageError, match="there is no track 'tenat'; did you mean 'tenant'"):
        shop.project().plan(track="tenat")
    with pytest.raises(UsageError, match="--platform and --schema exclude each other"):
        shop.project().plan(schemas=["tenant_acme"], platform=True)


def test_a_project_without_tenants_needs_no_registry(shop: Shop) -> None:
    shop.write({"sqlmig.yaml": "tracks:\n  app: {path: sql/platform, scope: shared, schema: public}\n"})
    assert shop.apply().exit_status == 0
    assert "tenants" in shop.tables("public")
    assert shop.project().status().current
    with pytest.raises(UsageError, match="this project has no tenant track, so --schema selects nothing"):
        shop.project().plan(schemas=["x"])
    assert shop.project().tenants() == ()


def test_plan_apply_and_status_return_the_values_that_commands_print(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_t", "CREATE TABLE {{ vars.greeting }} (id int);\n")
    plan = shop.project().plan()
    assert [(s.target.schema, s.label, s.sql.text, s.transaction) for s in plan.steps] == [
        ("tenant_acme", "0002_t", "CREATE TABLE hello (id int);\n", True)
    ]
    assert [(t.target.schema, t.standing.value, t.head, t.pending) for t in shop.project().status().targets] == [
        ("core", "current", 1, 0),
        ("tenant_acme", "behind", 1, 1),
    ]

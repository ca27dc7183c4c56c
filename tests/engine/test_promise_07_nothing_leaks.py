"""Promise 7: no setting, role, temp table or search_path leaks from one target to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from servers import Role
from shop import Shop

LEAKS = {
    "a setting": ("SET statement_timeout = '7h';", "SELECT current_setting('statement_timeout') = '7h'"),
    "a setting of the application": ("SET app.flag = 'on';", "SELECT current_setting('app.flag', true) = 'on'"),
    "a setting through a function": (
        "SELECT set_config('app.flag', 'on', false);",
        "SELECT current_setting('app.flag', true) = 'on'",
    ),
    "the search path": ("SET search_path = core, public;", "SELECT current_setting('search_path') LIKE 'core%'"),
    "a temporary table": ("CREATE TEMP TABLE leak (id int);", "SELECT to_regclass('leak') IS NOT NULL"),
    "a prepared statement": (
        "PREPARE leak AS SELECT 1;",
        "SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'leak')",
    ),
    "a held cursor": (
        "DECLARE leak CURSOR WITH HOLD FOR SELECT 1;",
        "SELECT EXISTS (SELECT FROM pg_cursors WHERE name = 'leak')",
    ),
    "an advisory lock": (
        "SELECT pg_advisory_lock(4711);",
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND pid = pg_backend_pid())",
    ),
    "a channel": ("LISTEN leak;", "SELECT EXISTS (SELECT FROM pg_listening_channels() AS c WHERE c = 'leak')"),
    "disabled triggers": (
        "SET session_replication_role = replica;",
        "SELECT current_setting('session_replication_role') = 'replica'",
    ),
}


@pytest.mark.parametrize("what", LEAKS)
@pytest.mark.parametrize("head", ["", "-- sqlmig: transaction off\n"], ids=["transaction", "outside"])
def test_promise_07_what_one_file_leaves_behind_does_not_reach_the_next(shop: Shop, what: str, head: str) -> None:
    leak, seen = LEAKS[what]
    shop.with_tenants("acme", "globex")
    shop.pair("tenant", "0002_leak", f"{head}{leak}\n")
    shop.pair("tenant", "0003_look", f"CREATE TABLE found AS {seen} AS leaked;\n")
    assert shop.apply().exit_status == 0
    for schema in ("tenant_acme", "tenant_globex"):
        assert shop.one(f"SELECT leaked FROM {schema}.found") is not True, what


@pytest.mark.parametrize("head", ["", "-- sqlmig: transaction off\n"], ids=["transaction", "outside"])
def test_promise_07_a_role_that_a_file_takes_on_is_gone_for_the_next(
    shop: Shop, role: Callable[..., Role], head: str
) -> None:
    other = role().name
    shop.with_tenants("acme")
    shop.sql(f"GRANT ALL ON SCHEMA tenant_acme TO {other}")
    shop.pair("tenant", "0002_role", f"{head}SET ROLE {other};\n")
    shop.pair("tenant", "0003_look", "CREATE TABLE who AS SELECT current_user::text AS me, session_user::text AS us;\n")
    result = shop.apply()
    assert result.exit_status == 0, result.results[-1].failure
    me, us = shop.sql("SELECT me, us FROM tenant_acme.who")[0]
    assert me == us != other


def test_promise_07_a_step_that_fails_leaves_nothing_either(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'x')")
    shop.pair(
        "tenant",
        "0002_leak",
        "SET app.flag = 'on';\nSELECT 1 / (SELECT count(*) - 1 FROM deals);\n"
        "CREATE TABLE found AS SELECT current_setting('app.flag', true) = 'on' AS own;\n",
    )
    result = shop.apply()
    assert [r.outcome.value for r in result.results] == ["done", "failed", "done"]
    assert shop.one("SELECT own FROM tenant_globex.found") is True


def test_promise_07_each_tenant_has_its_own_context(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.pair("tenant", "0002_who", "CREATE TABLE who AS SELECT current_setting('app.current_tenant_id') AS id;\n")
    assert shop.apply().exit_status == 0
    assert [shop.one(f"SELECT id FROM tenant_{slug}.who") for slug in ("acme", "globex")] == ["1", "2"]

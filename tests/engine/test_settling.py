"""Runs that never said how they ended, and what a later run makes of them."""

from __future__ import annotations

import pytest

from shop import Shop
from sqlmig.plan.results import Outcome


def unfinished(shop: Shop, targets: str) -> None:
    """The row of a run that was killed."""
    shop.sql(
        "INSERT INTO sqlmig.run (run_id, command, actor, host, tool, targets)"
        " VALUES (gen_random_uuid(), 'apply', 'ada', 'pod-1', 'sqlmig', %s::jsonb)",
        targets,
    )


ACME = '[{"track": "tenant", "target": "1", "schema": "tenant_acme"}]'


@pytest.mark.parametrize("pending", [True, False], ids=["something to do", "nothing to do"])
def test_a_killed_run_is_known_until_a_later_one_finds_its_targets_where_they_should_be(
    shop: Shop, *, pending: bool
) -> None:
    shop.with_tenants("acme", "globex")
    unfinished(shop, ACME)
    if pending:
        shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    (seen,) = shop.project().status().unfinished
    assert (seen.command, seen.actor, seen.host) == ("apply", "ada", "pod-1")
    assert not shop.project().verify().clean
    shop.apply("tenant_globex")
    assert not shop.project().verify().clean, "its target was not looked at"
    shop.apply()
    assert shop.project().verify().clean
    outcome, reason = shop.sql("SELECT outcome, reason FROM sqlmig.run WHERE host = 'pod-1'")[0]
    assert outcome == "interrupted"
    assert reason == "it never said how it ended; a later run found its targets where they should be"


def test_a_run_that_fails_settles_nothing(shop: Shop) -> None:
    shop.with_tenants("acme")
    unfinished(shop, ACME)
    shop.pair("tenant", "0002_t", "SELECT nope();\n")
    shop.apply()
    assert not shop.project().verify().clean


def test_a_verify_file_of_a_step_outside_a_transaction_keeps_it_from_counting(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_i", "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY i ON deals (title);\n")
    shop.write({"sql/tenant/0002_i.verify.sql": "SELECT 'not yet' WHERE NOT EXISTS (SELECT FROM deals);\n"})
    (_, result) = shop.apply().results
    assert result.outcome is Outcome.FAILED
    assert result.failure is not None
    assert result.failure.message == "0002_i did not verify in tenant_acme: a row came back: ('not yet',)"
    assert result.failure.state == "its statements ran and stay; it does not count as applied"
    assert shop.versions("tenant_acme") == [1]
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'x')")
    assert shop.apply().exit_status == 0
    assert shop.versions("tenant_acme") == [1, 2]


def test_a_history_schema_that_an_owner_made_needs_no_right_on_the_database(shop: Shop, role: object) -> None:
    assert callable(role)
    made = role()
    for schema in ("sqlmig", "core"):
        shop.sql(f"CREATE SCHEMA {schema} AUTHORIZATION {made.name}")
    assert type(shop)(shop.folder, made.url, shop.connection).apply().exit_status == 0

"""New tenants in words."""

from __future__ import annotations

from sqlmig.errors import Place
from sqlmig.plan.provisioning import (
    ComparedTenant,
    CreatedTenant,
    Difference,
    Imported,
    Listed,
    PoolFilled,
    RowOutcome,
    RowResult,
    Source,
)
from sqlmig.plan.results import Failure
from sqlmig.project.model import Tenant
from sqlmig.report.tenants import compared_text, created_json, created_text, imported_text, pool_text, row_line

ACME = Tenant("1", "acme", "tenant_acme")


def test_a_new_tenant_is_told_with_what_it_was_made_from():
    assert created_text(CreatedTenant(ACME, "r", 20, 0.395)) == (
        "tenant acme is there: schema tenant_acme, 20 steps, 395 ms\n"
    )
    created = CreatedTenant(ACME, "r", 20, 0.021, Source.SNAPSHOT, "trial")
    assert created_text(created) == (
        "tenant acme is there: schema tenant_acme, template trial, 20 steps from the snapshot, 21 ms\n"
    )
    document = created_json(created)
    assert document["tenant"] == {"id": "1", "slug": "acme", "schema": "tenant_acme", "template": "trial"}
    assert (document["outcome"], document["source"], document["run_id"]) == ("made", "snapshot", "r")


def test_a_tenant_that_was_there_is_told_with_what_differs():
    assert compared_text(ComparedTenant(ACME)) == (
        "tenant acme is there already: schema tenant_acme, and as it should be\n"
    )
    text = compared_text(ComparedTenant(ACME, (Difference("tier", "gold", "trial"),), ("owner",)))
    assert text.splitlines()[1:] == [
        "  tier: trial, not gold",
        "  not compared, for the registry does not give it: owner",
    ]


def test_an_import_is_told_with_all_that_is_not_as_it_should_be():
    def row(line: int, slug: str, outcome: RowOutcome, **more: object) -> RowResult:
        return RowResult(Listed(slug, {}, None, Place("t.csv", line)), outcome, **more)

    failed = row(4, "c", RowOutcome.FAILED, failure=Failure("no room", "", "", Place("seed.sql", 3)))
    compared = ComparedTenant(ACME, (Difference("tier", "gold", "trial"),))
    rows = (
        row(2, "a", RowOutcome.MADE, created=CreatedTenant(ACME, "r", 1, 0.02)),
        row(3, "b", RowOutcome.DIFFERS, compared=compared),
        failed,
        row(5, "d", RowOutcome.NOT_STARTED),
    )
    assert imported_text(Imported(rows, 1.5, stopped=True)).splitlines() == [
        "4 tenants: 1 made, 1 there, but different, 1 failed, 1 not begun; 1.5 s",
        "  t.csv:3: b: tier: trial, not gold",
        "failed, by cause:",
        "  1 tenant: no room: c",
        "  t.csv:4: c: seed.sql:3: no room",
        "not begun: d; run the same command again to go on",
    ]
    assert row_line(rows[0], 1) == "    1  a: made, 20 ms"
    assert row_line(failed, 2) == "    2  c: seed.sql:3: no room"


def test_the_pool_is_told_in_a_line():
    assert pool_text(PoolFilled(("p1",), (), ("p0",), 2)) == "the pool has 2 schemas: 1 made, 1 kept\n"
    filled = PoolFilled((), ("p1", "p2"), (), 0, "trial")
    assert pool_text(filled) == (
        "the pool has 0 schemas of template trial: 0 made, 0 kept; 2 stale or surplus dropped\n"
    )

"""The gate: what the linter says of pending migrations stops `apply` before its first write."""

from __future__ import annotations

import pytest

from shop import CONFIG, Shop
from sqlmig.engine import PlanRefused
from sqlmig.plan.values import Reason

IRREVERSIBLE = "-- sqlmig: irreversible for this test\n"
BUILDS_AN_INDEX = "CREATE INDEX deals_title_idx ON deals (title);\n"
WARNS = "ALTER TABLE deals ADD COLUMN note text;\nDROP INDEX IF EXISTS deals_note_idx;\n"


def refusing(level: str) -> str:
    return CONFIG.replace("refuse_on: never", f"refuse_on: {level}")


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.with_tenants("acme", "globex")
    return shop


def test_a_pending_migration_with_an_error_is_refused_and_nothing_is_written(shop: Shop):
    shop.write({"sqlmig.yaml": refusing("error"), "sql/tenant/0002_index.up.sql": IRREVERSIBLE + BUILDS_AN_INDEX})
    before = shop.sql("SELECT count(*) FROM sqlmig.run")
    with pytest.raises(PlanRefused) as refused:
        shop.project().apply()
    assert [refusal.reason for refusal in refused.value.plan.refusals] == [Reason.LINT]
    assert str(refused.value).startswith(
        "sql/tenant/0002_index.up.sql:2:1: index-not-concurrent: Building this index blocks every INSERT, UPDATE and"
        " DELETE on deals until all of its rows have been read."
    )
    assert "to accept it, write `-- sqlmig: allow index-not-concurrent: <the reason>` above" in str(refused.value)
    assert shop.sql("SELECT count(*) FROM sqlmig.run") == before
    assert shop.sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'deals_title_idx'") == [(0,)]


def test_an_accepted_finding_goes_through(shop: Shop):
    accepted = f"-- sqlmig: allow index-not-concurrent: three rows\n{BUILDS_AN_INDEX}"
    shop.write({"sqlmig.yaml": refusing("error"), "sql/tenant/0002_index.up.sql": IRREVERSIBLE + accepted})
    shop.project().apply()
    assert shop.sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'deals_title_idx'") == [(2,)]


@pytest.mark.parametrize(("level", "goes"), [("error", True), ("warning", False), ("never", True)])
def test_the_configuration_says_how_mild_a_finding_may_be(shop: Shop, level: str, goes: bool):
    shop.write({"sqlmig.yaml": refusing(level), "sql/tenant/0002_note.up.sql": IRREVERSIBLE + WARNS})
    if goes:
        assert shop.project().apply().outcome.value == "done"
    else:
        with pytest.raises(PlanRefused, match="drop-index-not-concurrent"):
            shop.project().apply()


def test_what_is_applied_already_is_not_judged_again(shop: Shop):
    shop.write({"sql/tenant/0002_index.up.sql": IRREVERSIBLE + BUILDS_AN_INDEX})
    shop.project().apply()
    shop.write(
        {
            "sqlmig.yaml": refusing("error"),
            "sql/tenant/0003_note.up.sql": IRREVERSIBLE + "ALTER TABLE deals ADD note text;\n",
        }
    )
    assert shop.project().apply().outcome.value == "done"


def test_what_a_real_tenant_gets_is_judged(shop: Shop):
    only = "{% if tenant.slug == 'acme' %}\nCREATE INDEX deals_title_idx ON deals (title);\n{% endif %}\n"
    shop.write({"sqlmig.yaml": refusing("error"), "sql/tenant/0002_index.up.sql": IRREVERSIBLE + only})
    with pytest.raises(PlanRefused, match="index-not-concurrent"):
        shop.project().apply()

"""Kinds of tenants with repeatables of their own, through the queue: read back where their kind's files lead."""

from __future__ import annotations

import pytest

from queues import states
from shop import CONFIG, Shop
from sqlmig.distributed.enqueue import enqueue
from sqlmig.distributed.worker import Until, WorkerOptions, work
from sqlmig.plan.queued import WorkerEnd

TEXT = "CREATE OR REPLACE VIEW extra AS SELECT {} AS x;\n"
LIFECYCLE = """\
lifecycle:
  template_column: tier
  templates: {trial: {repeatables: sql/trial}, enterprise: {repeatables: sql/enterprise}}
"""


@pytest.fixture
def kinds(shop: Shop) -> Shop:
    """A tenant of each kind, and one of none, with a migration before them."""
    shop.write({"sqlmig.yaml": CONFIG + LIFECYCLE})
    shop.write({f"sql/{kind}/{kind}.sql": TEXT.format(1) for kind in ("trial", "enterprise")})
    shop.with_tenants("acme", "globex", "initech")
    shop.sql("UPDATE core.tenants SET tier = 'enterprise' WHERE slug = 'globex'")
    shop.sql("UPDATE core.tenants SET tier = 'none' WHERE slug = 'initech'")
    shop.pair("tenant", "0002_tags", "CREATE TABLE tags (id int PRIMARY KEY);\n", "DROP TABLE tags;\n")
    return shop


def works(shop: Shop) -> int:
    done = work(shop.project(), WorkerOptions(until=Until.EMPTY, stalled_after=2, concurrency=2))
    assert done.end is WorkerEnd.EMPTY
    assert done.read_back.behind == ()
    return done.exit_status


def test_each_kind_is_read_back_where_its_files_lead(kinds: Shop) -> None:
    """All were born as trial; what two of them have of it has no file for them any more."""
    assert len(enqueue(kinds.project()).queued) == 3
    assert works(kinds) == 0
    assert set(states(kinds).values()) == {"succeeded"}
    assert kinds.project().check().current
    kinds.write({"sql/enterprise/enterprise.sql": TEXT.format(2)})
    assert enqueue(kinds.project()).queued == ("tenant_globex",)
    assert works(kinds) == 0
    assert enqueue(kinds.project()).queued == ()


def test_a_job_waits_for_workers_with_the_same_files_of_every_kind(kinds: Shop) -> None:
    enqueue(kinds.project())
    kinds.write({"sql/enterprise/enterprise.sql": TEXT.format(2)})
    assert enqueue(kinds.project()).withdrawn == 3
    assert works(kinds) == 0
    assert kinds.one("SELECT x FROM tenant_globex.extra") == 2

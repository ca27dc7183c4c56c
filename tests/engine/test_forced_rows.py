"""The linter's rule force-rls-backfill in a tenant track, on a server: which policies show whom which rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from servers import Role
from shop import Shop

CONFIG = """\
tracks:
  tenant: {path: sql/tenant, scope: tenant}
tenants: {list: [{id: 5a3b1e00-0000-4000-8000-000000000001, slug: acme, schema: tenant_acme}]}
lint: {tenancy: both, app_roles: [APP]}
apply: {refuse_on: never}
"""
TABLE = """\
CREATE TABLE deals (tenant_id uuid NOT NULL, id int NOT NULL, stage text NOT NULL, PRIMARY KEY (tenant_id, id));
INSERT INTO deals VALUES ('5a3b1e00-0000-4000-8000-000000000001', 1, 'open');
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE deals FORCE ROW LEVEL SECURITY;
"""
POLICY = """\
CREATE POLICY POLICY_NAME ON deals TO ROLES
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
"""


@pytest.mark.parametrize(
    ("roles", "stage", "rules"),
    [
        (["PUBLIC"], "won", set()),
        (["APP"], "open", {"force-rls-backfill"}),
        (["APP", "CURRENT_USER"], "won", set()),
    ],
    ids=["for every role", "for the application alone", "one for whoever migrates, too"],
)
def test_a_backfill_changes_the_rows_that_a_policy_shows_to_the_role_that_migrates(
    tmp_path: Path,
    database_url: str,
    connect: Callable[..., psycopg.Connection[Any]],
    role: Callable[..., Role],
    roles: list[str],
    stage: str,
    rules: set[str],
) -> None:
    migrator, app = role(), role().name
    policies = "".join(
        POLICY.replace("POLICY_NAME", f"p{number}").replace("ROLES", name) for number, name in enumerate(roles)
    )
    administrator = Shop(tmp_path, database_url, connect())
    administrator.write({"sqlmig.yaml": CONFIG.replace("APP", app)})
    administrator.pair("tenant", "0001_deals", (TABLE + policies).replace("APP", app), "DROP TABLE deals;\n")
    administrator.pair("tenant", "0002_won", "UPDATE deals SET stage = 'won';\n", "SELECT 1;\n")
    administrator.sql(f"CREATE SCHEMA tenant_acme AUTHORIZATION {migrator.name}")
    administrator.sql(f"CREATE SCHEMA sqlmig AUTHORIZATION {migrator.name}")
    as_migrator = Shop(tmp_path, migrator.url, connect())
    assert as_migrator.apply().exit_status == 0
    assert administrator.one("SELECT stage FROM tenant_acme.deals") == stage
    found = {one.rule for one in administrator.project().lint().result.findings}
    assert found & {"force-rls-backfill"} == rules

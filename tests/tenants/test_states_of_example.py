"""The repository's own project: its lifecycle files do what `sqlmig tenant` needs of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from servers import Server
from sqlmig.admin import lifecycle
from sqlmig.api import Project
from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.plan.tenantstates import TenantState

ROOT = Path(__file__).parents[2]


@pytest.fixture
def example(server: Server, database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Iterator[Project]:
    """The project with roles of its own, and tenants acme and globex."""
    if server.version < 15:
        pytest.skip("the example declares postgres: 15, for its security_invoker view")
    found = Project.load(ROOT, environment="ci", database_url=database_url, environ={})
    suffix = conninfo_to_dict(database_url)["dbname"]
    roles = {"app_role": f"app_{suffix}", "operator_role": f"op_{suffix}"}
    project = Project(replace(found.config, variables={**found.config.variables, **roles}))
    project.apply(platform=True)
    for slug in ("acme", "globex"):
        project.create_tenant(slug, values={})
    yield project
    connection = connect()
    for role in roles.values():
        connection.execute(f'DROP OWNED BY "{role}"')
        connection.execute(f'DROP ROLE "{role}"')


def test_a_whole_life(example: Project, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    connection = connect()

    def usable(schema: str) -> Any:
        role = example.config.variables["app_role"]
        [row] = connection.execute("SELECT has_schema_privilege(%s, %s, 'USAGE')", (role, schema)).fetchall()
        return row[0]

    def fingerprint(schema: str) -> str:
        with example.session() as session:
            return fingerprints(session, [schema])[schema].whole

    born = fingerprint("tenant_globex")
    lifecycle.suspend(example, "acme", reason="unpaid")
    assert usable("tenant_acme") is False
    assert [tenant.slug for tenant in example.tenants()] == ["acme", "globex"], "migrations go on"
    lifecycle.activate(example, "acme")
    assert usable("tenant_acme") is True

    renamed = lifecycle.rename(example, "acme", "umbrella")
    assert renamed.warnings == (), "nothing of the example keeps the old name"
    assert fingerprint("tenant_umbrella") == born
    connection.execute("SELECT * FROM tenant_umbrella.search_deals('anything')")

    lifecycle.drop(example, "umbrella", backup=None)
    assert [tenant.slug for tenant in example.tenants()] == ["globex"]
    assert lifecycle.undrop(example, "umbrella").after.tenant.id == renamed.after.tenant.id
    assert fingerprint("tenant_umbrella") == born
    assert example.status().current

    lifecycle.drop(example, "umbrella", backup=None, keep="0")
    [gone] = lifecycle.purge(example)
    assert gone.after.state is TenantState.DROPPED
    assert connection.execute("SELECT count(*) FROM platform_core.tenants").fetchall() == [(1,)]
    assert lifecycle.reconcile(example).findings == ()
    assert example.apply().run_id is None

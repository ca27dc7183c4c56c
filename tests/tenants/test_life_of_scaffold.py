"""The project that `sqlmig init` writes: its lifecycle files take a tenant through a whole life."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers import Server
from sqlmig.admin import lifecycle
from sqlmig.api import Project
from sqlmig.cli.commands.init import scaffold
from sqlmig.plan.tenantstates import TenantState


@pytest.fixture
def fresh(tmp_path: Path, server: Server, database_url: str) -> Project:
    """A new project with tenant acme."""
    if server.version < 15:
        pytest.skip("a new project declares postgres: 15")
    for name, text in scaffold("tenants"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    project = Project.load(tmp_path, database_url=database_url, environ={})
    assert project.apply().exit_status == 0
    project.create_tenant("acme", values={"name": "Acme Ltd"})
    return project


def test_a_tenant_of_a_new_project_is_renamed_dropped_and_brought_back(fresh: Project) -> None:
    [acme] = fresh.tenants()
    lifecycle.rename(fresh, "acme", "apex")
    lifecycle.drop(fresh, "apex", backup=None)
    assert fresh.tenants() == ()
    lifecycle.undrop(fresh, "apex")
    [back] = fresh.tenants()
    assert (back.id, back.slug, back.schema) == (acme.id, "apex", "tenant_apex")
    assert fresh.status().current


def test_a_tenant_of_a_new_project_goes_for_good_and_leaves_nothing(fresh: Project) -> None:
    lifecycle.drop(fresh, "acme", backup=None, keep="0")
    [gone] = lifecycle.purge(fresh)
    assert gone.after.state is TenantState.DROPPED
    assert lifecycle.reconcile(fresh).findings == ()
    with fresh.session() as session:
        assert session.value("SELECT count(*) FROM platform.tenants") == 0

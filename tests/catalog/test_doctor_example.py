"""The repository's own project, as `make demo` makes it, has nothing that the doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from clinic import said
from servers import Server
from sqlmig.admin.doctor import doctor
from sqlmig.api import Project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def demo(server: Server, database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Iterator[Project]:
    """A platform and three tenants, with roles of their own: roles belong to the whole server."""
    if server.version < 15:
        pytest.skip("the example declares postgres: 15, for its security_invoker view")
    config = Project.load(ROOT, environment="ci", database_url=database_url, environ={}).config
    suffix = conninfo_to_dict(database_url)["dbname"]
    roles = {"app_role": f"app_{suffix}", "operator_role": f"op_{suffix}"}
    lint = replace(config.lint, app_roles=(roles["app_role"],))
    project = Project(replace(config, variables={**config.variables, **roles}, lint=lint))
    assert project.apply(platform=True).exit_status == 0
    for slug in ("acme", "globex", "initech"):
        project.create_tenant(slug, values={"name": slug.title(), "billing_email": f"pay@{slug}.example"})
    yield project
    for role in roles.values():
        connect().execute(f'DROP OWNED BY "{role}"'.encode())
        connect().execute(f'DROP ROLE "{role}"'.encode())


def test_the_demo_is_sound(demo: Project) -> None:
    found = doctor(demo)
    assert said(found.findings) == []
    assert found.unseen == ()
    assert found.tenants == ("tenant_acme", "tenant_globex", "tenant_initech")
    assert found.shared == ("platform_core",)


def test_row_level_security_that_is_switched_off_there_is_found_and_mended(
    demo: Project, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    connect().execute("ALTER TABLE tenant_globex.deals DISABLE ROW LEVEL SECURITY")
    [finding] = doctor(demo).findings
    assert said((finding,)) == [("rls-missing", "error", "deals", "row level security is off", ("tenant_globex",))]
    connect().execute((finding.fixes["tenant_globex"] or "").encode())
    assert doctor(demo).findings == ()

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from servers import Server
from shop import FILES, Shop
from sqlmig.api import Project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shop(tmp_path: Path, database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Shop:
    """A small project whose backups go to the folder `backups` beside it."""
    made = Shop(tmp_path, database_url, connect())
    made.write(FILES)
    made.write({"sqlmig.yaml": FILES["sqlmig.yaml"] + "backup: {url: backups, workers: 2}\n"})
    return made


@pytest.fixture
def example(
    server: Server, tmp_path: Path, database_url: str, connect: Callable[..., psycopg.Connection[Any]]
) -> Iterator[Project]:
    """The repository's own project with two tenants, and roles of its own."""
    if server.version < 15:
        pytest.skip("the example declares postgres: 15, for its security_invoker view")
    project = Project.load(ROOT, environment="ci", database_url=database_url, environ={})
    suffix = conninfo_to_dict(database_url)["dbname"]
    roles = {"app_role": f"app_{suffix}", "operator_role": f"op_{suffix}"}
    config = replace(project.config, variables={**project.config.variables, **roles})
    config = replace(config, backup=replace(config.backup, url=_secret(str(tmp_path / "backups"))))
    project = Project(config)
    assert project.apply(platform=True).exit_status == 0
    for slug in ("acme", "globex"):
        project.create_tenant(slug, values={"name": slug.title(), "billing_email": f"pay@{slug}.example"})
    yield project
    connection = connect()
    for role in roles.values():
        connection.execute(f'DROP OWNED BY "{role}"')
        connection.execute(f'DROP ROLE "{role}"')


def _secret(text: str) -> Any:
    from sqlmig.secret import Secret

    return Secret(text)

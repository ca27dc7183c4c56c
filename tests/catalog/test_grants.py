"""What the files of a project ask for: every statement of every file that somebody runs, with who runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sqlmig.catalog.grants import read_asked
from sqlmig.errors import ProjectError
from sqlmig.plan.asking import TRUSTED, When
from sqlmig.project.config.load import load_config
from sqlmig.project.load import load_files
from sqlmig.project.model import Scope

CONFIG = """\
tracks:
  platform: {path: sql/platform, scope: shared, schema: core}
  tenant: {path: sql/tenant, scope: tenant, run_as: owner}
tenants: {schemas: 'tenant_*'}
variables: {app: web}
"""
FILES = {
    "sqlmig.yaml": CONFIG,
    "sql/platform/0001_a.up.sql": "CREATE EXTENSION IF NOT EXISTS citext;\n",
    "sql/platform/0001_a.down.sql": "DROP EXTENSION citext;\n",
    "sql/tenant/0001_b.up.sql": "CREATE TABLE t (p int REFERENCES core.plans);\n",
    "sql/tenant/0001_b.down.sql": "DROP TABLE t;\n",
    "sql/lifecycle/provision.sql": (
        "CREATE SCHEMA {{ schema | ident }};\nGRANT USAGE ON SCHEMA core TO {{ vars.app }};\n"
    ),
}

Write = Callable[[Mapping[str, str | bytes]], Path]


def test_every_file_is_read_with_who_runs_it_and_where(project: Write) -> None:
    folder = project(FILES)
    asked = read_asked(load_files(load_config(folder / "sqlmig.yaml", environ={})))
    assert [(type(one.operation).__name__, str(one.place), one.scope, one.run_as) for one in asked] == [
        ("CreateExtension", "sql/platform/0001_a.up.sql:1:1", Scope.SHARED, None),
        ("DropObject", "sql/platform/0001_a.down.sql:1:1", Scope.SHARED, None),
        ("CreateTable", "sql/tenant/0001_b.up.sql:1:1", Scope.TENANT, "owner"),
        ("DropTable", "sql/tenant/0001_b.down.sql:1:1", Scope.TENANT, "owner"),
        ("CreateSchema", "sql/lifecycle/provision.sql:1:1", Scope.TENANT, None),
        ("Grant", "sql/lifecycle/provision.sql:2:1", Scope.TENANT, None),
    ]
    assert [sorted(one.mentions) for one in asked if one.run_as] == [["core"], []]


def test_what_stands_in_a_block_runs_perhaps(project: Write) -> None:
    block = "DO $$ BEGIN IF x.y THEN EXECUTE 'CREATE ROLE a'; DO $i$ BEGIN CREATE ROLE b; END $i$; END IF; END $$;\n"
    folder = project(FILES | {"sql/platform/0001_a.up.sql": block, "sql/platform/0001_a.down.sql": "SELECT 1;\n"})
    asked = read_asked(load_files(load_config(folder / "sqlmig.yaml", environ={})))
    roles = [(one.operation.role, one.when) for one in asked if hasattr(one.operation, "role")]
    assert roles == [("a", When.PERHAPS), ("b", When.PERHAPS)]


def test_what_a_function_would_do_when_somebody_calls_it_is_nobodys_need(project: Write) -> None:
    function = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE a; END $$;\n"
    folder = project(FILES | {"sql/platform/0001_a.up.sql": function})
    asked = read_asked(load_files(load_config(folder / "sqlmig.yaml", environ={})))
    assert not [one for one in asked if hasattr(one.operation, "role")]


def test_files_that_cannot_be_rendered_or_cut_are_all_named(project: Write) -> None:
    files = {
        "sql/tenant/0001_b.up.sql": "SELECT '{{ vars.nothing }}';\n",
        "sql/lifecycle/provision.sql": "SELECT 'x;\n",
    }
    folder = project(FILES | files)
    with pytest.raises(ProjectError) as caught:
        read_asked(load_files(load_config(folder / "sqlmig.yaml", environ={})))
    assert [str(problem.place) for problem in caught.value.problems] == [
        "sql/tenant/0001_b.up.sql:1",
        "sql/lifecycle/provision.sql:1:8",
    ]


def test_extensions_that_are_called_trusted_are_trusted_here(
    connect: Callable[..., psycopg.Connection[Any]],
) -> None:
    query = "SELECT DISTINCT name FROM pg_available_extension_versions WHERE name = ANY (%s) AND NOT trusted"
    assert connect().execute(query, [sorted(TRUSTED)]).fetchall() == []

"""The repository's own project: applied, taken down and up again, by sqlmig and by psql, with and without pgvector."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from servers import Server, fresh_database
from sqlmig import embedded
from sqlmig.api import Project
from sqlmig.plan.values import Plan

ROOT = Path(__file__).parents[2]
CATALOG = """
SELECT 'relation', c.relname::text, c.relkind::text, c.relrowsecurity::text || c.relforcerowsecurity::text
FROM pg_class c WHERE c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'column', a.attrelid::regclass::text || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
       a.attnotnull::text || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
  ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'index', indexrelid::regclass::text, indisvalid::text, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'policy', polname, polcmd::text, pg_get_expr(polqual, polrelid) FROM pg_policy
JOIN pg_class c ON c.oid = polrelid WHERE c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'function', proname, prosecdef::text, prosrc FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'trigger', tgname, tgenabled::text, pg_get_triggerdef(t.oid) FROM pg_trigger t
JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = %(schema)s::regnamespace AND NOT tgisinternal
ORDER BY 1, 2, 3, 4"""


@pytest.fixture(autouse=True)
def _needs_15(server: Server) -> None:
    if server.version < 15:
        pytest.skip("the example declares postgres: 15, for its security_invoker view")


def example(database_url: str) -> Project:
    """The project, with roles of its own: roles belong to the whole server, on which other tests run."""
    project = Project.load(ROOT, environment="ci", database_url=database_url, environ={})
    suffix = conninfo_to_dict(database_url)["dbname"]
    roles = {"app_role": f"app_{suffix}", "operator_role": f"op_{suffix}"}
    return Project(replace(project.config, variables={**project.config.variables, **roles}))


@pytest.fixture
def applied(database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Iterator[Project]:
    project = example(database_url)
    assert project.apply(platform=True).exit_status == 0
    for slug in ("acme", "globex", "initech"):
        project.create_tenant(slug, values={"name": slug.title(), "billing_email": f"pay@{slug}.example"})
    yield project
    connection = connect()
    for role in project.config.variables["app_role"], project.config.variables["operator_role"]:
        connection.execute(f'DROP OWNED BY "{role}"')
        connection.execute(f'DROP ROLE "{role}"')


def catalog(connection: psycopg.Connection[Any], schema: str) -> list[Any]:
    rows = connection.execute(CATALOG, {"schema": f'"{schema}"'}).fetchall()
    return sorted(tuple(str(value).replace(schema, "SCHEMA") for value in row) for row in rows)


def test_the_demo_is_a_platform_and_three_tenants_that_are_current(applied: Project) -> None:
    status = applied.status()
    assert status.current
    assert [target.target.schema for target in status.targets] == [
        "platform_core",
        "tenant_acme",
        "tenant_globex",
        "tenant_initech",
    ]
    assert applied.apply().run_id is None
    assert applied.verify().clean


def test_a_tenant_created_at_once_and_one_migrated_step_by_step_are_alike(
    applied: Project, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    connection = connect()
    assert applied.rollback(schemas=["tenant_globex"], to=10).exit_status == 0
    assert applied.apply(schemas=["tenant_globex"]).exit_status == 0
    assert catalog(connection, "tenant_globex") == catalog(connection, "tenant_acme")


def test_row_level_security_binds_every_table_of_a_tenant(
    applied: Project, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    query = (
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p')"
        " AND c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'tenant\\_%')"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity"
        " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))"
    )
    open_tables = connect().execute(query).fetchall()
    assert open_tables == []


def test_psql_running_the_script_leaves_what_apply_leaves(
    server: Server, database_url: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    by_apply = example(database_url)
    by_apply.apply(platform=True)
    connection = connect()
    with fresh_database(server) as other:
        by_psql = replace(by_apply)
        by_psql = Project(replace(by_apply.config, database_url=example(other.url).config.database_url))
        run_psql(other.url, by_psql.script(by_psql.plan(platform=True)))
        assert by_psql.status(platform=True).current
        assert by_psql.verify(platform=True).clean
        with psycopg.connect(other.url) as seen:
            assert catalog(seen, "platform_core") == catalog(connection, "platform_core")
            insert_tenant(seen)
            seen.commit()
            run_psql(other.url, by_psql.script(by_psql.plan()))
            assert by_psql.status().current
            insert_tenant(connection)
            assert by_apply.apply().exit_status == 0
            assert catalog(seen, "tenant_acme") == catalog(connection, "tenant_acme")
            seen.execute(f"DROP OWNED BY {by_psql.config.variables['app_role']}".encode())
            seen.execute(f"DROP OWNED BY {by_psql.config.variables['operator_role']}".encode())
    for role in by_apply.config.variables["app_role"], by_apply.config.variables["operator_role"]:
        connection.execute(f'DROP OWNED BY "{role}"')
        connection.execute(f'DROP ROLE "{role}"')


def test_a_plan_is_made_without_touching_the_database(
    database_url: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    plan: Plan = example(database_url).plan()
    assert plan.refusals == ()
    assert len(plan.steps) == len(list((ROOT / "sql/platform").glob("*.up.sql")))
    assert connect().execute(
        "SELECT count(*) FROM pg_namespace WHERE nspname IN ('sqlmig', 'platform_core')"
    ).fetchone() == (0,)


def run_psql(url: str, script: str) -> None:
    done = subprocess.run(
        [embedded.program("psql"), "-X", "-q", "-f", "-", url],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def insert_tenant(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE SCHEMA tenant_acme")
    connection.execute(
        "INSERT INTO platform_core.tenants (id, tenant_slug, tenant_name, database_schema_name)"
        " VALUES (%s, 'acme', 'Acme', 'tenant_acme')",
        [uuid.UUID(int=7)],
    )

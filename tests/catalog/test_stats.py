"""`sqlmig stats` on the example project: its figures are those of the project's own monitoring views."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from sqlmig import embedded
from sqlmig.admin.stats import stats
from sqlmig.api import Project
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.tenantstats import Sort, Statements

ROOT = Path(__file__).parents[2]


@pytest.fixture
def example(tmp_path, server, database_url):
    """The example project with two tenants, of which one has rows."""
    if server.version < 15:
        pytest.skip("the example project needs PostgreSQL 15: a view with security_invoker")
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    shutil.copy(ROOT / "sqlmig.yaml", tmp_path)
    project = Project.load(tmp_path, environment="ci", database_url=database_url, environ={})
    assert project.apply(platform=True).exit_status == 0
    for slug in ("acme", "globex"):
        project.create_tenant(slug, values={})
    [tenant, _] = project.tenants()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO tenant_acme.users (tenant_id, email, full_name)"
            " SELECT %s, 'u' || n || '@acme.example', repeat('x', 500) FROM generate_series(1, 500) AS n",
            [tenant.id],
        )
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(
            "SELECT FROM tenant_acme.users WHERE lower(email) = 'u1@acme.example' AND tenant_id = %s", [tenant.id]
        )
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ANALYZE tenant_acme.users")
    return project


def test_storage_is_what_the_platforms_view_says(example, connect):
    rows = connect().execute(
        "SELECT tenant_slug, tables, indexes, table_bytes, index_bytes, total_bytes FROM platform_core.tenant_storage"
    )
    found = {
        one.tenant.slug: (
            one.figures.tables,
            one.figures.indexes,
            one.figures.table_bytes,
            one.figures.index_bytes,
            one.figures.total_bytes,
        )
        for one in stats(example).tenants
    }
    assert found == {slug: tuple(figures) for slug, *figures in rows}


def test_index_use_is_what_the_platforms_view_says(example, connect):
    connection = connect()
    rows = connection.execute(
        "SELECT index_name, count(*), count(*) FILTER (WHERE is_unused), count(*) FILTER (WHERE NOT is_valid),"
        " sum(scans), sum(index_bytes) FROM platform_core.tenant_index_use GROUP BY index_name"
    ).fetchall()
    found = stats(example)
    assert {(o.name, o.tenants, o.unused, o.invalid, o.scans, o.bytes) for o in found.indexes} == set(rows)
    unused = connection.execute(
        "SELECT tenant_slug, count(*) FILTER (WHERE is_unused), sum(index_bytes) FILTER (WHERE is_unused), sum(scans)"
        " FROM platform_core.tenant_index_use GROUP BY 1"
    ).fetchall()
    assert {
        (o.tenant.slug, o.figures.unused_indexes, o.figures.unused_bytes, o.figures.index_scans) for o in found.tenants
    } == set(unused)


def test_tenants_come_largest_first_and_the_total_is_all_of_them(example):
    found = stats(example)
    assert [one.tenant.slug for one in found.tenants] == ["acme", "globex"]
    assert found.tenants[0].figures.live_rows >= 500
    assert found.total.total_bytes == sum(one.figures.total_bytes for one in found.tenants)
    assert found.total.indexes == 2 * found.tenants[0].figures.indexes


@pytest.mark.parametrize("sort", Sort, ids=lambda sort: sort.value)
def test_every_order_gives_every_tenant(example, sort):
    assert {one.tenant.slug for one in stats(example, sort=sort).tenants} == {"acme", "globex"}


def test_a_pattern_chooses_schemas_and_one_that_matches_none_is_an_error(example):
    assert [one.tenant.slug for one in stats(example, schemas=["*globex"]).tenants] == ["globex"]
    with pytest.raises(UsageError, match="tenant_hooli"):
        stats(example, schemas=["tenant_hooli"])


def test_without_the_extension_it_says_so(example):
    found = stats(example)
    assert (found.recorded, found.statements) == (Statements.NOT_INSTALLED, ())


def test_an_extension_that_is_not_loaded_is_told(tmp_path):
    programs = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    if programs is None or not any(Path(programs).parent.rglob("pg_stat_statements.so")):
        pytest.skip("these programs have no pg_stat_statements")
    (tmp_path / "sql/tenant").mkdir(parents=True)
    (tmp_path / "sqlmig.yaml").write_text(
        "tracks: {tenant: {path: sql/tenant, scope: tenant}}\ntenants: {list: [{slug: one, schema: one}]}\n"
    )
    source = embedded.installation_in(Path(programs))
    with tempfile.TemporaryDirectory(prefix="sqlmig-tests-") as folder:
        data = Path(folder, "data")
        try:
            for statement in (
                "ALTER SYSTEM SET shared_preload_libraries = plpgsql",
                "CREATE EXTENSION pg_stat_statements",
            ):
                url = embedded.start_from(source, data, settings=embedded.THROW_AWAY).url
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(statement)
                if statement.startswith("ALTER"):
                    embedded.stop(data)
            found = stats(Project.load(tmp_path, database_url=url, environ={}))
        finally:
            embedded.stop(data)
    assert (found.recorded, found.statements) == (Statements.NOT_LOADED, ())


def test_a_registry_that_is_not_there_yet_refuses(tmp_path, database_url):
    (tmp_path / "sql/tenant").mkdir(parents=True)
    (tmp_path / "sqlmig.yaml").write_text(
        "tracks: {tenant: {path: sql/tenant, scope: tenant}}\n"
        "tenants:\n  query: SELECT slug, schema FROM core.nowhere\n"
    )
    with pytest.raises(Refused, match="run `sqlmig apply --platform` first"):
        stats(Project.load(tmp_path, database_url=database_url, environ={}))


@pytest.fixture
def recorded(example, connect):
    """Statements recorded, for a server that has pg_stat_statements loaded."""
    connection = connect()
    if "pg_stat_statements" not in connection.execute("SHOW shared_preload_libraries").fetchone()[0]:
        pytest.skip("pg_stat_statements is not loaded")
    connection.execute("CREATE EXTENSION pg_stat_statements SCHEMA extensions")
    connection.execute("SELECT extensions.pg_stat_statements_reset()")
    for _ in range(3):
        connection.execute("SELECT count(*) FROM tenant_acme.users")
    # In front of the statement PostgreSQL 18 would not record it.
    connection.execute("SELECT max(version()) FROM generate_series(1, 1000) /* schema=tenant_globex */")
    connection.execute("SELECT 1 AS nobodys")
    return connection


def test_statements_are_the_tenants_as_the_platforms_function_says(example, recorded):
    found = stats(example)
    assert found.recorded is Statements.RECORDED
    ours = {(one.tenant.slug, one.query_id, one.calls) for one in found.statements if one.tenant is not None}
    theirs = recorded.execute(
        "SELECT tenant_slug, query_id, calls FROM platform_core.slow_queries('0') WHERE tenant_slug IS NOT NULL"
    ).fetchall()
    assert ours == set(theirs)
    assert {(slug, calls) for slug, _, calls in ours} == {("acme", 3), ("globex", 1)}
    assert any(one.tenant is None and "nobodys" in one.text for one in found.statements)
    assert [one.total_ms for one in found.statements] == sorted(
        (one.total_ms for one in found.statements), reverse=True
    )


def test_chosen_tenants_get_their_own_statements_only(example, recorded):
    found = stats(example, schemas=["tenant_acme"], sort=Sort.TIME)
    assert {one.tenant.slug for one in found.statements} == {"acme"}
    [acme] = found.tenants
    assert acme.statement_ms == pytest.approx(sum(one.total_ms for one in found.statements))


def test_a_project_without_functions_of_its_own_has_the_same_figures(tmp_path, database_url, connect):
    (tmp_path / "sql/tenant").mkdir(parents=True)
    (tmp_path / "sqlmig.yaml").write_text(
        "tracks: {tenant: {path: sql/tenant, scope: tenant}}\n"
        'tenants: {list: [{slug: one, schema: "odd %s"}, {slug: empty, schema: t_empty}, {slug: gone, schema: gone}]}\n'
    )
    connection = connect()
    connection.execute('CREATE SCHEMA "odd %s"; CREATE SCHEMA t_empty')
    connection.execute(
        'CREATE TABLE "odd %s".notes (id int PRIMARY KEY, note text); CREATE INDEX ON "odd %s".notes (note)'
    )
    loaded = "pg_stat_statements" in connection.execute("SHOW shared_preload_libraries").fetchone()[0]
    if loaded:
        connection.execute('CREATE SCHEMA "ext %s"; CREATE EXTENSION pg_stat_statements SCHEMA "ext %s"')
        connection.execute('SELECT "ext %s".pg_stat_statements_reset()')
        connection.execute('SELECT count(*) FROM "odd %s".notes')
    found = stats(Project.load(tmp_path, database_url=database_url, environ={}))
    assert [(one.tenant.slug, one.figures.tables, one.figures.indexes) for one in found.tenants] == [
        ("one", 1, 2),
        ("empty", 0, 0),
        ("gone", 0, 0),
    ]
    assert [(one.name, one.unused) for one in found.indexes] == [("notes_note_idx", 1), ("notes_pkey", 0)]
    if loaded:
        assert [one.tenant.slug for one in found.statements if one.tenant is not None] == ["one"]


def test_a_fleet_that_takes_several_connections_has_the_same_figures(example, monkeypatch):
    whole = stats(example)
    monkeypatch.setattr("sqlmig.catalog.stats._CHUNK", 1)
    parts = stats(example)
    assert [(one.tenant, one.figures.total_bytes) for one in parts.tenants] == [
        (one.tenant, one.figures.total_bytes) for one in whole.tenants
    ]
    assert [(one.name, one.tenants, one.bytes) for one in parts.indexes] == [
        (one.name, one.tenants, one.bytes) for one in whole.indexes
    ]

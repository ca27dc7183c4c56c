"""The example project with the rights that `sqlmig grants` gives, and none besides: what works, and what must not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from servers import Database, Server, fresh_database, with_login
from sqlmig.admin.grants import grants
from sqlmig.admin.probe import probe
from sqlmig.api import Project
from sqlmig.report.grants import grants_text
from sqlmig.secret import Secret

ROOT = Path(__file__).parents[2]
TENANTS = ("acme", "globex", "initech")
INSERT_USER = "INSERT INTO users (email, full_name, user_role) VALUES (%s, 'Ada', 'owner')"


@pytest.fixture(autouse=True, scope="module")
def _needs_15_and_a_superuser(server: Server) -> None:
    if server.version < 15:
        pytest.skip("the example declares postgres: 15, for its security_invoker view")
    if not server.superuser:
        pytest.skip("the administrator of this test makes an extension")


@dataclass(frozen=True)
class Roles:
    """The example's project, as its migration role sees it, and the URLs of both roles."""

    project: Project
    migration: str
    application: str
    application_url: str
    script: str

    def tenant(self, slug: str) -> str:
        """The id of a tenant."""
        return next(str(tenant.id) for tenant in self.project.tenants() if tenant.slug == slug)


def given(database: Database) -> Roles:
    """What an administrator has made by running the printed statements, twice, and by giving both roles a password."""
    project = Project.load(ROOT, environment="ci", database_url=database.url, environ={})
    migration, application, operator = (f"{name}_{database.name}" for name in ("mig", "app", "op"))
    config = replace(
        project.config,
        variables={**project.config.variables, "app_role": application, "operator_role": operator},
        lint=replace(project.config.lint, app_roles=(application,)),
    )
    script = grants_text(grants(Project(config), migration_role=migration))
    database.roles += [migration, application, operator]
    urls = {}
    with psycopg.connect(database.url, autocommit=True) as administrator:
        for _ in range(2):
            administrator.execute(script.encode())
        for role in migration, application:
            password = secrets.token_urlsafe(12)
            change = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            administrator.execute(change)
            urls[role] = with_login(database.url, role, password)
    as_migration = replace(config, database_url=Secret(urls[migration]))
    return Roles(Project(as_migration), migration, application, urls[application], script)


@pytest.fixture
def roles(database: Database) -> Roles:
    """Both roles in a database of the test's own."""
    return given(database)


@pytest.fixture(scope="module")
def home(server: Server) -> Iterator[Database]:
    """A database that the tests share which leave it as it is."""
    with fresh_database(server) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def tenants(home: Database) -> Roles:
    """The platform and three tenants, made by the migration role."""
    roles = given(home)
    assert roles.project.apply(platform=True).exit_status == 0
    for slug in TENANTS:
        roles.project.create_tenant(slug, values={"name": slug.title(), "billing_email": f"pay@{slug}.example"})
    return roles


def test_the_whole_example_runs_with_the_rights_that_are_printed(tenants: Roles, home: Database) -> None:
    project = tenants.project
    assert project.apply().exit_status == 0
    assert project.status().current
    assert project.rollback(schemas=["tenant_globex"], steps=3).exit_status == 0
    assert project.apply(schemas=["tenant_globex"]).exit_status == 0
    assert project.rollback(schemas=["tenant_acme"], to=10).exit_status == 0
    assert project.apply().exit_status == 0
    assert project.verify().clean
    assert project.history(limit=5)
    owners = "SELECT DISTINCT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname ~ '^(tenant_|platform|sqlmig)'"
    with psycopg.connect(home.url) as connection:
        assert connection.execute(owners).fetchall() == [(tenants.migration,)]


def test_the_probe_becomes_the_application_and_finds_nothing(tenants: Roles) -> None:
    report = probe(tenants.project, tenants=3, application_url=None, seed=1)
    assert report.roles == (tenants.application,)
    assert report.attempts > 100
    assert (report.leaks, report.unproved) == ((), ())


def test_what_other_sessions_do_is_seen_and_restore_points_may_be_made(tenants: Roles, home: Database) -> None:
    with psycopg.connect(home.url) as other, psycopg.connect(tenants.project.config.database_url.reveal()) as mine:
        other.execute("SELECT 1")
        pid = other.info.backend_pid
        assert mine.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() == ("SELECT 1",)
        may = "SELECT has_function_privilege('pg_create_restore_point(text)', 'EXECUTE')"
        assert mine.execute(may).fetchone() == (True,)


def test_the_whole_platform_goes_down_and_up_again(roles: Roles) -> None:
    assert roles.project.apply(platform=True).exit_status == 0
    assert roles.project.rollback(platform=True, to=0).exit_status == 0
    assert roles.project.apply(platform=True).exit_status == 0


@pytest.fixture
def application(tenants: Roles) -> Iterator[psycopg.Connection[Any]]:
    """The application, in the context of acme."""
    with psycopg.connect(tenants.application_url) as connection:
        connection.execute("SET search_path = tenant_acme, extensions")
        connection.execute("SELECT set_config('app.current_tenant_id', %s, false)", [tenants.tenant("acme")])
        connection.commit()
        yield connection
        connection.rollback()


def test_the_application_works_with_the_rows_of_its_tenant(
    tenants: Roles, application: psycopg.Connection[Any]
) -> None:
    application.execute(INSERT_USER, ["ada@acme.example"])
    assert application.execute("UPDATE users SET full_name = 'Ada Byron'").rowcount == 1
    assert application.execute("SELECT email, full_name FROM users").fetchall() == [("ada@acme.example", "Ada Byron")]
    assert application.execute("SELECT * FROM search_deals('x')").fetchall() == []
    assert application.execute("SELECT count(*) FROM deal_summary").fetchone() == (0,)
    assert application.execute("DELETE FROM users").rowcount == 1
    found = application.execute("SELECT database_schema_name FROM platform_core.tenants ORDER BY 1").fetchall()
    assert found == [("tenant_acme",), ("tenant_globex",), ("tenant_initech",)]
    assert application.execute("SELECT count(*) FROM platform_core.subscriptions").fetchone() == (1,)


DENIED = "42501"
FORBIDDEN = {
    "make a table in a tenant's schema": "CREATE TABLE x ()",
    "make a table in public": "CREATE TABLE public.x ()",
    "make a temporary table": "CREATE TEMPORARY TABLE x ()",
    "make a function": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "make a schema": "CREATE SCHEMA x",
    "make a role": "CREATE ROLE x",
    "drop an extension": "DROP EXTENSION plpgsql",
    "alter a table": "ALTER TABLE users ADD COLUMN x int",
    "drop a table": "DROP TABLE users",
    "index a table": "CREATE INDEX ON users (full_name)",
    "empty a table": "TRUNCATE users CASCADE",
    "switch row level security off": "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
    "take the owner out of row level security": "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
    "drop a policy": "DO $$ BEGIN EXECUTE (SELECT format('DROP POLICY %I ON users', polname) FROM pg_policy"
    " WHERE polrelid = 'users'::regclass LIMIT 1); END $$",
    "read without policies": "SET LOCAL row_security = off; SELECT * FROM users",
    "switch a trigger off": "ALTER TABLE users DISABLE TRIGGER ALL",
    "run without triggers": "SET session_replication_role = replica",
    "read what ran": "SELECT * FROM sqlmig.log",
    "read what is applied": "SELECT * FROM sqlmig.applied",
    "call a function of the history": "SELECT sqlmig.record_step()",
    "change the registry": "UPDATE platform_core.tenants SET max_users = 1",
    "read the platform's audit log": "SELECT * FROM platform_core.platform_events",
    "become the migration role": "SET ROLE {migration}",
    "put a row into another tenant's schema under its own name": "INSERT INTO tenant_globex.users (tenant_id, email,"
    " full_name, user_role) SELECT id, 'x@x.example', 'X', 'owner' FROM platform_core.tenants"
    " WHERE tenant_slug = 'globex'",
    "run a program": "COPY users TO PROGRAM 'true'",
    "read a file": "SELECT pg_read_file('postgresql.conf')",
    "make a restore point": "SELECT pg_create_restore_point('x')",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_application_may_not(tenants: Roles, application: psycopg.Connection[Any], statement: str) -> None:
    text = statement.format(migration=tenants.migration) if "{migration}" in statement else statement
    with pytest.raises(psycopg.Error) as caught:
        application.execute(text.encode())
    assert caught.value.sqlstate == DENIED, caught.value


def test_the_application_sees_no_row_of_another_tenant(
    tenants: Roles, home: Database, application: psycopg.Connection[Any]
) -> None:
    with psycopg.connect(home.url) as owner:
        owner.execute("SET search_path = tenant_globex, extensions")
        owner.execute("SELECT set_config('app.current_tenant_id', %s, false)", [tenants.tenant("globex")])
        owner.execute(INSERT_USER, ["bob@globex.example"])
    assert application.execute("SELECT count(*) FROM tenant_globex.users").fetchone() == (0,)
    assert application.execute("UPDATE tenant_globex.users SET full_name = 'X'").rowcount == 0
    assert application.execute("DELETE FROM tenant_globex.users").rowcount == 0


def test_a_role_that_is_mightier_than_it_should_be_is_refused(
    roles: Roles, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    administrator = connect()
    administrator.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(sql.Identifier(roles.application)))
    with pytest.raises(psycopg.errors.RaiseException, match="one of these roles may more than it needs"):
        administrator.execute(roles.script.encode())


def test_an_administrator_without_superuser_may_run_the_script_where_it_needs_no_extension(
    database: Database, role: Callable[..., Any], connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    owner = role("CREATEROLE")
    connect().execute(
        sql.SQL("ALTER DATABASE {} OWNER TO {}").format(*map(sql.Identifier, (database.name, owner.name)))
    )
    config = Project.load(ROOT, environment="ci", database_url=database.url, environ={}).config
    suffix = database.name
    names = {"app_role": f"app_{suffix}", "operator_role": f"op_{suffix}"}
    config = replace(
        config,
        variables={**config.variables, **names},
        lint=replace(config.lint, app_roles=(names["app_role"],)),
    )
    found = grants(Project(config), migration_role=f"mig_{suffix}")
    with psycopg.connect(owner.url, autocommit=True) as connection:
        for one in found.statements:
            if "CREATE EXTENSION" not in one.sql:
                connection.execute(one.sql.encode())
    database.roles += [f"mig_{suffix}", *names.values()]
    member_of = "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid AND r.rolname = %s"
    member_of += " JOIN pg_roles o ON o.oid = m.member AND o.rolname = %s"
    if connect().info.server_version < 160000:
        assert connect().execute(member_of, [f"mig_{suffix}", owner.name]).fetchone() == (0,)
    query = "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname IN ('sqlmig', 'platform_core')"
    assert sorted(connect().execute(query).fetchall()) == [
        ("platform_core", f"mig_{suffix}"),
        ("sqlmig", f"mig_{suffix}"),
    ]

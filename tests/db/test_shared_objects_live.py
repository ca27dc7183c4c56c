"""What tenants' migrations share, asked of a server: two sessions do the same in two tenants' schemas at once."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

import servers
from sessions import until
from sharing import NOT_TOUCHING, SHARED_SCHEMA, TENANT, TOUCHING

TENANTS = ("tenant_a", "tenant_b")
PATIENCE = "300ms"
IN_EACH_OTHERS_WAY = (
    psycopg.errors.LockNotAvailable,  # the second waits for the first
    psycopg.errors.DeadlockDetected,
)


@contextlib.contextmanager
def two_sessions(server):
    """Two sessions, each in a transaction, and the names to put into a statement."""
    if not server.superuser:
        pytest.skip("roles, publications and wrappers are made by a superuser")
    with servers.fresh_database(server) as database, contextlib.ExitStack() as opened:
        roles = {name: servers.create_role(database, "").name for name in ("app", "app2")}
        admin = opened.enter_context(psycopg.connect(database.url, autocommit=True))
        admin.execute(SHARED_SCHEMA)
        for schema in TENANTS:
            admin.execute(TENANT.replace("{s}", schema))
        for table in ("core.plans", *(f"{schema}.deals" for schema in TENANTS)):
            admin.execute(f"GRANT SELECT ON {table} TO {roles['app']}")
        first, second = (opened.enter_context(psycopg.connect(database.url)) for _ in TENANTS)
        yield first, second, {"db": f'"{admin.info.dbname}"', **roles}


@pytest.fixture(scope="module")
def tenants(server):
    """For what is rolled back: nothing of a test is left to the next."""
    with two_sessions(server) as found:
        yield found


@pytest.fixture
def own_tenants(server):
    """For what commits."""
    with two_sessions(server) as found:
        yield found


def filled(statement, schema, names):
    for name, value in {"s": schema, **names}.items():
        statement = statement.replace("{" + name + "}", value)
    return statement


def second_is_held_up(statement, first, second, names):
    """Whether the second tenant's statement has to wait while the first tenant's transaction is open."""
    try:
        first.execute(filled(statement, TENANTS[0], names))
        second.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        second.execute(filled(statement, TENANTS[1], names))
    except IN_EACH_OTHERS_WAY:
        return True
    finally:
        second.rollback()
        first.rollback()
    return False


@pytest.mark.parametrize("statement", [case[0] for case in TOUCHING])
def test_what_is_called_shared_keeps_another_tenant_waiting(tenants, statement):
    if "ADD TABLE" in statement and tenants[0].info.server_version < 15_00_00:
        pytest.skip("before 15 a publication's tables are added side by side")
    assert second_is_held_up(statement, *tenants)


@pytest.mark.parametrize("statement", NOT_TOUCHING)
def test_what_is_not_called_shared_runs_in_two_tenants_at_once(tenants, statement):
    assert not second_is_held_up(statement, *tenants)


def test_an_extension_is_made_by_one_tenant_at_a_time(own_tenants):
    first, second, names = own_tenants
    first.execute("DROP EXTENSION plpgsql CASCADE")
    first.commit()
    assert second_is_held_up("CREATE EXTENSION IF NOT EXISTS plpgsql", first, second, names)


def test_who_has_waited_fails_when_the_other_commits(own_tenants):
    first, second, _ = own_tenants
    replace = "CREATE OR REPLACE FUNCTION core.f() RETURNS int LANGUAGE sql AS 'SELECT 2'"
    first.execute(replace)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(first.info.dsn, autocommit=True) as looking:
        replaced = pool.submit(second.execute, replace)
        waits = "SELECT true FROM pg_locks WHERE pid = %s AND NOT granted"
        until(lambda: looking.execute(waits, (second.info.backend_pid,)).fetchone())
        first.commit()
        with pytest.raises(psycopg.Error, match="tuple concurrently updated"):
            replaced.result()


def test_privileges_in_own_schemas_are_given_and_committed_side_by_side(own_tenants):
    *connections, names = own_tenants
    for connection, schema in zip(connections, TENANTS, strict=True):
        for grant in (
            "GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO {app}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO {app}",
        ):
            connection.execute(filled(grant, schema, names))
    for connection in connections:
        connection.commit()
    assert connections[0].execute("SELECT count(*) FROM pg_default_acl").fetchone() == (2,)

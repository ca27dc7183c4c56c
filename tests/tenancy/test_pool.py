"""A block of the pool is one transaction of one tenant, and leaves nothing behind, however it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from sqlmig.tenancy import ContextLost, TenancyError, Tenant, TenantNotFound, TenantPool, TenantSuspended
from tenancy.conftest import LOOKUP, SETTING, WHO, Town

# ruff: noqa: PT012 -- what a block does when it is left is what these tests ask
pytestmark = pytest.mark.parametrize("way", ["direct", "pooler"])


@pytest.fixture
def tenants(town: Town, way: str) -> Iterator[TenantPool]:
    with made(town, way) as pool:
        yield pool


def made(town: Town, way: str, **options: Any) -> TenantPool:
    given = {"lookup": LOOKUP, "search_path": ["extensions"], "role": town.role, "min_size": 1, "max_size": 1}
    return TenantPool(town.url(way), **{**given, **options})


def left(tenants: TenantPool) -> tuple[Any, ...]:
    """What a connection of the pool has of a tenant, between two blocks."""
    query = (
        "SELECT pg_catalog.current_schemas(false), coalesce(current_setting('app.current_tenant_id', true), ''),"
        " current_user = session_user, coalesce(current_setting('sqlmig.tenant', true), ''),"
        " (SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 't' AND relkind = 'r'),"
        " (SELECT count(*) FROM pg_catalog.pg_cursors WHERE is_holdable)"
    )
    with tenants.pool.connection() as raw:
        row: tuple[Any, ...] = raw.execute(query).fetchone()
    return row


NOTHING = ([], "", True, "", 0, 0)


def test_a_block_has_the_schema_the_id_and_the_role_of_its_tenant(town: Town, tenants: TenantPool) -> None:
    for slug in ("t1", "t2", "t1"):
        with tenants.connection(slug) as conn:
            assert conn.execute(WHO).fetchone() == town.context(slug)
            assert conn.execute("SELECT answer()").fetchone() == (42,)
            assert conn.tenant == Tenant(slug, f"tenant_{slug}", slug[1:])
        assert left(tenants) == NOTHING


def test_a_block_commits_at_its_end_and_rolls_back_with_an_error(town: Town, tenants: TenantPool) -> None:
    with tenants.connection("t1") as conn:
        conn.execute("INSERT INTO written VALUES (%s)", ["kept"])
    with pytest.raises(KeyError), tenants.connection("t2") as conn:
        conn.execute("INSERT INTO written VALUES (%s)", ["lost"])
        raise KeyError
    assert town.rows() == [("t1", "kept")]
    assert left(tenants) == NOTHING


def test_a_statement_that_failed_unheard_does_not_pass_for_a_commit(town: Town, tenants: TenantPool) -> None:
    with pytest.raises(psycopg.errors.InFailedSqlTransaction), tenants.connection("t1") as conn:
        conn.execute("INSERT INTO written VALUES ('lost')")
        with suppress(psycopg.errors.DivisionByZero):
            conn.execute("SELECT 1 / 0")
    assert town.rows() == []
    assert left(tenants) == NOTHING


def test_a_savepoint_may_fail_and_the_tenant_stays(town: Town, tenants: TenantPool) -> None:
    with tenants.connection("t1") as conn:
        with suppress(psycopg.errors.DivisionByZero), conn.transaction():
            conn.execute("INSERT INTO written VALUES ('lost'); SELECT 1 / 0")
        assert conn.execute(WHO).fetchone() == town.context("t1")
        with conn.transaction():
            conn.execute("INSERT INTO written VALUES ('kept')")
    assert town.rows() == [("t1", "kept")]


def test_what_a_deferred_constraint_says_at_commit_reaches_the_caller(town: Town, tenants: TenantPool) -> None:
    town.admin.execute(
        "CREATE FUNCTION extensions.fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM 1 / 0; RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON tenant_t1.written DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION extensions.fail()"
    )
    with pytest.raises(psycopg.errors.DivisionByZero), tenants.connection("t1") as conn:
        conn.execute("INSERT INTO written VALUES ('lost')")
    assert left(tenants) == NOTHING


# --- a transaction that is ended inside of its block ---


@pytest.mark.parametrize("statement", ["COMMIT", "END", "ROLLBACK"])
def test_behind_a_commit_in_the_block_nothing_more_is_sent(
    town: Town, tenants: TenantPool, statement: str, way: str
) -> None:
    with pytest.raises(ContextLost) as raised, tenants.connection("t1") as conn:
        conn.execute(statement.encode())
        conn.execute("INSERT INTO tenant_t1.written VALUES ('without a tenant')")
    assert str(raised.value) == (
        "the transaction of tenant t1 was ended inside of its block; nothing more runs in it\n"
        "  state: what was committed stays; the statement was not sent\n"
        "  next: leave COMMIT and ROLLBACK to the block; use conn.transaction() for what may fail on its own"
    )
    assert town.rows() == []
    assert left(tenants) == NOTHING


def server_side(conn: Any) -> None:
    cursor = conn.cursor("named")
    try:
        cursor.execute("SELECT 1")
    finally:
        psycopg.Cursor.close(cursor)


SENDING: dict[str, Callable[[Any], object]] = {
    "execute": lambda conn: conn.execute("SELECT 1"),
    "cursor": lambda conn: conn.cursor().execute("SELECT 1"),
    "executemany": lambda conn: conn.cursor().executemany("SELECT %s::int", [[1], [2]]),
    "stream": lambda conn: list(conn.cursor().stream("SELECT 1")),
    "copy": lambda conn: conn.cursor().copy("COPY (SELECT 1) TO STDOUT").__enter__(),
    "server-side": lambda conn: server_side(conn),
    "transaction": lambda conn: conn.transaction().__enter__(),
}


@pytest.mark.parametrize("send", SENDING.values(), ids=SENDING)
def test_no_way_of_sending_gets_round_the_check(tenants: TenantPool, send: Callable[[Any], object]) -> None:
    with pytest.raises(ContextLost, match="nothing more runs"), tenants.connection("t1") as conn:
        conn.execute("COMMIT")
        with pytest.raises(ContextLost, match="nothing more runs"):
            send(conn)
    assert left(tenants) == NOTHING


def test_behind_a_commit_in_the_middle_of_a_message_no_name_is_found(town: Town, tenants: TenantPool) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), tenants.connection("t1") as conn:
        conn.execute("COMMIT; INSERT INTO written VALUES ('without a tenant')")
    assert town.rows() == []


@pytest.mark.parametrize(
    "statement",
    [
        "COMMIT; BEGIN",
        "COMMIT AND CHAIN",
        "ROLLBACK AND CHAIN",
        "SELECT set_config('app.current_tenant_id', '7', true)",
        "SET app.current_tenant_id = '7'",
    ],
)
def test_a_block_that_ends_in_another_transaction_or_tenant_is_not_committed(
    town: Town, tenants: TenantPool, statement: str
) -> None:
    with pytest.raises(ContextLost) as raised, tenants.connection("t1") as conn:
        conn.execute(statement.encode())
        conn.execute("INSERT INTO tenant_t1.written VALUES ('lost')" if "CHAIN" not in statement else "SELECT 1")
    assert str(raised.value) == (
        "at its end the block of tenant t1 was in another transaction, or in another tenant's\n"
        "  state: what was not committed before is rolled back\n"
        "  next: look for COMMIT, ROLLBACK and set_config in the block's statements"
    )
    assert town.rows() == []
    assert left(tenants) == NOTHING


@pytest.mark.parametrize("call", ["commit", "rollback"])
def test_the_raw_connection_refuses_to_end_the_transaction_too(tenants: TenantPool, call: str) -> None:
    with tenants.connection("t1") as conn:
        with pytest.raises(ContextLost, match=rf"{call}\(\) inside of the block of tenant t1"):
            getattr(conn.cursor().connection, call)()
        assert conn.execute("SELECT name FROM who").fetchone() == ("t1",)


# --- what applications leave in a session ---


@pytest.mark.parametrize(
    "statement",
    [
        "SET search_path = tenant_t9",
        "SET app.current_tenant_id = '1'",
        "RESET ROLE",
        "SET SESSION ROLE NONE",
        "CREATE TEMP TABLE who AS SELECT 'nobody' AS name",
        "DECLARE rows CURSOR WITH HOLD FOR SELECT * FROM who",
    ],
)
def test_what_a_block_puts_into_the_session_is_taken_out(town: Town, tenants: TenantPool, statement: str) -> None:
    if "TEMP" in statement:
        town.admin.execute(f'GRANT TEMP ON DATABASE "{town.admin.info.dbname}" TO "{town.role}"')
    with tenants.connection("t1") as conn:
        conn.execute(statement.encode())
    assert left(tenants) == NOTHING
    with tenants.connection("t2") as conn:
        assert conn.execute(WHO).fetchone() == town.context("t2")


def test_a_temporary_table_hides_no_table_of_the_tenant(town: Town, tenants: TenantPool) -> None:
    town.admin.execute(f'GRANT TEMP ON DATABASE "{town.admin.info.dbname}" TO "{town.role}"')
    with tenants.connection("t1") as conn:
        conn.execute("CREATE TEMP TABLE who AS SELECT 'nobody' AS name")
        assert conn.execute("SELECT name FROM who").fetchone() == ("t1",)


# --- connections that are used behind their block, or are lost ---


def test_a_connection_and_its_cursors_are_of_no_use_behind_the_block(town: Town, tenants: TenantPool) -> None:
    with tenants.connection("t1") as conn:
        cursor, named = conn.cursor(), conn.cursor("named")
        named.execute("SELECT 1")
        savepoint = conn.transaction("here")
        savepoint.__enter__()
    with tenants.connection("t2") as other:
        other.execute("INSERT INTO written VALUES ('before')")
        with other.transaction("here"):
            other.execute("INSERT INTO written VALUES ('kept')")
            for use in (conn.execute, cursor.execute, named.execute, cursor.connection.execute):
                with pytest.raises(ContextLost, match="the block of tenant t1 is over"):
                    use("SELECT 1")
            for send in SENDING.values():
                with pytest.raises(ContextLost, match="the block of tenant t1 is over"):
                    send(conn)
            # A savepoint's name would be found in the other block.
            with pytest.raises(ContextLost, match="the block of tenant t1 is over"):
                savepoint.__exit__(KeyError, KeyError(), None)
    assert town.rows() == [("t2", "before"), ("t2", "kept")]
    assert repr(conn) == "<TenantConnection of tenant t1, over>"
    psycopg.Cursor.close(named)


def test_a_lost_connection_is_an_error_and_the_next_block_works(town: Town, tenants: TenantPool) -> None:
    with pytest.raises(psycopg.OperationalError), tenants.connection("t1") as conn:
        conn.execute("INSERT INTO written VALUES ('lost')")
        town.admin.execute("SELECT pg_terminate_backend(%s)", [backend(conn)])
    with tenants.connection("t2") as conn:
        assert conn.execute(WHO).fetchone() == town.context("t2")
    assert town.rows() == []


def test_connections_that_died_in_the_pool_are_replaced_unseen(town: Town, way: str) -> None:
    with made(town, way, min_size=3, max_size=3, remember=0) as tenants:
        tenants.pool.wait()
        town.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with tenants.connection("t2") as conn:
            assert conn.execute(WHO).fetchone() == town.context("t2")


def backend(conn: Any) -> int:
    [pid] = conn.execute("SELECT pg_backend_pid()").fetchone()
    return int(pid)


def test_a_stream_that_was_not_read_to_its_end_costs_the_connection_and_nothing_else(
    town: Town, tenants: TenantPool
) -> None:
    with pytest.raises(ContextLost, match="was still running a statement"), tenants.connection("t1") as conn:
        rows = conn.cursor().stream("SELECT generate_series(1, 100000)")
        next(rows)
    with tenants.connection("t2") as conn:
        assert conn.execute(WHO).fetchone() == town.context("t2")


def test_a_pipeline_runs_in_the_tenants_transaction(town: Town, tenants: TenantPool) -> None:
    with tenants.connection("t1") as conn, conn.pipeline():
        cursors = [conn.execute(WHO) for _ in range(3)]
        assert [cursor.fetchone() for cursor in cursors] == [town.context("t1")] * 3
    assert left(tenants) == NOTHING


# --- who is served ---


def test_an_unknown_tenant_is_not_found(tenants: TenantPool) -> None:
    with pytest.raises(TenantNotFound) as raised, tenants.connection("t'; DROP SCHEMA core CASCADE; --"):
        pass
    assert str(raised.value) == (
        "there is no tenant t'; DROP SCHEMA core CASCADE; --\n  next: sqlmig tenant list shows all of them"
    )


def test_a_suspended_tenant_is_served_again_at_once(town: Town, tenants: TenantPool) -> None:
    town.admin.execute("UPDATE core.tenants SET is_active = false WHERE slug = 't1'")
    with pytest.raises(TenantSuspended, match="tenant t1 is suspended"), tenants.connection("t1"):
        pass
    town.admin.execute("UPDATE core.tenants SET is_active = true WHERE slug = 't1'")
    with tenants.connection("t1") as conn:
        assert conn.execute(WHO).fetchone() == town.context("t1")


def test_what_the_registry_says_counts_at_once(town: Town, tenants: TenantPool) -> None:
    with tenants.connection("t1"):
        pass
    town.admin.execute("UPDATE core.tenants SET schema_name = 'tenant_t5', id = -1 WHERE slug = 't1'")
    with tenants.connection("t1") as conn:
        assert conn.execute("SELECT name, current_setting(%s) FROM who", [SETTING]).fetchone() == ("t5", "-1")
        assert conn.tenant == Tenant("t1", "tenant_t5", "-1")
    town.admin.execute("UPDATE core.tenants SET slug = 'gone' WHERE slug = 't1'")
    with pytest.raises(TenantNotFound), tenants.connection("t1"):
        pass


def test_a_callables_answer_is_remembered_until_it_is_forgotten_or_has_moved(town: Town, way: str) -> None:
    schemas = {"t1": "tenant_t1"}
    asked = []

    def find(slug: str) -> Tenant | None:
        asked.append(slug)
        return Tenant(slug, schemas[slug], "1") if slug in schemas else None

    def name() -> Any:
        with tenants.connection("t1") as conn:
            return conn.execute("SELECT name FROM who").fetchone()

    with made(town, way, lookup=find) as tenants:
        assert name() == name() == ("t1",)
        assert asked == ["t1"]
        schemas["t1"] = "tenant_t5"
        tenants.forget("t1")
        assert name() == ("t5",)
        town.admin.execute("ALTER SCHEMA tenant_t5 RENAME TO moved")
        schemas["t1"] = "moved"
        assert name() == ("t5",)
        assert asked == ["t1"] * 3
        town.admin.execute("DROP SCHEMA moved CASCADE")
        with pytest.raises(TenantNotFound, match="schema moved of tenant t1 does not exist"):
            name()
        del schemas["t1"]
        with pytest.raises(TenantNotFound, match="there is no tenant t1"):
            name()


def test_a_schema_that_is_not_there_or_not_for_the_role_is_no_tenant(town: Town, tenants: TenantPool) -> None:
    town.admin.execute("DROP SCHEMA tenant_t1 CASCADE")
    town.admin.execute(f'REVOKE USAGE ON SCHEMA tenant_t2 FROM "{town.role}"')
    for slug in ("t1", "t2"):
        with pytest.raises(TenantNotFound) as raised, tenants.connection(slug):
            pass
        assert str(raised.value) == (
            f"schema tenant_{slug} of tenant {slug} does not exist, or the role may not use it\n"
            "  next: sqlmig tenant list shows the schemas; the role needs USAGE on them"
        )
    assert left(tenants) == NOTHING
    assert tenants.pool.get_stats().get("returns_bad", 0) == 0


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("t\0", r"there is no tenant 't\x00'"),
        ("\ud800", r"there is no tenant '\ud800'"),
        ("x\nERROR: all is lost", r"there is no tenant 'x\nERROR: all is lost'"),
        ("x" * 100_000, f"there is no tenant '{'x' * 63}'"),
        ("", "there is no tenant "),
    ],
    ids=["NUL", "half a character", "two lines", "long", "empty"],
)
def test_what_a_url_says_is_no_tenant_and_no_line_of_the_log(tenants: TenantPool, slug: str, said: str) -> None:
    with pytest.raises(TenantNotFound) as raised, tenants.connection(slug):
        pass
    assert raised.value.message == said


def test_a_block_that_the_server_does_not_let_begin_says_why(town: Town, way: str) -> None:
    refusals = {
        'the block of tenant t1 cannot begin: role "nobody" does not exist': {"role": "nobody"},
        'the block of tenant t1 cannot begin: relation "core.nowhere" does not exist': {
            "lookup": LOOKUP.replace("core.tenants", "core.nowhere")
        },
        'the block of tenant t1 cannot begin: column "schema" does not exist': {
            "lookup": "SELECT id FROM core.tenants WHERE slug = %(slug)s"
        },
    }
    for said, options in refusals.items():
        with made(town, way, **options) as tenants:
            with pytest.raises(TenancyError) as raised, tenants.connection("t1"):
                pass
            assert raised.value.message == said
            assert tenants.pool.get_stats().get("returns_bad", 0) == 0


def test_names_are_quoted_whatever_they_are(town: Town, way: str) -> None:
    schema, name = 'od"d, "schema', "o'dd\\ %s"
    town.admin.execute('CREATE SCHEMA "od""d, ""schema"; CREATE TABLE "od""d, ""schema".who AS SELECT 1 AS name')
    tenant = Tenant(name, schema, name)
    with made(town, way, lookup=lambda slug: tenant, role=None) as tenants, tenants.connection(name) as conn:
        found = conn.execute("SELECT name, current_setting(%s), current_setting('sqlmig.tenant') FROM who", [SETTING])
        assert found.fetchone() == (1, name, name)


def test_rows_come_as_the_application_wants_them(town: Town, way: str) -> None:
    with made(town, way, kwargs={"row_factory": dict_row}) as tenants, tenants.connection("t1") as conn:
        assert conn.execute("SELECT name FROM who").fetchone() == {"name": "t1"}


def test_waiting_for_a_connection_ends_in_time(tenants: TenantPool) -> None:
    from psycopg_pool import PoolTimeout

    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with tenants.connection("t1"):
            held.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(30)
        with pytest.raises(PoolTimeout), tenants.connection("t1", timeout=0.05):
            pass
    finally:
        release.set()
        holder.join()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"setting": "role"}, "'role' cannot be the setting of the tenant's id"),
        ({"search_path": "extensions"}, "search_path is a list of schemas"),
        ({"lookup": "SELECT id, schema FROM core.tenants"}, r"does not ask for %\(slug\)s"),
        ({"lookup": "SELECT %s"}, r"a place for something else than %\(slug\)s"),
    ],
    ids=["a setting of the server", "no list", "all tenants", "another parameter"],
)
def test_a_pool_that_cannot_work_is_refused_when_it_is_made(
    town: Town, way: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(TenancyError, match=said):
        made(town, way, **options)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id, schema_name AS schema FROM core.tenants WHERE slug <> %(slug)s",
        "SELECT NULL AS id, 'x' AS schema WHERE %(slug)s <> ''",
        "SELECT 1 AS id, '' AS schema WHERE %(slug)s <> ''",
    ],
    ids=["several", "no id", "no schema"],
)
def test_a_lookup_that_names_no_single_tenant_is_refused(town: Town, way: str, query: str) -> None:
    said = "gives no single row with an id and a schema for t1"
    with made(town, way, lookup=query) as tenants, pytest.raises(TenancyError, match=said):
        tenants.find("t1")


def test_a_lookup_may_be_written_in_many_ways(town: Town, way: str) -> None:
    query = """
        WITH one AS (SELECT * FROM core.tenants WHERE slug = %(slug)s AND slug LIKE 't%%')
        SELECT id::bigint AS id, schema_name::name AS schema, 1 AS active FROM one ORDER BY 1 -- by its slug
    """
    with made(town, way, lookup=query) as tenants:
        assert tenants.find("t1") == Tenant("t1", "tenant_t1", "1")

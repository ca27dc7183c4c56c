"""What outlives a transaction is taken out of the session, so that no tenant finds what another one has left there."""

# ruff: noqa: PT012 -- what a block does when it is left is what these tests ask
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types import TypeInfo

from sqlmig.tenancy import ContextLost, TenantPool
from tenancy.conftest import LOOKUP, WHO, Town

SESSION = """
    SELECT 'setting ' || name || ' = ' || setting FROM pg_catalog.pg_settings
    WHERE source = 'session' AND name <> 'search_path'
    UNION ALL SELECT 'setting app.user_id = ' || current_setting('app.user_id', true)
    WHERE current_setting('app.user_id', true) <> ''
    UNION ALL SELECT 'role ' || current_user WHERE current_user <> session_user
    UNION ALL SELECT 'prepared ' || name FROM pg_catalog.pg_prepared_statements
    UNION ALL SELECT 'cursor ' || name FROM pg_catalog.pg_cursors WHERE name <> ''
    UNION ALL SELECT 'listens to ' || name FROM pg_catalog.pg_listening_channels() AS name
    UNION ALL SELECT 'holds ' || objid::text FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
    UNION ALL SELECT 'table ' || relname FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()
"""
"""All that a session keeps beyond its transactions; sequences are asked for by themselves."""

LEFT = {
    "a setting": ("SET statement_timeout = 12345", "setting statement_timeout = 12345"),
    "an own setting": ("SET app.user_id = '7'", "setting app.user_id = 7"),
    "a role": ("SET SESSION ROLE {role}", "role {role}"),
    "a prepared statement": ("PREPARE mine AS SELECT 1", "prepared mine"),
    "a cursor": ("DECLARE mine CURSOR WITH HOLD FOR SELECT 1", "cursor mine"),
    "a channel": ("LISTEN mine", "listens to mine"),
    "an advisory lock": ("SELECT pg_advisory_lock(42)", "holds 42"),
    "a temporary table": ("CREATE TEMP TABLE mine (id int)", "table mine"),
}


def made(town: Town, way: str, **options: Any) -> TenantPool:
    given = {"lookup": LOOKUP, "search_path": ["extensions"], "role": town.role, "min_size": 1, "max_size": 1}
    return TenantPool(town.url(way), **{**given, **options})


@pytest.mark.parametrize(("statement", "found"), LEFT.values(), ids=LEFT)
def test_nothing_of_a_block_stays_in_the_session(town: Town, statement: str, found: str) -> None:
    statement, found = statement.format(role=town.role), found.format(role=town.role)
    town.admin.execute(f'GRANT TEMP ON DATABASE "{town.admin.info.dbname}" TO "{town.role}"')
    with psycopg.connect(town.direct, autocommit=True) as plain:
        plain.execute(statement.encode())
        assert plain.execute(SESSION).fetchall() == [(found,)], "the query of this test does not see it"
    with made(town, "direct") as tenants:
        with tenants.connection("t1") as conn:
            conn.execute(statement.encode())
        with tenants.pool.connection() as raw:
            assert raw.execute(SESSION).fetchall() == []


def test_a_lock_of_the_session_is_let_go_also_by_a_block_that_failed(town: Town) -> None:
    with made(town, "direct") as tenants:
        with pytest.raises(psycopg.errors.DivisionByZero), tenants.connection("t1") as conn:
            conn.execute("SELECT pg_advisory_lock(42)")
            conn.execute("SELECT 1 / 0")
        with tenants.pool.connection() as raw:
            assert raw.execute(SESSION).fetchall() == []


@pytest.mark.parametrize("way", ["direct", "pooler"])
def test_the_last_number_of_another_tenants_sequence_is_not_told(town: Town, way: str) -> None:
    town.admin.execute("CREATE SEQUENCE shared.numbers; GRANT ALL ON shared.numbers TO public")
    with made(town, way) as tenants:
        with tenants.connection("t1") as conn:
            conn.execute("SELECT nextval('shared.numbers')")
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState), tenants.connection("t2") as conn:
            conn.execute("SELECT lastval()")


def test_what_configure_sets_for_the_session_is_gone_before_the_first_block(town: Town) -> None:
    def configure(raw: psycopg.Connection[Any]) -> None:
        raw.execute("SET statement_timeout = 12345")

    with made(town, "direct", configure=configure, kwargs={"options": "-c lock_timeout=4321"}) as tenants:
        for _ in range(2):
            with tenants.connection("t1") as conn:
                assert conn.execute("SHOW statement_timeout").fetchone() == ("0",)
                assert conn.execute("SHOW lock_timeout").fetchone() == ("4321ms",)


# --- prepared statements ---


@pytest.mark.parametrize("way", ["direct", "pooler"])
def test_nothing_is_prepared_whatever_the_application_asks_for(town: Town, way: str) -> None:
    with made(town, way) as tenants:
        for slug in ("t1", "t2") * 10:
            with tenants.connection(slug) as conn:
                conn.prepare_threshold = 0
                assert conn.execute("SELECT name FROM who", prepare=True).fetchone() == (slug,)
        with tenants.connection("t1") as conn:
            assert conn.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_a_plan_that_a_poolers_session_keeps_runs_in_the_schema_of_its_block(town: Town) -> None:
    """The server makes it anew for another search path; 6 times, for a generic plan comes with the sixth."""
    with made(town, "pooler") as tenants:
        with tenants.connection("t1") as conn:
            conn.execute("PREPARE kept (text) AS SELECT name FROM who WHERE $1 <> ''")
        for slug in [f"t{number % 3}" for number in range(18)]:
            with tenants.connection(slug) as conn:
                assert conn.execute("EXECUTE kept ('x')").fetchone() == (slug,)


def test_a_function_shared_by_the_tenants_works_in_the_schema_of_its_block(town: Town) -> None:
    town.admin.execute(
        "CREATE FUNCTION extensions.whose() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN (SELECT name FROM who); END $$"
    )
    with made(town, "direct") as tenants:
        for slug in [f"t{number % 3}" for number in range(18)]:
            with tenants.connection(slug) as conn:
                assert conn.execute("SELECT whose()").fetchone() == (slug,)


# --- what psycopg itself keeps ---


def test_a_block_gives_psycopgs_own_connection(town: Town) -> None:
    town.admin.execute("CREATE TYPE tenant_t1.colour AS ENUM ('red')")
    with made(town, "direct") as tenants, tenants.connection("t1") as conn:
        assert isinstance(conn, psycopg.Connection)
        assert conn.info.transaction_status.name == "INTRANS"
        colour = TypeInfo.fetch(conn, "colour")
        assert colour is not None
        assert colour.name == "colour"


def test_what_is_set_on_a_connection_is_over_with_the_block(town: Town) -> None:
    heard: list[str] = []
    raising = "DO $$ BEGIN RAISE NOTICE '%', current_schema(); END $$"
    with made(town, "direct") as tenants:
        with tenants.connection("t1") as conn:
            conn.row_factory = psycopg.rows.dict_row
            conn.add_notice_handler(lambda diagnostic: heard.append(diagnostic.message_primary or ""))
            conn.add_notify_handler(lambda notify: heard.append(notify.payload))
            conn.execute(raising)
            assert conn.execute("SELECT 1 AS one").fetchone() == {"one": 1}
        with tenants.connection("t2") as conn:
            conn.execute(raising)
            assert conn.execute("SELECT 1 AS one").fetchone() == (1,)
    assert heard == ["tenant_t1"]


CALLS: dict[str, Callable[[Any], object]] = {
    "autocommit": lambda conn: setattr(conn, "autocommit", False),
    "isolation_level": lambda conn: setattr(conn, "isolation_level", psycopg.IsolationLevel.SERIALIZABLE),
    "two phases": lambda conn: conn.tpc_begin(conn.xid(1, "a", "b")),
    "close": lambda conn: conn.close(),
    "with conn": lambda conn: conn.__exit__(None, None, None),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_call_on_the_connection_ends_the_transaction(town: Town, call: Callable[[Any], object]) -> None:
    with made(town, "direct") as tenants, tenants.connection("t1") as conn:
        with pytest.raises((psycopg.ProgrammingError, ContextLost)):
            call(conn)
        assert conn.execute(WHO).fetchone() == town.context("t1")

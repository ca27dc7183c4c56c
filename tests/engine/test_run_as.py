"""Tracks whose files run as another role: what they make is its own, and the history is not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from servers import Database, Role, Server, with_login
from shop import FILES, Shop
from sqlmig import embedded
from sqlmig.admin.grants import grants
from sqlmig.errors import MigrationFailed, SqlmigError
from sqlmig.report.grants import grants_text

OWNERS = """
SELECT c.relname::text, pg_get_userbyid(c.relowner) FROM pg_class c
WHERE c.relkind IN ('r', 'i') AND c.relnamespace = %s::regnamespace ORDER BY 1"""


@pytest.fixture
def shop(tmp_path: Path, database: Database, connect: Callable[..., psycopg.Connection[Any]]) -> Shop:
    """The shop as its migration role sees it, with the rights that `sqlmig grants` gives; files run as another role."""
    migration, owner, application = (f"{name}_{database.name}" for name in ("mig", "owner", "app"))
    config = FILES["sqlmig.yaml"].replace("schema: core}", f"schema: core, run_as: {owner}}}")
    config = config.replace("scope: tenant}", f"scope: tenant, run_as: {owner}}}")
    provision = f'CREATE SCHEMA {{{{ schema | ident }}}} AUTHORIZATION "{owner}";\n'
    shop = Shop(tmp_path, database.url, connect())
    shop.write({**FILES, "sqlmig.yaml": config, "sql/lifecycle/provision.sql": provision})
    wanted = grants(shop.project(), migration_role=migration, application=application)
    # What a role owns goes before the role does.
    database.roles += [owner, migration, application]
    shop.sql(grants_text(wanted))
    shop.sql(f"ALTER ROLE \"{migration}\" PASSWORD 'secret'")
    return Shop(tmp_path, with_login(database.url, migration, "secret"), connect())


def owner_of(shop: Shop) -> str:
    """The role that the files run as."""
    run_as = shop.project().config.tracks[0].run_as
    assert run_as is not None
    return run_as


def platform_of(owner: str) -> list[tuple[str, str]]:
    """The tables and indexes of the platform, all of one role."""
    return [(name, owner) for name in ("tenants", "tenants_pkey", "tenants_schema_name_key", "tenants_slug_key")]


def test_what_files_make_belongs_to_their_role_and_the_history_to_the_one_that_connects(shop: Shop) -> None:
    shop.with_tenants("acme")
    owner = owner_of(shop)
    assert shop.sql(OWNERS, "core") == platform_of(owner)
    assert shop.sql(OWNERS, "tenant_acme") == [("deals", owner), ("deals_pkey", owner)]
    assert shop.one("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'core'") == owner
    history = "SELECT bool_or(pg_get_userbyid(relowner) = %s) FROM pg_class WHERE relnamespace = 'sqlmig'::regnamespace"
    assert shop.one(history, owner) is False
    assert shop.versions("tenant_acme") == [1]


def test_a_membership_that_was_there_without_its_options_gets_them(shop: Shop, server: Server) -> None:
    if server.version < 16:
        pytest.skip("a membership has options from PostgreSQL 16 on")
    owner, migration = owner_of(shop), str(conninfo_to_dict(shop.database_url)["user"])
    shop.sql(f'GRANT "{owner}" TO "{migration}" WITH INHERIT FALSE, SET FALSE')
    options = "SELECT inherit_option, set_option FROM pg_auth_members WHERE pg_get_userbyid(roleid) = %s"
    assert shop.sql(options, owner) == [(False, False)]
    shop.sql(grants_text(grants(shop.project(), migration_role=migration, application=f"app_{migration[4:]}")))
    assert shop.sql(options, owner) == [(True, True)]
    shop.with_tenants("acme")
    assert shop.sql(OWNERS, "tenant_acme") == [("deals", owner), ("deals_pkey", owner)]


def test_a_later_migration_and_its_rollback_run_as_the_role(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_notes", "CREATE TABLE notes (by text DEFAULT current_user);\n", "DROP TABLE notes;\n")
    shop.write({"sql/tenant/0002_notes.verify.sql": f"SELECT 1 WHERE current_user <> '{owner_of(shop)}';\n"})
    assert shop.apply().exit_status == 0
    assert ("notes", owner_of(shop)) in shop.sql(OWNERS, "tenant_acme")
    assert shop.project().rollback(schemas=["tenant_acme"], steps=1).exit_status == 0
    assert shop.versions("tenant_acme") == [1]


def test_several_pending_migrations_of_several_tenants_run_as_the_role(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    for number, name in enumerate(("one", "two", "three"), start=2):
        shop.pair("tenant", f"000{number}_{name}", f"CREATE TABLE {name} ();\n", f"DROP TABLE {name};\n")
    assert shop.apply().exit_status == 0
    for schema in "tenant_acme", "tenant_globex":
        assert {owner for _, owner in shop.sql(OWNERS, schema)} == {owner_of(shop)}
        assert shop.versions(schema) == [1, 2, 3, 4]


def test_a_whole_target_in_one_transaction_runs_as_the_role(shop: Shop) -> None:
    shop.with_tenants("acme")
    config = (shop.folder / "sqlmig.yaml").read_text()
    shop.write({"sqlmig.yaml": config.replace("apply: {", "apply: {per_target_transaction: true, ")})
    for number, name in enumerate(("one", "two"), start=2):
        shop.pair("tenant", f"000{number}_{name}", f"CREATE TABLE {name} ();\n")
    assert shop.apply().exit_status == 0
    assert {owner for _, owner in shop.sql(OWNERS, "tenant_acme")} == {owner_of(shop)}


def test_what_belongs_to_somebody_else_is_refused_in_a_transaction(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_stray", "RESET ROLE;\nCREATE TABLE stray ();\n")
    result = shop.apply()
    assert result.exit_status == 3
    failure = result.results[-1].steps[-1].failure
    assert failure is not None
    assert "leaves what belongs to others: table stray (mig_" in failure.message
    assert shop.tables("tenant_acme") == ["deals"]


def test_statements_outside_of_a_transaction_run_as_the_role(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair(
        "tenant",
        "0002_index",
        "-- sqlmig: transaction off\nCREATE TABLE notes (id int);\nCREATE INDEX CONCURRENTLY notes_id ON notes (id);\n"
        "CREATE TABLE more ();\n",
    )
    shop.write({"sql/tenant/0002_index.verify.sql": f"SELECT 1 WHERE current_user <> '{owner_of(shop)}';\n"})
    assert shop.apply().exit_status == 0
    owner = owner_of(shop)
    found = [row for row in shop.sql(OWNERS, "tenant_acme") if row[0] in ("more", "notes", "notes_id")]
    assert found == [("more", owner), ("notes", owner), ("notes_id", owner)]


LEFT_TO_OTHERS = {
    "RESET ROLE": ("RESET ROLE; CREATE TABLE stray ();", "table stray"),
    "in a part of its own that can fail alone": (
        "RESET ROLE; DO $$ BEGIN CREATE TABLE stray (); EXCEPTION WHEN division_by_zero THEN NULL; END $$;",
        "table stray",
    ),
    "a view": (
        "GRANT SELECT ON deals TO CURRENT_USER; RESET ROLE; CREATE VIEW stray AS SELECT 1 AS one;",
        "view stray",
    ),
    "a function": ("RESET ROLE; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "function f()"),
    "an enum": ("RESET ROLE; CREATE TYPE stray AS ENUM ('a');", "type stray"),
    "a domain": ("RESET ROLE; CREATE DOMAIN stray AS int;", "type stray"),
    "a sequence": ("RESET ROLE; CREATE SEQUENCE stray;", "sequence stray"),
    "a schema": ("RESET ROLE; CREATE SCHEMA stray;", "schema stray"),
    "an operator": (
        "RESET ROLE; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);",
        "operator ===(integer,integer)",
    ),
    "statistics": ("RESET ROLE; CREATE STATISTICS stray ON id, title FROM deals;", "statistics object stray"),
    "a dictionary": (
        "RESET ROLE; CREATE TEXT SEARCH DICTIONARY stray (TEMPLATE = simple);",
        "text search dictionary stray",
    ),
}


@pytest.mark.parametrize(("text", "what"), LEFT_TO_OTHERS.values(), ids=LEFT_TO_OTHERS.keys())
def test_what_belongs_to_somebody_else_is_refused_for_a_new_tenant(shop: Shop, text: str, what: str) -> None:
    shop.project().apply(platform=True)
    shop.pair("tenant", "0002_stray", text)
    with pytest.raises(MigrationFailed) as caught:
        shop.project().create_tenant("acme", values={})
    expected = f"0002_stray runs as {owner_of(shop)} in tenant_acme, and leaves what belongs to others: {what} (mig_"
    assert expected in str(caught.value)
    assert shop.one("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'") == 0


def test_what_belongs_to_somebody_else_is_refused_outside_of_a_transaction(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair(
        "tenant", "0002_stray", "-- sqlmig: transaction off\nDO $$ BEGIN RESET ROLE; CREATE TABLE stray (); END $$;\n"
    )
    result = shop.apply()
    assert result.exit_status == 3
    failure = result.results[-1].steps[-1].failure
    assert failure is not None
    assert "leaves what belongs to others: table stray (mig_" in failure.message
    assert (
        f"give it to the role: OWNER TO {owner_of(shop)}; then run `sqlmig apply --schema tenant_acme`" in failure.next
    )
    assert shop.tables("tenant_acme") == ["deals"]


def test_what_another_file_of_the_same_transaction_makes_is_its_own_affair(shop: Shop) -> None:
    owner = owner_of(shop)
    provision = f'''CREATE SCHEMA {{{{ schema | ident }}}};
GRANT USAGE, CREATE ON SCHEMA {{{{ schema | ident }}}} TO "{owner}";
CREATE FUNCTION {{{{ schema | ident }}}}.answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
'''
    shop.write({"sql/lifecycle/provision.sql": provision})
    shop.with_tenants("acme")
    assert shop.sql(OWNERS, "tenant_acme") == [("deals", owner), ("deals_pkey", owner)]


def test_what_was_there_before_may_belong_to_anybody(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql(
        "CREATE TABLE tenant_acme.older (); CREATE FUNCTION tenant_acme.g() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    shop.pair("tenant", "0002_more", "CREATE TABLE more ();\n")
    assert shop.apply().exit_status == 0


def test_a_role_that_the_migration_role_is_no_member_of_is_said(shop: Shop, role: Callable[..., Role]) -> None:
    shop.with_tenants()
    stranger = role().name
    text = (shop.folder / "sqlmig.yaml").read_text().replace(owner_of(shop), stranger)
    shop.write({"sqlmig.yaml": text})
    with pytest.raises(SqlmigError, match=f'permission denied to set role "{stranger}"'):
        shop.project().create_tenant("acme", values={})


def test_psql_running_the_script_leaves_the_same_owners(shop: Shop) -> None:
    run_psql(shop, shop.project().script(shop.project().plan(platform=True)))
    owner = owner_of(shop)
    assert shop.sql(OWNERS, "core") == platform_of(owner)
    assert shop.project().status(platform=True).current
    shop.sql(f'CREATE SCHEMA tenant_acme AUTHORIZATION "{owner}"')
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('acme', 'tenant_acme')")
    shop.pair(
        "tenant",
        "0002_index",
        "-- sqlmig: transaction off\nCREATE TABLE notes (id int);\nCREATE INDEX CONCURRENTLY notes_id ON notes (id);\n",
    )
    run_psql(shop, shop.project().script(shop.project().plan()))
    assert {row[1] for row in shop.sql(OWNERS, "tenant_acme")} == {owner}
    assert shop.versions("tenant_acme") == [1, 2]


def test_psql_stops_where_something_is_left_to_another_role(shop: Shop) -> None:
    shop.pair("platform", "0002_stray", "RESET ROLE; CREATE TABLE stray ();")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_psql(shop, shop.project().script(shop.project().plan(platform=True)))
    assert "left to other roles: table stray (mig_" in caught.value.stderr
    assert shop.tables("core") == ["tenants"]


def run_psql(shop: Shop, script: str) -> None:
    """What whoever has no sqlmig at hand does with a plan."""
    command = [embedded.program("psql"), "-X", "-q", "-f", "-", shop.database_url]
    subprocess.run(command, input=script, encoding="utf-8", capture_output=True, check=True)

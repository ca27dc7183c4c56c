"""What a restore does with what changed since the backup: the tenant's state, its name, its id, who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backingup import made
from commandline import Cli
from shop import FILES, Shop
from sqlmig.admin import backups, lifecycle
from sqlmig.api import Project
from sqlmig.db.locks import key_of
from sqlmig.errors import LockNotObtained, Refused
from tenantlife import AT_THE_GATE, GATE, blocked_on_the_gate, by_schema, living, until
from tenantlife import FILES as LIFE

Connect = Callable[..., psycopg.Connection[Any]]


def may_use(project: Project, connection: psycopg.Connection[Any]) -> bool:
    """Whether the application can come to the tenant's tables."""
    asked = "SELECT has_schema_privilege(%s, 'tenant_acme', 'USAGE')"
    row = connection.execute(asked, [project.config.variables["app_role"]]).fetchone()
    return bool(row and row[0])


def test_a_suspended_tenant_is_suspended_after_a_restore_as_well(example: Project, connect: Connect) -> None:
    backup = made(example, "acme").backup_id
    lifecycle.suspend(example, "acme", reason="unpaid")
    restored = backups.restore(example, "acme", backup=backup)
    assert restored.notes == ("it was active when the backup was made; sql/lifecycle/suspend.sql suspended it again",)
    assert not may_use(example, connect())
    lifecycle.activate(example, "acme")
    assert may_use(example, connect())


def test_an_active_tenant_is_usable_after_a_restore_from_when_it_was_suspended(
    example: Project, connect: Connect
) -> None:
    lifecycle.suspend(example, "acme", reason="unpaid")
    backup = made(example, "acme").backup_id
    assert backups.restore(example, "acme", backup=backup).notes == ()
    assert not may_use(example, connect())
    lifecycle.activate(example, "acme")
    restored = backups.restore(example, "acme", backup=backup)
    assert restored.notes == (
        "it was suspended when the backup was made; sql/lifecycle/activate.sql gave the application its access",
    )
    assert may_use(example, connect())


def test_publications_of_the_old_tables_are_named(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("CREATE PUBLICATION changes FOR TABLE tenant_acme.deals")
    backup = made(shop.project(), "acme").backup_id
    assert backups.restore(shop.project(), "acme", backup=backup).notes == (
        "publication of table tenant_acme.deals in publication changes still looks at the old schema: make it anew",
    )


def test_of_many_that_look_at_the_old_schema_some_are_named_and_all_are_counted(shop: Shop) -> None:
    shop.with_tenants("acme")
    for number in range(7):
        shop.sql(f"CREATE VIEW core.view_{number} AS SELECT * FROM tenant_acme.deals")
    backup = made(shop.project(), "acme").backup_id
    notes = backups.restore(shop.project(), "acme", backup=backup).notes
    assert (len(notes), notes[-1]) == (6, "and 2 more")


def test_a_tenant_that_is_known_by_its_schema_comes_back_after_a_rename(shop: Shop) -> None:
    by_schema(shop, "tenant_a")
    shop.write({"sqlmig.yaml": (shop.folder / "sqlmig.yaml").read_text() + "backup: {url: backups}\n"})
    shop.sql("INSERT INTO tenant_a.deals VALUES (1, 'first')")
    backup = made(shop.project(), "tenant_a").backup_id
    lifecycle.rename(shop.project(), "tenant_a", "tenant_b")
    shop.sql("DELETE FROM tenant_b.deals")
    restored = backups.restore(shop.project(), "tenant_b", backup=backup)
    assert restored.tenant.schema == "tenant_b"
    assert shop.sql("SELECT * FROM tenant_b.deals") == [(1, "first")]
    assert shop.project().status().current


def test_the_old_schema_is_never_taken_for_a_tenant(shop: Shop) -> None:
    by_schema(shop, "tenant_a")
    text = (shop.folder / "sqlmig.yaml").read_text() + "backup: {url: backups}\n"
    shop.write({"sqlmig.yaml": text.replace("schemas: tenant_*", "schemas: '*tenant_*'")})
    backup = made(shop.project(), "tenant_a").backup_id
    with pytest.raises(Refused) as caught:
        backups.restore(shop.project(), "tenant_a", backup=backup)
    assert caught.value.message == (
        "`tenants.schemas: *tenant_*` would take the old schema, which is kept as"
        " _before_restore_00000000_tenant_a, for a tenant"
    )
    assert caught.value.next == "narrow the pattern, such as tenant_*"
    assert [tenant.schema for tenant in shop.project().tenants()] == ["tenant_a"]


def test_a_backup_of_an_earlier_tenant_does_not_take_the_place_of_its_namesake(shop: Shop) -> None:
    shop.with_tenants("acme")
    backup = made(shop.project(), "acme").backup_id
    shop.sql("DROP SCHEMA tenant_acme CASCADE; DELETE FROM core.tenants")
    shop.project().create_tenant("acme", values={})
    shop.sql("INSERT INTO tenant_acme.deals VALUES (7, 'of today')")
    with pytest.raises(Refused) as caught:
        backups.restore(shop.project(), "acme", backup=backup)
    assert caught.value.message == (
        f"backup {backup} is of an earlier tenant acme, with id 1; tenant acme of today has id 2"
    )
    assert caught.value.next == "make another tenant of it: --as NEW; or drop and purge the one that is there first"
    assert shop.sql("SELECT * FROM tenant_acme.deals") == [(7, "of today")]


def test_copies_of_what_ran_after_the_backup_do_not_come_back_with_a_later_rollback(shop: Shop) -> None:
    settings = FILES["sqlmig.yaml"] + "backup: {url: backups}\nundo: {below: 1MB, keep: 7d}\n"
    shop.write({"sqlmig.yaml": settings})
    shop.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'at the backup')")
    backup = made(shop.project(), "acme").backup_id
    shop.sql("UPDATE tenant_acme.deals SET title = 'after it'")
    shop.pair(
        "tenant", "0002_drop_title", "ALTER TABLE deals DROP COLUMN title;\n", "ALTER TABLE deals ADD title text;\n"
    )
    shop.apply()
    backups.restore(shop.project(), "acme", backup=backup)
    shop.apply()
    assert shop.project().rollback(steps=1, track="tenant").exit_status == 0
    assert shop.sql("SELECT title FROM tenant_acme.deals") == [("at the backup",)]


def test_copies_of_what_had_run_before_the_backup_are_kept(shop: Shop) -> None:
    settings = FILES["sqlmig.yaml"] + "backup: {url: backups}\nundo: {below: 1MB, keep: 7d}\n"
    shop.write({"sqlmig.yaml": settings})
    shop.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    shop.pair(
        "tenant", "0002_drop_title", "ALTER TABLE deals DROP COLUMN title;\n", "ALTER TABLE deals ADD title text;\n"
    )
    shop.apply()
    backup = made(shop.project(), "acme").backup_id
    backups.restore(shop.project(), "acme", backup=backup)
    assert shop.project().rollback(steps=1, track="tenant").exit_status == 0
    assert shop.sql("SELECT title FROM tenant_acme.deals") == [("first",)]


def test_a_copy_says_its_own_name_also_where_the_former_one_is_written_in_quotes(shop: Shop) -> None:
    shop.with_tenants()
    shop.project().create_tenant("acme", values={"schema": "te\"n'ant"})
    shop.sql(
        """CREATE FUNCTION "te""n'ant".f() RETURNS bigint LANGUAGE sql SECURITY DEFINER"""
        """ SET search_path = "te""n'ant", pg_temp AS $f$ SELECT count(*) FROM "te""n'ant".deals $f$"""
    )
    backup = made(shop.project(), "acme").backup_id
    backups.restore(shop.project(), "acme", backup=backup, new_slug="copy")
    shop.sql("INSERT INTO tenant_copy.deals VALUES (1, 'of the copy')")
    assert shop.one("SELECT tenant_copy.f()") == 1
    assert shop.sql("SELECT proconfig FROM pg_proc WHERE pronamespace = 'tenant_copy'::regnamespace") == [
        (["search_path=tenant_copy, pg_temp"],)
    ]


@pytest.mark.parametrize("schema", ["a\nb", 'Te"n%s{x}', "a -- b"], ids=["line end", "quote", "comment"])
def test_a_schema_may_have_any_name(shop: Shop, schema: str) -> None:
    shop.write(FILES | {"sqlmig.yaml": FILES["sqlmig.yaml"] + "backup: {url: backups}\n"})
    shop.project().apply(platform=True)
    shop.project().create_tenant("acme", values={"schema": schema})
    quoted = '"' + schema.replace('"', '""') + '"'
    shop.sql(
        f'CREATE TABLE {quoted}."odd ""\n table" (id serial, t text);'
        f' INSERT INTO {quoted}."odd ""\n table" (t) VALUES (E\'x\\ny\')'
    )
    backup = made(shop.project(), "acme").backup_id
    shop.sql(f'DELETE FROM {quoted}."odd ""\n table"')
    backups.restore(shop.project(), "acme", backup=backup)
    assert shop.sql(f'SELECT * FROM {quoted}."odd ""\n table"') == [(1, "x\ny")]


def test_the_registrys_row_stays_as_it_is_and_what_differs_is_named(shop: Shop) -> None:
    shop.with_tenants("acme")
    backup = made(shop.project(), "acme").backup_id
    shop.sql("UPDATE core.tenants SET tier = 'enterprise'")
    restored = backups.restore(shop.project(), "acme", backup=backup)
    assert restored.notes == ("the registry's row stays as it is now; other than in the backup: tier",)
    assert shop.one("SELECT tier FROM core.tenants") == "enterprise"


def test_a_tenant_that_is_called_otherwise_now_is_not_made_a_second_time(shop: Shop) -> None:
    living(shop, "acme")
    shop.write({"sqlmig.yaml": LIFE["sqlmig.yaml"] + "backup: {url: backups}\n"})
    backup = made(shop.project(), "acme").backup_id
    lifecycle.rename(shop.project(), "acme", "apex")
    with pytest.raises(Refused) as caught:
        backups.restore(shop.project(), "acme", backup=backup)
    assert caught.value.message == f"the tenant of backup {backup} is there, and is called apex now"
    assert caught.value.next == f"sqlmig tenant restore apex --from {backup}; or, beside it: --as NEW"
    assert backups.restore(shop.project(), "apex", backup=backup).tenant.schema == "tenant_apex"
    assert shop.sql("SELECT slug, schema_name FROM core.tenants") == [("apex", "tenant_apex")]


def test_who_renamed_the_tenant_while_the_restore_waited_for_it_is_noticed(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    shop.write({"sqlmig.yaml": LIFE["sqlmig.yaml"].replace("2s", "60s") + "backup: {url: backups}\n"})
    backup = made(shop.project(), "acme").backup_id
    shop.write({"sql/lifecycle/rename.sql": AT_THE_GATE + LIFE["sql/lifecycle/rename.sql"]})
    shop.sql("SELECT pg_advisory_lock(%s)", GATE)
    with cli.start("tenant", "rename", "acme", "apex") as renaming:
        blocked_on_the_gate(shop)
        with cli.start("tenant", "restore", "acme", "--from", backup) as restoring:
            tries = "application_name = 'sqlmig (restore)' AND query LIKE '%%pg_try_adv%%'"
            until(lambda: shop.one(f"SELECT count(*) FROM pg_stat_activity WHERE {tries}") != 0)
            shop.sql("SELECT pg_advisory_unlock(%s)", GATE)
            renaming.communicate(timeout=60)
            _, told = restoring.communicate(timeout=60)
    assert (renaming.returncode, restoring.returncode) == (0, 1)
    assert "is there, and is called apex now" in told
    assert shop.sql("SELECT slug, schema_name FROM core.tenants") == [("apex", "tenant_apex")]
    assert shop.tables("tenant_acme") == []


def test_a_copy_waits_for_no_run_in_the_original(shop: Shop, connect: Connect) -> None:
    shop.with_tenants("acme")
    backup = made(shop.project(), "acme").backup_id
    # As if a run held it.
    connect().execute("SELECT pg_advisory_lock(%s)", [key_of("sqlmig", "target", "1")])
    with pytest.raises(LockNotObtained) as caught:
        backups.restore(shop.project(), "acme", backup=backup, new_slug="copy")
    assert caught.value.message == (
        "a run holds the tenant with schema tenant_acme, which has to step aside for the time of the restore"
    )
    assert shop.sql("SELECT slug FROM core.tenants") == [("acme",)]


def test_other_runs_begin_while_a_restore_is_under_way(shop: Shop, cli: Cli, connect: Connect) -> None:
    shop.with_tenants("acme", "globex")
    shop.write({"sqlmig.yaml": (shop.folder / "sqlmig.yaml").read_text().replace("500ms", "60s")})
    backup = made(shop.project(), "acme").backup_id
    writer = connect(autocommit=False)
    writer.execute("INSERT INTO tenant_acme.deals VALUES (1, 'late')")
    shop.pair("tenant", "0002_notes", "CREATE TABLE notes (id int);")
    with cli.start("tenant", "restore", "acme", "--from", backup) as restoring:
        waits = "application_name = 'sqlmig (restore)' AND wait_event_type = 'Lock'"
        until(lambda: shop.one(f"SELECT count(*) FROM pg_stat_activity WHERE {waits}") != 0)
        assert shop.apply("tenant_globex").exit_status == 0
        writer.rollback()
        restoring.communicate(timeout=60)
    assert restoring.returncode == 0
    assert shop.tables("tenant_globex") == ["deals", "notes"]

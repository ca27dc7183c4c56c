"""A renamed tenant: registry, schema and history change together, and what was applied stays applied."""

from __future__ import annotations

import threading

import pytest

from commandline import Cli
from servers import Role
from shop import Shop
from sqlmig.admin import lifecycle
from sqlmig.errors import (
    ConfigError,
    ConnectionFailed,
    LockNotObtained,
    MigrationFailed,
    ProjectError,
    Refused,
    UsageError,
)
from sqlmig.plan.results import Outcome, RunResult
from tenantlife import AT_THE_GATE, FILES, GATE, blocked_on_the_gate, by_schema, living, state, until


def test_a_rename_keeps_what_is_applied_and_the_history_its_id(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    changed = lifecycle.rename(shop.project(), "acme", "umbrella")
    assert (changed.after.tenant.id, changed.after.tenant.schema) == (changed.before.tenant.id, "tenant_umbrella")
    assert shop.sql("SELECT slug, schema_name FROM core.tenants WHERE id = 1") == [("umbrella", "tenant_umbrella")]
    assert shop.one("SELECT title FROM tenant_umbrella.deals") == "first"
    assert shop.versions("tenant_umbrella") == [1]
    assert shop.apply().run_id is None, "nothing is to be done"
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    assert shop.apply().outcome is Outcome.DONE
    assert shop.versions("tenant_umbrella") == [1, 2]
    detail = shop.one("SELECT detail FROM sqlmig.log WHERE action = 'rename'")
    assert detail == {
        "from": {"slug": "acme", "schema": "tenant_acme"},
        "to": {"slug": "umbrella", "schema": "tenant_umbrella"},
    }


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [(None, "tenant_umbrella"), ("tenant_acme", "tenant_acme"), ("Big Umbrella", "Big Umbrella")],
    ids=["follows-the-slug", "stays", "any-name"],
)
def test_which_name_the_schema_gets(shop: Shop, schema: str | None, wanted: str) -> None:
    living(shop, "acme")
    changed = lifecycle.rename(shop.project(), "acme", "umbrella", schema=schema)
    assert changed.after.tenant.schema == wanted
    assert shop.one("SELECT schema_name FROM core.tenants") == wanted
    assert shop.project().status().current


def test_a_schema_that_was_never_named_after_the_slug_keeps_its_name(shop: Shop) -> None:
    living(shop)
    shop.project().create_tenant("acme", values={"schema": "s17"})
    assert lifecycle.rename(shop.project(), "acme", "umbrella").after.tenant.schema == "s17"


def test_without_ids_the_history_follows_the_schema(shop: Shop) -> None:
    by_schema(shop, "tenant_acme", "tenant_globex")
    lifecycle.hold(shop.project(), "tenant_acme", at=1, reason="audit")
    shop.write({"sql/tenant/repeatable/seen.sql": "CREATE OR REPLACE VIEW seen AS SELECT id FROM deals;\n"})
    lifecycle.rename(shop.project(), "tenant_acme", "tenant_umbrella")
    rows = shop.sql("SELECT target, schema_name FROM sqlmig.target WHERE track = 'tenant' ORDER BY 1")
    assert rows == [("tenant_globex", "tenant_globex"), ("tenant_umbrella", "tenant_umbrella")]
    assert shop.one("SELECT count(*) FROM sqlmig.applied WHERE target = 'tenant_umbrella'") == 1
    assert shop.sql("SELECT target, slug FROM sqlmig.tenant") == [("tenant_umbrella", "tenant_umbrella")]
    assert lifecycle.show(shop.project(), "tenant_umbrella").known.holds["tenant"].reason == "audit"
    assert shop.apply().outcome is Outcome.DONE


def test_a_suspended_tenant_that_the_registry_leaves_out_can_be_renamed(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    lifecycle.rename(shop.project(), "acme", "umbrella")
    assert state(shop, "umbrella") == "suspended"
    assert lifecycle.activate(shop.project(), "umbrella").after.tenant.schema == "tenant_umbrella"


def test_a_name_that_is_written_with_doubled_quotes_is_found_as_well(shop: Shop) -> None:
    living(shop)
    shop.project().create_tenant("acme", values={"schema": "te\"n'ant"})
    shop.sql(
        """CREATE FUNCTION "te""n'ant".f() RETURNS bigint LANGUAGE sql SECURITY DEFINER"""
        """ SET search_path = "te""n'ant", pg_temp AS $f$ SELECT count(*) FROM "te""n'ant".deals $f$;"""
        """CREATE FUNCTION "te""n'ant".g() RETURNS text LANGUAGE sql AS $f$ SELECT 'te"n''ant' $f$"""
    )
    changed = lifecycle.rename(shop.project(), "acme", "umbrella", schema="tenant_umbrella")
    assert shop.one("SELECT proconfig FROM pg_proc WHERE proname = 'f'") == ["search_path=tenant_umbrella, pg_temp"]
    assert [warning.partition(" holds")[0] for warning in changed.warnings] == [
        "function tenant_umbrella.f",
        "function tenant_umbrella.g",
    ]


def test_a_routine_that_brings_its_search_path_gets_the_new_name_and_a_text_is_told(shop: Shop) -> None:
    living(shop, "acme", "acme_2")
    shop.sql(
        "CREATE FUNCTION tenant_acme.counted(title text) RETURNS bigint LANGUAGE sql"
        " SET search_path = tenant_acme, pg_temp"
        " AS 'SELECT count(*) FROM deals'"
    )
    shop.sql(
        "CREATE FUNCTION tenant_acme.literal() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN (SELECT max(title) FROM tenant_acme.deals); END $$"
    )
    shop.sql("CREATE POLICY own ON tenant_acme.deals USING (current_setting('app.schema', true) = 'tenant_acme')")
    shop.sql("ALTER TABLE tenant_acme.deals ALTER title SET DEFAULT 'of tenant_acme_2'")
    changed = lifecycle.rename(shop.project(), "acme", "umbrella")
    assert shop.one("SELECT tenant_umbrella.counted('x')") == 0
    assert [warning.split(" holds ")[0] for warning in changed.warnings] == [
        "function tenant_umbrella.literal",
        "policy own on tenant_umbrella.deals",
    ]


@pytest.mark.parametrize(
    ("new", "schema", "said"),
    [
        ("globex", None, "tenant globex has schema tenant_globex"),
        ("umbrella", "tenant_globex", "tenant globex has schema tenant_globex"),
        ("umbrella", "left_over", "schema left_over is there already"),
        ("initech", None, "tenant initech has schema tenant_initech"),
    ],
    ids=["slug", "schema-of-a-tenant", "schema-of-nobody", "of-one-that-was-dropped"],
)
def test_a_name_that_is_taken(shop: Shop, new: str, schema: str | None, said: str) -> None:
    living(shop, "acme", "globex", "initech")
    lifecycle.drop(shop.project(), "initech", backup=None)
    shop.sql("CREATE SCHEMA left_over")
    with pytest.raises(Refused) as caught:
        lifecycle.rename(shop.project(), "acme", new, schema=schema)
    assert (caught.value.message, caught.value.state) == (said, "nothing was changed")
    assert shop.project().status().current


@pytest.mark.parametrize(
    ("new", "schema", "said"),
    [
        ("Umbrella", None, 'slug "Umbrella" must be lower-case letters a-z, digits, _ and -'),
        ("umbrella", "core", 'tenant umbrella: schema "core" is shared by all tenants'),
        ("umbrella", "pg_umbrella", 'tenant umbrella: schema "pg_umbrella" begins with pg_'),
        ("acme", None, "tenant acme with schema tenant_acme has these names already"),
    ],
    ids=["slug", "shared", "reserved", "same"],
)
def test_a_name_that_is_not_usable(shop: Shop, new: str, schema: str | None, said: str) -> None:
    living(shop, "acme")
    with pytest.raises(UsageError) as caught:
        lifecycle.rename(shop.project(), "acme", new, schema=schema)
    assert caught.value.message.startswith(said)


def test_the_registry_is_renamed_by_a_file_of_the_project(shop: Shop) -> None:
    living(shop, "acme")
    shop.write({"sql/lifecycle/rename.sql": None})
    with pytest.raises(ProjectError) as caught:
        lifecycle.rename(shop.project(), "acme", "umbrella")
    assert str(caught.value) == (
        "sql/lifecycle/rename.sql: renaming tenant acme in the registry needs sql/lifecycle/rename.sql, which is not"
        " there\n  next: write it: UPDATE the tenant's row to tenant.new_slug and tenant.new_schema"
    )


@pytest.mark.parametrize(
    ("file", "error", "said"),
    [
        ("SELECT 1;\n", ConfigError, "the registry gives slug acme and schema tenant_acme, where slug umbrella and"),
        ("DELETE FROM core.tenants;\n", ConfigError, "the registry gives no such tenant, where slug umbrella and"),
        ("SELECT 1 / 0;\n", MigrationFailed, "rename of tenant acme failed: division by zero"),
        ("UPDATE core.tenants SET slug = 'globex';\n", MigrationFailed, "rename of tenant acme failed: duplicate key"),
    ],
    ids=["does-nothing", "deletes", "fails", "collides"],
)
def test_a_file_that_does_not_rename_changes_nothing(
    shop: Shop, file: str, error: type[ConfigError], said: str
) -> None:
    living(shop, "acme", "globex")
    shop.write({"sql/lifecycle/rename.sql": file})
    with pytest.raises(error) as caught:
        lifecycle.rename(shop.project(), "acme", "umbrella")
    assert caught.value.message.startswith(said)
    assert shop.sql("SELECT slug, schema_name FROM core.tenants WHERE id = 1") == [("acme", "tenant_acme")]
    assert shop.tables("tenant_acme") == ["deals"]
    assert shop.versions("tenant_acme") == [1]


def test_an_apply_that_waits_for_the_tenant_meanwhile_changes_nothing_and_the_next_one_does(shop: Shop) -> None:
    living(shop, "acme")
    shop.write({"sql/lifecycle/rename.sql": AT_THE_GATE + FILES["sql/lifecycle/rename.sql"]})
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    shop.sql("SELECT pg_advisory_lock(%s)", GATE)
    results: list[RunResult] = []
    renaming = threading.Thread(target=lambda: lifecycle.rename(shop.project(), "acme", "umbrella"))
    renaming.start()
    blocked_on_the_gate(shop)
    applying = threading.Thread(target=lambda: results.append(shop.project().apply(lock_wait="30s")))
    applying.start()
    until(lambda: shop.sql("SELECT 1 FROM sqlmig.run_item WHERE state = 'running'") != [])
    shop.sql("SELECT pg_advisory_unlock(%s)", GATE)
    renaming.join()
    applying.join()
    [acme] = [one for one in results[0].results if one.target.tenant is not None]
    assert acme.outcome is Outcome.FAILED
    assert acme.failure is not None
    assert acme.failure.message == "schema tenant_acme of tenant acme is not there"
    assert shop.tables("tenant_umbrella") == ["deals"]
    assert shop.apply().outcome is Outcome.DONE
    assert shop.versions("tenant_umbrella") == [1, 2]


def test_of_two_renames_at_once_one_wins(shop: Shop) -> None:
    living(shop, "acme")
    said: list[str] = []

    def rename(new: str) -> None:
        try:
            said.append(lifecycle.rename(shop.project(), "acme", new).after.label)
        except (Refused, UsageError, LockNotObtained, ConfigError) as error:
            said.append(error.message)

    threads = [threading.Thread(target=rename, args=(new,)) for new in ("umbrella", "initech")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [(slug, schema)] = shop.sql("SELECT slug, schema_name FROM core.tenants")
    assert schema == f"tenant_{slug}"
    assert slug in said
    assert shop.project().status().current


def test_killed_in_the_middle_the_old_names_are_there_and_the_next_call_renames(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    shop.write({"sql/lifecycle/rename.sql": FILES["sql/lifecycle/rename.sql"] + AT_THE_GATE})
    shop.sql("SELECT pg_advisory_lock(%s)", GATE)
    with cli.start("tenant", "rename", "acme", "umbrella") as process:
        blocked_on_the_gate(shop)
        process.kill()
    shop.sql("SELECT pg_advisory_unlock(%s)", GATE)
    until(lambda: shop.sql("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'sqlmig%%'") == [])
    assert shop.sql("SELECT slug, schema_name FROM core.tenants") == [("acme", "tenant_acme")]
    assert shop.tables("tenant_acme") == ["deals"]
    assert shop.sql("SELECT 1 FROM sqlmig.run WHERE command LIKE 'tenant rename%%'") == []
    said = cli("tenant", "rename", "acme", "umbrella")
    assert said.returncode == 0, said.stderr
    assert said.stdout == (
        "tenant acme is now umbrella; schema tenant_acme is now tenant_umbrella\n  ran sql/lifecycle/rename.sql\n"
    )


def test_a_role_that_may_not_rename_schemas_is_told_what_it_lacks(shop: Shop, role: object) -> None:
    living(shop, "acme")
    made: Role = role("")  # type: ignore[operator]
    for statement in (
        "GRANT USAGE, CREATE ON SCHEMA sqlmig, core TO {0}",
        "GRANT ALL ON ALL TABLES IN SCHEMA sqlmig, core TO {0}",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA sqlmig, core TO {0}",
    ):
        shop.sql(statement.format(made.name))
    project = type(shop)(shop.folder, made.url, shop.connection).project()
    with pytest.raises(ConnectionFailed) as caught:
        lifecycle.rename(project, "acme", "umbrella")
    assert caught.value.message.startswith("the role may not rename schema tenant_acme")
    assert caught.value.next == "it needs to own the schema, and the right CREATE on the database"

"""`tenant create`: schema, registry row, every migration, seed; all of it or nothing."""

from __future__ import annotations

import pytest

from shop import Shop
from sqlmig.errors import ConfigError, MigrationFailed, ProjectError, Refused, SqlmigError, UsageError


def nothing_of_acme(shop: Shop) -> bool:
    return (
        not shop.one("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'")
        and not shop.one("SELECT count(*) FROM core.tenants")
        and not shop.one("SELECT count(*) FROM sqlmig.applied WHERE track = 'tenant'")
        and not shop.one("SELECT count(*) FROM sqlmig.target WHERE track = 'tenant'")
    )


def create(shop: Shop) -> SqlmigError:
    with pytest.raises(SqlmigError) as caught:
        shop.project().create_tenant("acme", values={})
    return caught.value


def test_a_new_tenant_is_current_and_known_to_the_registry(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("tenant", "0002_note", "CREATE TABLE note AS SELECT '{{ tenant.slug }} {{ tenant.id }}'::text AS n;\n")
    shop.write(
        {"sql/lifecycle/seed.sql": "INSERT INTO {{ schema | ident }}.deals VALUES (1, {{ tenant.tier | literal }});"}
    )
    made = shop.project().create_tenant("acme", values={})
    assert (made.tenant.slug, made.tenant.schema, made.tenant.id, made.steps) == ("acme", "tenant_acme", "1", 2)
    assert shop.one("SELECT n FROM tenant_acme.note") == "acme 1"
    assert shop.one("SELECT title FROM tenant_acme.deals") == "trial"
    assert shop.project().status().current
    assert shop.apply().run_id is None


def test_what_is_built_concurrently_elsewhere_is_built_plainly_in_a_new_schema(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair(
        "tenant", "0002_i", "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY deals_title ON deals (title);\n"
    )
    shop.project().create_tenant("acme", values={})
    assert shop.one("SELECT indisvalid FROM pg_index WHERE indexrelid = 'tenant_acme.deals_title'::regclass") is True
    assert shop.project().status().current


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("sql/lifecycle/provision.sql", "sql/lifecycle/provision.sql:2:8"),
        ("sql/lifecycle/register.sql", "sql/lifecycle/register.sql:2:8"),
        ("sql/tenant/0001_deals.up.sql", "sql/tenant/0001_deals.up.sql:2:8"),
        ("sql/lifecycle/seed.sql", "sql/lifecycle/seed.sql:2:8"),
    ],
)
def test_a_failure_in_any_file_leaves_nothing_and_says_where(shop: Shop, file: str, place: str) -> None:
    shop.with_tenants()
    before = (shop.folder / file).read_text() if (shop.folder / file).exists() else "SELECT 1;\n"
    shop.write({file: before + "SELECT nothing_like_it();\n"})
    error = create(shop)
    assert isinstance(error, MigrationFailed)
    assert str(error.place) == place
    assert "tenant acme was not created: " in str(error)
    assert "function nothing_like_it() does not exist" in str(error)
    assert "everything was rolled back: nothing of tenant acme is there" in str(error)
    assert nothing_of_acme(shop)


def test_a_migration_that_reaches_outside_its_schema_leaves_nothing(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("tenant", "0002_out", "CREATE TABLE public.lost (id int);\n")
    assert "public.lost (AccessExclusiveLock)" in str(create(shop))
    assert nothing_of_acme(shop)


def test_what_provisioning_itself_locks_is_not_blamed_on_the_migrations(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/lifecycle/register.sql": FILES_REGISTER + "UPDATE core.tenants SET tier = 'gold';\n"})
    assert shop.project().create_tenant("acme", values={}).tenant.row["tier"] == "gold"


def test_a_verify_file_that_finds_a_fault_leaves_nothing(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/tenant/0001_deals.verify.sql": "SELECT 'no deals' WHERE NOT EXISTS (SELECT FROM deals);\n"})
    assert "did not verify in tenant_acme: a row came back: ('no deals',)" in str(create(shop))
    assert nothing_of_acme(shop)


def test_a_plan_that_refuses_leaves_nothing(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/tenant/0002_alone.up.sql": "SELECT 1;\n"})
    error = create(shop)
    assert isinstance(error, Refused)
    assert "0002_alone has no down file" in str(error)
    assert nothing_of_acme(shop)


def test_a_platform_that_is_not_far_enough_refuses(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_later", "SELECT 1;\n")
    shop.pair("tenant", "0002_needs", "-- sqlmig: requires platform 0002\nSELECT 1;\n")
    assert "0002_needs requires platform 0002, which is not applied" in str(create(shop))
    shop.project().apply(platform=True)
    shop.project().create_tenant("acme", values={})


@pytest.mark.parametrize("slug", ["", "Acme", "a b", "-x", "a;b"])
def test_a_slug_that_cannot_be_used_is_refused(shop: Shop, slug: str) -> None:
    shop.with_tenants()
    with pytest.raises(UsageError):
        shop.project().create_tenant(slug, values={})


def test_a_tenant_that_is_there_is_not_made_again(shop: Shop) -> None:
    shop.with_tenants("acme")
    assert "tenant acme with schema tenant_acme is there already" in str(create(shop))
    assert shop.tables("tenant_acme") == ["deals"]


def test_a_schema_that_belongs_to_nobody_is_not_taken_over(shop: Shop) -> None:
    shop.with_tenants()
    shop.sql("CREATE SCHEMA tenant_acme")
    shop.sql("CREATE TABLE tenant_acme.precious (id int)")
    assert "schema tenant_acme is there already, and belongs to no active tenant" in str(create(shop))
    assert shop.tables("tenant_acme") == ["precious"]


def test_before_the_platform_there_are_no_tenants(shop: Shop) -> None:
    assert "the registry's table is not there yet" in str(create(shop))


def test_a_registration_that_the_registry_does_not_see_leaves_nothing(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/lifecycle/register.sql": "SELECT 1;\n"})
    error = create(shop)
    assert isinstance(error, ConfigError)
    assert "the registry gives no active tenant with schema tenant_acme, though it was just registered" in str(error)
    assert nothing_of_acme(shop)


def test_a_project_without_provision_file_says_which_to_write(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/lifecycle/provision.sql": None})
    error = create(shop)
    assert isinstance(error, ProjectError)
    assert "a new tenant needs sql/lifecycle/provision.sql, which is not there" in str(error)


def test_a_schema_pattern_as_registry_needs_no_registration(shop: Shop) -> None:
    config = (shop.folder / "sqlmig.yaml").read_text()
    head, tail = config.split("tenants:\n  query:")[0], config.split("ORDER BY id\n")[1]
    shop.write({"sqlmig.yaml": f"{head}tenants: {{schemas: tenant_*}}\n{tail}", "sql/lifecycle/register.sql": None})
    shop.project().apply(platform=True)
    shop.project().create_tenant("acme", values={})
    assert [tenant.schema for tenant in shop.project().tenants()] == ["tenant_acme"]
    assert shop.project().status().current


def test_a_list_as_registry_takes_only_tenants_that_it_names(shop: Shop) -> None:
    config = (shop.folder / "sqlmig.yaml").read_text()
    head, tail = config.split("tenants:\n  query:")[0], config.split("ORDER BY id\n")[1]
    listed = "tenants:\n  list:\n    - {slug: acme, schema: tenant_acme, tier: gold}\n"
    shop.write({"sqlmig.yaml": f"{head}{listed}{tail}", "sql/lifecycle/register.sql": None})
    shop.project().apply(platform=True)
    made = shop.project().create_tenant("acme", values={})
    assert made.tenant.row["tier"] == "gold"
    with pytest.raises(Refused, match="tenant globex is not in the list of tenants"):
        shop.project().create_tenant("globex", values={})


def test_the_tenant_s_context_is_set_for_its_migrations_and_its_seed(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("tenant", "0002_who", "CREATE TABLE who AS SELECT current_setting('app.current_tenant_id') AS id;\n")
    shop.write(
        {"sql/lifecycle/seed.sql": "INSERT INTO who SELECT current_setting('app.current_tenant_id') || ' seed';"}
    )
    shop.project().create_tenant("acme", values={})
    assert [row[0] for row in shop.sql("SELECT id FROM tenant_acme.who ORDER BY 1")] == ["1", "1 seed"]


def test_a_failed_creation_is_in_the_history(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/tenant/0001_deals.up.sql": "SELECT nope();\n"})
    create(shop)
    command, outcome = shop.sql("SELECT command, outcome FROM sqlmig.run ORDER BY started_at DESC LIMIT 1")[0]
    assert (command, outcome) == ("tenant create acme", "failed")


FILES_REGISTER = (
    "INSERT INTO core.tenants (slug, schema_name) VALUES ({{ tenant.slug | literal }}, {{ schema | literal }});\n"
)


def test_seed_rows_see_what_the_call_gave_and_the_registry_does_not_keep(shop: Shop) -> None:
    shop.write({"sql/lifecycle/seed.sql": "INSERT INTO deals VALUES (1, {{ tenant.owner | literal }});\n"})
    shop.project().apply(platform=True)
    shop.project().create_tenant("acme", values={"owner": "ada@acme.example"})
    assert shop.one("SELECT title FROM tenant_acme.deals") == "ada@acme.example"


def test_of_a_value_that_the_registry_keeps_seed_rows_see_what_it_keeps(shop: Shop) -> None:
    shop.write({"sql/lifecycle/seed.sql": "INSERT INTO deals VALUES (1, {{ tenant.tier | literal }});\n"})
    shop.project().apply(platform=True)
    shop.project().create_tenant("acme", values={"tier": "gold"})
    assert shop.one("SELECT title FROM tenant_acme.deals") == "trial"

"""Kinds of tenants: their own seed files and variables, now and when later migrations run."""

from __future__ import annotations

import pytest

from shop import CONFIG, Shop
from sqlmig.admin import provisioning
from sqlmig.errors import ConfigError, SqlmigError, UsageError
from sqlmig.plan.provisioning import CreatedTenant

LIFECYCLE = """\
lifecycle:
  templates:
    trial: {seed: [seed/trial.sql]}
    enterprise: {seed: [seed/enterprise.sql, seed/more.sql], variables: {greeting: welcome}}
"""
REGISTER = (
    "INSERT INTO core.tenants (slug, schema_name, tier) VALUES"
    " ({{ tenant.slug | literal }}, {{ schema | literal }}, {{ tenant.tier | default('none') | literal }});\n"
)


@pytest.fixture
def kinds(shop: Shop) -> Shop:
    """A project with two templates, which the history keeps."""
    shop.write(
        {
            "sqlmig.yaml": CONFIG + LIFECYCLE,
            "sql/lifecycle/register.sql": REGISTER,
            "sql/lifecycle/seed.sql": "INSERT INTO deals VALUES (1, 'all');\n",
            "sql/lifecycle/seed/trial.sql": "INSERT INTO deals VALUES (2, 'trial');\n",
            "sql/lifecycle/seed/enterprise.sql": "INSERT INTO deals VALUES (2, {{ vars.greeting | literal }});\n",
            "sql/lifecycle/seed/more.sql": "INSERT INTO deals SELECT 3, title || '!' FROM deals WHERE id = 2;\n",
        }
    )
    return shop.with_tenants()


def by_column(shop: Shop) -> None:
    shop.write({"sqlmig.yaml": CONFIG + LIFECYCLE.replace("lifecycle:\n", "lifecycle:\n  template_column: tier\n")})


def make(shop: Shop, slug: str, template: str | None = None, **values: str) -> CreatedTenant:
    return provisioning.create(shop.project(), slug, values=values, template=template)


def titles(shop: Shop, schema: str) -> list[object]:
    return [row[0] for row in shop.sql(f"SELECT title FROM {schema}.deals ORDER BY id")]


def test_a_kind_has_its_own_seed_files_after_the_common_one(kinds: Shop) -> None:
    assert make(kinds, "acme", "trial").template == "trial"
    make(kinds, "globex", "enterprise")
    assert make(kinds, "initech").template is None
    assert titles(kinds, "tenant_acme") == ["all", "trial"]
    assert titles(kinds, "tenant_globex") == ["all", "welcome", "welcome!"]
    assert titles(kinds, "tenant_initech") == ["all"]


@pytest.mark.parametrize("keeps", ["the-history", "the-registry"])
def test_a_kind_s_variables_are_in_force_when_later_migrations_run(kinds: Shop, keeps: str) -> None:
    if keeps == "the-registry":
        by_column(kinds)
    make(kinds, "acme", "trial")
    make(kinds, "globex", "enterprise")
    kinds.pair("tenant", "0002_hello", "CREATE TABLE hello AS SELECT {{ vars.greeting | literal }} AS said;\n")
    assert kinds.apply().exit_status == 0
    assert kinds.one("SELECT said FROM tenant_acme.hello") == "hello"
    assert kinds.one("SELECT said FROM tenant_globex.hello") == "welcome"
    # What was laid out anew is rendered again, to be compared with what ran.
    kinds.pair("tenant", "0002_hello", "CREATE TABLE hello AS\n    SELECT {{ vars.greeting | literal }} AS said;\n")
    assert kinds.apply().exit_status == 0
    assert kinds.project().status().current


def test_the_registry_s_column_alone_says_the_kind(kinds: Shop) -> None:
    by_column(kinds)
    assert make(kinds, "acme", tier="enterprise").template == "enterprise"
    assert titles(kinds, "tenant_acme") == ["all", "welcome", "welcome!"]
    assert make(kinds, "globex", "trial").tenant.row["tier"] == "trial"
    assert not kinds.sql("SELECT FROM sqlmig.tenant")


def test_a_kind_that_the_registry_would_not_say_again_is_refused(kinds: Shop) -> None:
    by_column(kinds)
    kinds.write({"sql/lifecycle/register.sql": REGISTER.replace("{{ tenant.tier | default('none') | literal }}", "''")})
    with pytest.raises(ConfigError) as caught:
        make(kinds, "acme", "trial")
    assert str(caught.value) == (
        "sql/lifecycle/register.sql: tenant acme is to be made by template trial, but the registry's column tier says"
        " ''\n  next: let register.sql write {{ tenant.tier | literal }} into it, and the registry's query return it"
    )
    assert not kinds.sql("SELECT FROM core.tenants")


def test_a_default_template_is_that_of_tenants_that_name_none(kinds: Shop) -> None:
    text = LIFECYCLE.replace("lifecycle:\n", "lifecycle:\n  default_template: trial\n")
    kinds.write({"sqlmig.yaml": CONFIG + text})
    assert make(kinds, "acme").template == "trial"
    assert titles(kinds, "tenant_acme") == ["all", "trial"]


def test_an_unknown_template_gets_the_nearest_name(kinds: Shop) -> None:
    with pytest.raises(UsageError, match=r"there is no template 'trail'; did you mean 'trial'\?"):
        make(kinds, "acme", "trail")


def test_a_template_in_a_project_without_any_says_where_to_write_it(shop: Shop) -> None:
    shop.with_tenants()
    with pytest.raises(UsageError, match="there is no template 'trial': this project has none"):
        make(shop, "acme", "trial")


def test_a_seed_file_of_a_kind_that_fails_is_named_and_leaves_nothing(kinds: Shop) -> None:
    kinds.write({"sql/lifecycle/seed/more.sql": "SELECT 1;\nSELECT nope;\n"})
    with pytest.raises(SqlmigError) as caught:
        make(kinds, "acme", "enterprise")
    assert str(caught.value.place) == "sql/lifecycle/seed/more.sql:2:8"
    assert not kinds.sql("SELECT FROM core.tenants")
    assert not kinds.sql("SELECT FROM sqlmig.tenant")


def test_another_kind_is_a_difference(kinds: Shop) -> None:
    make(kinds, "acme", "trial")
    compared = provisioning.compare(kinds.project(), "acme", values={}, template="enterprise")
    assert compared is not None
    assert [(one.what, one.wanted, one.found) for one in compared.differences] == [("template", "enterprise", "trial")]

"""`tenant create --if-not-exists`: what is there is compared, never touched."""

from __future__ import annotations

import json

from commandline import Cli
from shop import Shop


def test_a_tenant_that_is_as_asked_for_is_nothing_to_do(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    ran = cli("tenant", "create", "acme", "--if-not-exists", "--set", "tier=trial")
    assert (ran.returncode, ran.stdout) == (
        0,
        "tenant acme is there already: schema tenant_acme, and as it should be\n",
    )


def test_a_tenant_that_is_not_there_is_made(shop: Shop, cli: Cli) -> None:
    shop.with_tenants()
    assert cli("tenant", "create", "acme", "--if-not-exists").stdout.startswith("tenant acme is there: schema ")


def test_everything_that_differs_is_told(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_more", "CREATE TABLE more (id int);\n")
    values = ("--set", "tier=gold", "--set", "schema=acme", "--set", "owner=ada")
    ran = cli("tenant", "create", "acme", "--if-not-exists", *values)
    assert (ran.returncode, ran.stdout.splitlines()) == (
        1,
        [
            "tenant acme is there already: schema tenant_acme, 3 differences:",
            "  schema: tenant_acme, not acme",
            "  tier: trial, not gold",
            "  migrations of tenant: behind, 1 pending, not current",
            "  not compared, for the registry does not give it: owner",
        ],
    )
    ran = cli("tenant", "create", "acme", "--if-not-exists", *values, "--format", "json")
    document = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert (document["format"], document["outcome"]) == ("sqlmig.tenant-create/1", "differs")
    assert document["differences"][1] == {"what": "tier", "wanted": "gold", "found": "trial"}
    assert document["not_compared"] == ["owner"]
    assert shop.versions("tenant_acme") == [1]


def test_a_schema_that_is_gone_is_a_difference(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    shop.sql("DROP SCHEMA tenant_acme CASCADE")
    ran = cli("tenant", "create", "acme", "--if-not-exists")
    assert (ran.returncode, ran.stdout.splitlines()[1:]) == (1, ["  schema: not there, not tenant_acme"])


def test_a_schema_of_another_tenant_is_refused(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    ran = cli("tenant", "create", "other", "--if-not-exists", "--set", "schema=tenant_acme")
    assert ran.returncode == 1
    assert "tenant acme with schema tenant_acme is there already" in ran.stderr

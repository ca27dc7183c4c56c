"""One tenant on one screen, in every state that it can be in."""

from __future__ import annotations

import json

import pytest

from commandline import Cli
from shop import Shop
from sqlmig.admin import lifecycle
from sqlmig.errors import UsageError
from sqlmig.report.tenantstates import facts_json, facts_text, known_json, known_text, size
from tenantlife import living


def test_who_it_is_where_it_stands_and_what_happened(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.hold(shop.project(), "acme", at=1, reason="audit")
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    facts = lifecycle.show(shop.project(), "acme")
    text = facts_text(facts)
    lines = dict(line.split("  ", 1) for line in text.split("\n\n")[0].splitlines())
    found = {name.strip(): value.strip() for name, value in lines.items()}
    assert (found["slug"], found["schema"], found["hold"]) == ("acme", "tenant_acme", "tenant: held at 0001: audit")
    assert found["track tenant"] == "held at 0001"
    assert found["state"].startswith("active since ")
    assert facts.fingerprint is not None
    assert found["fingerprint"] == facts.fingerprint[:16]
    assert "hold" in text.split("\n\n")[1]
    document = facts_json(facts)
    assert document["format"] == "sqlmig.tenant-show/1"
    assert json.loads(json.dumps(document, default=str))["targets"][0]["standing"] == "held"
    assert [entry["action"] for entry in document["log"]] == ["hold", "up"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("called", ["acme", "tenant_acme", "1"], ids=["slug", "schema", "id"])
def test_a_suspended_tenant_that_the_registry_leaves_out_is_found(shop: Shop, called: str) -> None:
    living(shop, "acme")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    facts = lifecycle.show(shop.project(), called)
    assert "; unpaid; the registry does not give it" in facts_text(facts)
    assert facts.targets[0].standing.value == "current"


def test_one_that_somebody_took_out_of_the_registry_by_hand_is_found_by_its_schema(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.sql("UPDATE core.tenants SET active = false WHERE slug = 'acme'")
    facts = lifecycle.show(shop.project(), "tenant_acme")
    assert (facts.known.listed, facts.schema_exists, facts.known.tenant.id) == (False, True, "1")


def test_of_one_that_is_gone_the_log_is_left(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    lifecycle.purge(shop.project())
    facts = lifecycle.show(shop.project(), "acme")
    assert (facts.known.state.value, facts.schema_exists, facts.targets, facts.bytes) == ("dropped", False, (), None)
    assert [entry.action for entry in facts.log] == ["purge", "drop", "up"]
    assert "schema  tenant_acme (not there)" in facts_text(facts)


def test_before_anything_was_ever_applied_a_tenant_is_known_all_the_same(shop: Shop) -> None:
    shop.sql("CREATE SCHEMA core")
    shop.sql("CREATE TABLE core.tenants (id int, slug text, schema_name text, tier text)")
    shop.sql("INSERT INTO core.tenants VALUES (1, 'acme', 'tenant_acme', 'trial')")
    facts = lifecycle.show(shop.project(), "acme")
    assert (facts.schema_exists, facts.log) == (False, ())


def test_nobody_has_that_name(shop: Shop) -> None:
    living(shop, "acme")
    with pytest.raises(UsageError) as caught:
        lifecycle.show(shop.project(), "akme")
    assert caught.value.message == "there is no tenant 'akme'; did you mean 'acme'?"


def test_the_list_of_all_has_every_state(shop: Shop) -> None:
    living(shop, "acme", "globex", "initech")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    lifecycle.drop(shop.project(), "globex", backup=None, reason="left us")
    known = lifecycle.known_tenants(shop.project())
    assert [(one.label, one.state.value) for one in known] == [
        ("initech", "active"),
        ("acme", "suspended"),
        ("globex", "dropping"),
    ]
    assert "left us; was tenant_globex; goes after " in known_text(known)
    assert [row["state"] for row in known_json(known)["tenants"]] == ["active", "suspended", "dropping"]  # type: ignore[attr-defined]


def test_the_command_line_lists_all_when_it_is_asked_to(shop: Shop, cli: Cli) -> None:
    living(shop, "acme", "globex")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    assert "acme" not in cli("tenant", "list").stdout
    said = cli("tenant", "list", "--all")
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == [
        "slug    schema         id  state      remark",
        "globex  tenant_globex  2   active",
        "acme    tenant_acme    1   suspended  unpaid; the registry does not give it",
    ]


def test_the_command_line_shows_it_as_text_and_json(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    said = cli("tenant", "show", "acme")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("slug")
    document = json.loads(cli("tenant", "show", "acme", "--format", "json").stdout)
    assert (document["tenant"]["slug"], document["schema_exists"]) == ("acme", True)


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (8192, "8.0 kB"), (464 * 1024, "464 kB"), (3 * 1024**3, "3.0 GB")],
)
def test_sizes_in_words(number: int, said: str) -> None:
    assert size(number) == said

"""What is given for a new tenant, and nothing reads, is a slip: one rule for `--set` and for the columns of a list."""

from __future__ import annotations

import re

import pytest

from commandline import Cli
from shop import CONFIG, Shop
from sqlmig.admin.snapshot import make_snapshot
from sqlmig.errors import UsageError

REGISTER = (
    "INSERT INTO core.tenants (slug, schema_name, tier) VALUES"
    " ({{ tenant.slug | literal }}, {{ schema | literal }}, {{ tenant.tier | default('trial') | literal }});\n"
)
SEED = "INSERT INTO deals VALUES (1, {{ tenant.owner | default(tenant.id) | literal }});\n"
KNOWN = "they read: owner, schema, tier"


@pytest.fixture
def ready(shop: Shop) -> Shop:
    shop.write({"sql/lifecycle/register.sql": REGISTER, "sql/lifecycle/seed.sql": SEED})
    return shop.with_tenants()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("teir=gold",), "no lifecycle file reads teir; did you mean 'tier'?"),
        (("colour=red", "tier=gold"), "no lifecycle file reads colour"),
        (("teir=gold", "ower=ada"), "no lifecycle file reads teir and ower; did you mean 'tier' and 'owner'?"),
        (("id=7",), "no lifecycle file reads id"),
    ],
    ids=["a slip", "nothing is like it", "two", "the registry gives it"],
)
def test_a_key_that_nothing_reads_is_refused(ready: Shop, cli: Cli, given: tuple[str, ...], said: str) -> None:
    ran = cli("tenant", "create", "acme", *(word for one in given for word in ("--set", one)))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"sqlmig: error: {said}\n  state: nothing was changed\n  next: {KNOWN}; give one of these, or leave it out\n"
    )
    assert ready.sql("SELECT slug FROM core.tenants") == []


def test_what_a_file_reads_and_what_is_for_people_is_given(ready: Shop, cli: Cli) -> None:
    given = ("schema=s1", "tier=gold", "owner=ada", "_ticket=OPS-7")
    ran = cli("tenant", "create", "acme", *(word for one in given for word in ("--set", one)))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ready.sql("SELECT schema_name, tier FROM core.tenants") == [("s1", "gold")]
    assert ready.one("SELECT title FROM s1.deals") == "ada"


def test_python_is_held_to_the_same_rule(ready: Shop) -> None:
    said = r"^no lifecycle file reads teir; did you mean 'tier'\?"
    with pytest.raises(UsageError, match=said):
        ready.project().create_tenant("acme", values={"teir": "gold"})
    with pytest.raises(UsageError, match=said):
        make_snapshot(ready.project(), shadow_url=ready.database_url, values={"teir": "gold"})


def test_the_seeds_of_kinds_and_the_column_that_names_the_kind_count(ready: Shop) -> None:
    kinds = "lifecycle: {template_column: plan, templates: {big: {seed: [big.sql]}}}\n"
    ready.write(
        {
            "sqlmig.yaml": CONFIG.replace("tier FROM", "tier AS plan FROM") + kinds,
            "sql/lifecycle/register.sql": REGISTER.replace("tenant.tier", "tenant.plan"),
            "sql/lifecycle/big.sql": "INSERT INTO deals VALUES (2, {{ tenant.budget | literal }});\n",
        }
    )
    ready.project().create_tenant("acme", values={"plan": "big", "budget": "9"})
    assert ready.one("SELECT title FROM tenant_acme.deals WHERE id = 2") == "9"


def test_where_tenants_are_a_list_their_migrations_count(ready: Shop) -> None:
    config = re.sub("  query: .*", "  list: [{slug: acme, schema: acme}]", CONFIG)
    ready.write({"sqlmig.yaml": config, "sql/lifecycle/register.sql": None})
    ready.pair("tenant", "0002_note", "COMMENT ON TABLE deals IS {{ tenant.motto | literal }};\n")
    ready.project().create_tenant("acme", values={"schema": "acme", "motto": "go"})
    assert ready.one("SELECT obj_description('acme.deals'::regclass)") == "go"


def test_a_file_that_passes_the_whole_tenant_on_may_read_anything(ready: Shop, cli: Cli) -> None:
    seed = "{% for name in tenant %}SELECT {{ tenant[name] | literal }};\n{% endfor %}"
    ready.write({"sql/lifecycle/seed.sql": seed, "list.csv": "slug,teir\nglobex,gold\n"})
    note = "whether anything reads teir is not known: sql/lifecycle/seed.sql passes the whole tenant on"
    ran = cli("tenant", "create", "acme", "--set", "teir=gold", "--set", "tier=gold")
    assert (ran.returncode, ran.stderr.splitlines()[0]) == (0, note)
    ran = cli("tenant", "import", "list.csv")
    assert (ran.returncode, ran.stderr.splitlines()[0]) == (0, note)


def test_a_column_that_nothing_reads_is_refused_and_one_for_people_is_not(ready: Shop, cli: Cli) -> None:
    ready.write({"list.csv": "slug,teir,_note\nacme,,first\nglobex,gold,\n"})
    ran = cli("tenant", "import", "list.csv")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [
        "sqlmig: error: list.csv:3: no lifecycle file reads column teir; did you mean 'tier'?",
        f"  next: {KNOWN}; take it out, or call it _teir: that is for people",
    ]
    assert ready.sql("SELECT slug FROM core.tenants") == []
    ready.write({"list.csv": "slug,tier,_note\nacme,,first\nglobex,gold,\n"})
    assert cli("tenant", "import", "list.csv").returncode == 0


def test_a_tenant_that_is_there_is_compared_and_what_cannot_be_is_named(ready: Shop, cli: Cli) -> None:
    ready.project().create_tenant("acme", values={})
    ran = cli("tenant", "create", "acme", "--if-not-exists", "--set", "teir=gold")
    assert (ran.returncode, ran.stdout.splitlines()[1:]) == (
        0,
        ["  not compared, for the registry does not give it: teir"],
    )

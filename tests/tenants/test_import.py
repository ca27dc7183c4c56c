"""`tenant import`: a list checked whole, made by several workers, and run again without harm."""

from __future__ import annotations

import json
import signal

import pytest

from commandline import Cli
from sessions import GATE, at_the_gate, gate_closed, until
from shop import CONFIG, Shop
from sqlmig.admin import provisioning
from sqlmig.errors import ProjectError
from sqlmig.plan.provisioning import Imported, RowOutcome

REGISTER = (
    "INSERT INTO core.tenants (slug, schema_name, tier) VALUES"
    " ({{ tenant.slug | literal }}, {{ schema | literal }}, {{ tenant.tier | default('trial') | literal }});\n"
)


@pytest.fixture
def ready(shop: Shop) -> Shop:
    shop.write({"sql/lifecycle/register.sql": REGISTER})
    return shop.with_tenants()


def load(shop: Shop, text: str, name: str = "list.csv", workers: int = 3) -> Imported:
    shop.write({name: text})
    return provisioning.import_tenants(shop.project(), shop.folder / name, workers=workers)


def outcomes(imported: Imported) -> dict[str, str]:
    return {row.row.slug: row.outcome.value for row in imported.rows}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.csv", 'slug,tier\nacme,"gold, or so"\nglobex,\n'),
        ("list.json", '[{"slug": "acme", "tier": "gold, or so"}, {"slug": "globex", "tier": null}]'),
        ("list.yaml", "- {slug: acme, tier: 'gold, or so'}\n- slug: globex\n"),
    ],
)
def test_every_format_makes_the_tenants_with_their_values(ready: Shop, name: str, text: str) -> None:
    assert load(ready, text, name).exit_status == 0
    assert ready.sql("SELECT slug, tier FROM core.tenants ORDER BY slug") == [
        ("acme", "gold, or so"),
        ("globex", "trial"),
    ]
    assert ready.project().status().current


def test_a_list_is_checked_whole_before_the_first_tenant_is_made(ready: Shop) -> None:
    ready.sql("CREATE SCHEMA tenant_lost")
    ready.project().create_tenant("known", values={})
    text = "slug,schema,template\ngood,,\nBad,,\ntwice,,\ntwice,,\nlost,,\nthief,tenant_known,\nkind,,enterprize\n"
    with pytest.raises(ProjectError) as caught:
        load(ready, text)
    found = [(problem.place.line if problem.place else None, problem.message) for problem in caught.value.problems]
    assert found == [
        (3, 'slug "Bad" must be lower-case letters a-z, digits, _ and -, and begin with a letter or digit'),
        (5, "tenant twice: slug twice stands in line 4 already"),
        (5, "tenant twice: schema tenant_twice stands in line 4 already"),
        (8, "there is no template 'enterprize': this project has none"),
    ]
    with pytest.raises(ProjectError) as caught:
        load(ready, "slug,schema\ngood,\nlost,\nthief,tenant_known\n")
    found = [(problem.place.line if problem.place else None, problem.message) for problem in caught.value.problems]
    assert found == [
        (3, "tenant lost: schema tenant_lost is there already, and belongs to no active tenant"),
        (4, "tenant thief: schema tenant_known is that of tenant known"),
    ]
    assert ready.one("SELECT count(*) FROM core.tenants") == 1


def test_run_again_it_makes_what_is_missing_and_says_what_differs(ready: Shop) -> None:
    assert outcomes(load(ready, "slug,tier\na,gold\nb,gold\n")) == {"a": "made", "b": "made"}
    ready.sql("UPDATE core.tenants SET tier = 'silver' WHERE slug = 'b'")
    again = load(ready, "slug,tier\na,gold\nb,gold\nc,gold\n")
    assert outcomes(again) == {"a": "there", "b": "differs", "c": "made"}
    assert again.exit_status == 1


def test_failures_are_told_by_cause_and_keep_nobody_else_from_being_made(ready: Shop) -> None:
    ready.sql("ALTER TABLE core.tenants ADD CONSTRAINT tiers CHECK (tier <> 'wrong')")
    found = load(ready, "slug,tier\na,wrong\nb,gold\nc,wrong\nd,gold\n")
    assert outcomes(found) == {"a": "failed", "b": "made", "c": "failed", "d": "made"}
    assert [(cause.count, cause.kind.sqlstate) for cause in found.causes] == [(2, "23514")]
    assert found.exit_status == 3
    assert [row[0] for row in ready.sql("SELECT slug FROM core.tenants ORDER BY 1")] == ["b", "d"]


def test_an_interrupt_finishes_what_is_under_way_and_says_what_is_left(ready: Shop, cli: Cli) -> None:
    ready.write({"list.csv": "slug\na\nb\nc\nd\n"})
    with gate_closed(ready.connection):
        ready.write(
            {"sql/lifecycle/seed.sql": f"SET LOCAL lock_timeout = '60s';\nSELECT pg_advisory_xact_lock({GATE});\n"}
        )
        process = cli.start("tenant", "import", "list.csv", "--workers", "2", "--format", "json")
        until(lambda: len(at_the_gate(ready.connection)) == 2)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        until(lambda: "stopping" in process.stderr.readline())
    shown, _ = process.communicate(timeout=30)
    document = json.loads(shown)
    assert process.returncode == document["exit_status"] == 5
    assert [row["outcome"] for row in document["tenants"]] == ["made", "made", "not-started", "not-started"]
    assert cli("tenant", "import", "list.csv").returncode == 0
    assert ready.one("SELECT count(*) FROM core.tenants") == 4


def test_several_databases_need_one_to_be_named(ready: Shop, cli: Cli) -> None:
    one, two = json.dumps(f"{ready.database_url}_1"), json.dumps(ready.database_url)
    databases = f"databases:\n  one: {{database_url: {one}}}\n  two: {{database_url: {two}}}\n"
    ready.write({"sqlmig.yaml": CONFIG + databases, "list.csv": "slug\na\n"})
    unnamed = cli("tenant", "import", "list.csv", env={"SQLMIG_DATABASE_URL": None})
    assert unnamed.returncode == 2
    assert "this project has several databases: one, two" in unnamed.stderr
    named = cli("tenant", "import", "list.csv", "--database", "two", env={"SQLMIG_DATABASE_URL": None})
    assert named.returncode == 0, named.stderr


def test_two_imports_of_one_list_at_once_make_each_tenant_once(ready: Shop, cli: Cli) -> None:
    ready.write({"list.csv": "slug\n" + "".join(f"t{number}\n" for number in range(12))})
    processes = [cli.start("tenant", "import", "list.csv", "--format", "json") for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(document["counts"][RowOutcome.MADE.value] for document in documents) == 12
    assert ready.one("SELECT count(*) FROM core.tenants") == 12

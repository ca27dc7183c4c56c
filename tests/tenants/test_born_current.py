"""A tenant that is made from the snapshot, or from the pool, is what a replay of every file makes."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import threading
from collections.abc import Callable

import pytest

from commandline import Cli
from proxy import Fate, proxy_in_front_of
from servers import Database
from sessions import end_sessions_of_sqlmig
from shop import Shop
from sqlmig.admin import provisioning
from sqlmig.admin.snapshot import make_snapshot
from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.errors import MigrationFailed, Refused, SqlmigError, UsageError
from sqlmig.plan.provisioning import CreatedTenant, Making, PoolFilled, Source

FUNCTION = """\
CREATE FUNCTION titles() RETURNS bigint LANGUAGE sql STABLE
    SET search_path = {{ schema | ident }}, pg_temp
    RETURN (SELECT count(*) FROM deals);
"""
STAGES = """\
CREATE TABLE stages (owner text NOT NULL, name text NOT NULL);
INSERT INTO stages VALUES ({{ tenant.id | literal }}, 'open'), ({{ tenant.id | literal }}, 'closed');
CREATE TABLE noted (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SET search_path = {{ schema | ident }} AS
    $$BEGIN INSERT INTO noted VALUES (NEW.name); RETURN NEW; END$$;
CREATE TRIGGER note AFTER INSERT ON stages FOR EACH ROW EXECUTE FUNCTION note();
"""


@pytest.fixture
def born(shop: Shop) -> Shop:
    """A project whose snapshot stands for its files."""
    shop.pair("tenant", "0002_titles", FUNCTION, "DROP FUNCTION titles();\n")
    shop.pair("tenant", "0003_stages", STAGES, "DROP TABLE stages, noted;\nDROP FUNCTION note();\n")
    shop.pair(
        "tenant",
        "0004_i",
        "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY deals_t ON deals (title);\n",
        "DROP INDEX deals_t;\n",
    )
    shop.write(
        {
            "sql/tenant/repeatable/open_stages.sql": "CREATE OR REPLACE VIEW open_stages AS SELECT name FROM stages;\n",
            "sql/tenant/repeatable/open_stages.down.sql": "DROP VIEW open_stages;\n",
            "sql/lifecycle/seed.sql": "INSERT INTO deals VALUES (1, {{ tenant.id | literal }});\n",
        }
    )
    shop.with_tenants()
    snapshot(shop)
    return shop


def snapshot(shop: Shop) -> None:
    make_snapshot(shop.project(), shadow_url=shop.database_url)


def make(shop: Shop, slug: str, making: Making = Making.QUICKEST) -> CreatedTenant:
    return provisioning.create(shop.project(), slug, values={}, making=making)


def pool(shop: Shop, size: int) -> PoolFilled:
    return provisioning.pool(shop.project(), size)


def history_of(shop: Shop, tenant: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows that count, without what names the tenant and its run, or says when."""
    return {
        "applied": shop.sql(
            "SELECT version, name, algorithm, checksum, down_checksum, baseline FROM sqlmig.applied"
            " WHERE target = %s ORDER BY version",
            tenant,
        ),
        "repeatable": shop.sql(
            "SELECT name, algorithm, checksum, rendered FROM sqlmig.repeatable WHERE target = %s", tenant
        ),
        "target": shop.sql("SELECT track, digest, head FROM sqlmig.target WHERE target = %s", tenant),
        "scripts": shop.sql(
            "SELECT a.version FROM sqlmig.applied a JOIN sqlmig.script s USING (checksum) WHERE target = %s ORDER BY 1",
            tenant,
        ),
    }


@pytest.mark.parametrize("source", [Source.SNAPSHOT, Source.POOL])
def test_a_tenant_is_the_same_however_it_was_made(born: Shop, source: Source) -> None:
    replayed = make(born, "replayed", Making.REPLAY)
    if source is Source.POOL:
        assert len(pool(born, 1).made) == 1
    made = make(born, "made")
    assert (replayed.source, made.source, made.steps) == (Source.REPLAY, source, replayed.steps)
    with born.project().session() as session:
        found = fingerprints(session, ["tenant_replayed", "tenant_made"])
    assert found["tenant_made"].whole == found["tenant_replayed"].whole
    assert history_of(born, made.tenant.id) == history_of(born, replayed.tenant.id)
    assert born.sql("SELECT owner, name FROM tenant_made.stages ORDER BY name DESC") == [
        (made.tenant.id, "open"),
        (made.tenant.id, "closed"),
    ]
    assert not born.sql("SELECT FROM tenant_made.noted")
    assert born.one("SELECT title FROM tenant_made.deals") == made.tenant.id
    assert born.one("SELECT tenant_made.titles()") == 1
    born.sql("INSERT INTO tenant_made.stages VALUES ('x', 'later')")
    assert born.one("SELECT what FROM tenant_made.noted") == "later"


@pytest.mark.parametrize("source", [Source.SNAPSHOT, Source.POOL])
def test_it_is_migrated_and_rolled_back_like_every_other(born: Shop, source: Source) -> None:
    if source is Source.POOL:
        pool(born, 1)
    made = make(born, "made")
    assert made.source is source
    assert born.project().verify().clean
    assert born.apply().run_id is None
    assert born.project().rollback(schemas=["tenant_made"], steps=2).exit_status == 0
    assert born.tables("tenant_made") == ["deals"]
    born.pair("tenant", "0005_more", "CREATE TABLE more (id int);\n", "DROP TABLE more;\n")
    assert born.apply().exit_status == 0
    assert born.versions("tenant_made") == [1, 2, 3, 4, 5]
    entries = [entry for entry in born.project().history(schemas=["tenant_made"]) if entry.action == "snapshot"]
    assert [(entry.version, entry.name, entry.outcome) for entry in entries] == [(4, "i", "done")]


def test_what_was_rendered_for_the_tenant_is_what_the_history_knows(born: Shop) -> None:
    make(born, "made")
    # Laid out anew, it is rendered again and compared with what ran.
    born.pair(
        "tenant", "0003_stages", STAGES.replace(";\n", ";\n\n"), "DROP TABLE stages, noted;\nDROP FUNCTION note();\n"
    )
    assert born.apply().exit_status == 0
    assert born.project().status().current


def test_a_stale_snapshot_is_left_alone(born: Shop) -> None:
    born.pair("tenant", "0005_more", "CREATE TABLE more (id int);\n")
    made = make(born, "made")
    assert made.source is Source.REPLAY
    assert "more" in born.tables("tenant_made")


def test_replay_leaves_the_snapshot_out(born: Shop, cli: Cli) -> None:
    pool(born, 1)
    assert cli("tenant", "create", "made", "--replay").stdout.startswith(
        "tenant made is there: schema tenant_made, 5 steps, "
    )
    assert born.one("SELECT count(*) FROM sqlmig.pool") == 1


def test_a_snapshot_that_makes_something_else_is_refused(born: Shop) -> None:
    kept = born.folder / "sql/snapshot/tenant.sql"
    head, _, script = kept.read_text().partition("\n\n")
    forged = script.replace("title text", "title varchar")
    assert forged != script
    said = f"content: {hashlib.sha256(forged.encode()).hexdigest()}"
    kept.write_text(re.sub("content: .*", said, head) + "\n\n" + forged)
    with pytest.raises(Refused) as caught:
        make(born, "made")
    assert str(caught.value) == (
        "sql/snapshot/tenant.sql: tenant made was not created: what sql/snapshot/tenant.sql makes is not what the"
        " migrations make\n"
        "  state: everything was rolled back: nothing of tenant made is there\n"
        "  next: make it again with `sqlmig snapshot`, or leave it out with --replay"
    )
    assert not born.sql("SELECT FROM core.tenants")
    assert make(born, "made", Making.REPLAY).source is Source.REPLAY


def test_a_failure_in_the_seed_leaves_nothing_and_gives_the_pooled_schema_back(born: Shop) -> None:
    pool(born, 1)
    born.write({"sql/lifecycle/seed.sql": "SELECT 1;\nSELECT nope;\n"})
    with pytest.raises(MigrationFailed) as caught:
        make(born, "made")
    assert str(caught.value.place) == "sql/lifecycle/seed.sql:2:8"
    assert not born.sql("SELECT FROM core.tenants")
    assert born.sql("SELECT schema_name FROM sqlmig.pool") == [("pooled_000001",)]
    assert born.tables("pooled_000001") == ["deals", "noted", "stages"]


def test_a_changed_object_is_a_difference(born: Shop) -> None:
    make(born, "made")
    born.sql("ALTER TABLE tenant_made.deals ADD COLUMN smuggled int")
    compared = provisioning.compare(born.project(), "made", values={})
    assert compared is not None
    assert [str(one.what) for one in compared.differences] == ["objects"]


# --- the pool ---


def test_the_pool_is_kept_at_its_size(born: Shop) -> None:
    assert pool(born, 3).made == ("pooled_000001", "pooled_000002", "pooled_000003")
    assert pool(born, 3).kept == ("pooled_000001", "pooled_000002", "pooled_000003")
    make(born, "made")
    assert pool(born, 3).made == ("pooled_000004",)
    assert len(pool(born, 1).dropped) == 2
    assert pool(born, 0).dropped
    assert not born.sql("SELECT FROM pg_namespace WHERE nspname ~ '^pooled'")


def test_a_pooled_schema_is_nobody_s_target(born: Shop) -> None:
    pool(born, 1)
    assert [one.target.schema for one in born.project().status().targets] == ["core"]
    assert not born.sql("SELECT FROM sqlmig.target WHERE track = 'tenant'")
    born.pair("tenant", "0005_more", "CREATE TABLE more (id int);\n")
    assert born.apply().exit_status == 0
    assert born.tables("pooled_000001") == ["deals", "noted", "stages"]


def test_a_stale_pooled_schema_is_never_handed_out_and_dropped_next_time(born: Shop) -> None:
    pool(born, 1)
    born.pair("tenant", "0005_more", "CREATE TABLE more (id int);\n")
    assert make(born, "one").source is Source.REPLAY
    snapshot(born)
    assert make(born, "two").source is Source.SNAPSHOT
    filled = pool(born, 1)
    assert (filled.dropped, filled.made) == (("pooled_000001",), ("pooled_000001",))
    assert make(born, "three").source is Source.POOL
    assert "more" in born.tables("tenant_three")


def test_another_provision_file_makes_the_pool_stale(born: Shop) -> None:
    pool(born, 1)
    born.write({"sql/lifecycle/provision.sql": "CREATE SCHEMA {{ schema | ident }};\nSELECT 1;\n"})
    assert make(born, "one").source is not Source.POOL
    snapshot(born)
    assert make(born, "two").source is Source.SNAPSHOT
    assert pool(born, 1).dropped == ("pooled_000001",)


def test_a_pool_without_a_snapshot_is_refused(shop: Shop, cli: Cli) -> None:
    shop.with_tenants()
    ran = cli("tenant", "pool", "--size", "2")
    assert ran.returncode == 1
    assert "the pool is made from a snapshot, and none stands for the files as they are now" in ran.stderr
    assert "next: make one with `sqlmig snapshot`" in ran.stderr


def test_no_tenant_may_have_a_pooled_schema_s_name(shop: Shop) -> None:
    shop.with_tenants()
    with pytest.raises(UsageError, match="schema pooled_000007 would be taken for one of the pool"):
        provisioning.create(shop.project(), "acme", values={"schema": "pooled_000007"})


def test_a_name_that_needs_quotes_gets_a_pooled_schema_as_well(born: Shop) -> None:
    pool(born, 1)
    assert make(born, "a-b").source is Source.POOL
    assert born.one('SELECT "tenant_a-b".titles()') == 1


def test_twenty_creations_at_once_from_a_pool_of_five(born: Shop) -> None:
    pool(born, 5)
    made: list[CreatedTenant | SqlmigError] = []
    together = threading.Barrier(20)

    def create(number: int) -> None:
        project = born.project()
        together.wait()
        try:
            made.append(provisioning.create(project, f"t{number}", values={}))
        except SqlmigError as error:
            made.append(error)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sources = [one.source for one in made if isinstance(one, CreatedTenant)]
    assert len(sources) == 20, made
    assert sources.count(Source.POOL) == 5
    assert not born.sql("SELECT FROM sqlmig.pool")
    assert not born.sql("SELECT FROM pg_namespace WHERE nspname ~ '^pooled'")
    assert born.project().status().current
    with born.project().session() as session:
        found = fingerprints(session, [f"tenant_t{number}" for number in range(20)])
    assert len({one.whole for one in found.values()}) == 1


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
@pytest.mark.parametrize(
    "point", ["pool).schema_name", "ALTER SCHEMA", "INSERT INTO core.tenants", "DISABLE TRIGGER", "COMMIT"]
)
def test_a_kill_while_handing_out_leaves_the_schema_in_the_pool_or_with_its_tenant(
    born: Shop, cli: Cli, database: Database, point: str, fate: Fate
) -> None:
    pool(born, 1)
    matches: Callable[[str], bool] = (lambda text: text == point) if point == "COMMIT" else (lambda text: point in text)
    if point == "pool).schema_name":
        matches = lambda text: "FOR UPDATE SKIP LOCKED)" in text  # noqa: E731  shorter than a function

    def rule(text: str) -> Fate:
        if not matches(text):
            return Fate.PASS
        os.kill(process.pid, signal.SIGKILL)
        return fate

    with (
        proxy_in_front_of(database) as proxy,
        cli.start("tenant", "create", "made", env={"SQLMIG_DATABASE_URL": proxy.url}) as process,
    ):
        proxy.rule = rule
        assert process.wait(timeout=30) == -signal.SIGKILL
    end_sessions_of_sqlmig(born.connection)
    committed = point == "COMMIT" and fate is Fate.UNHEARD
    assert len(born.sql("SELECT FROM sqlmig.pool")) == (0 if committed else 1)
    assert len(born.sql("SELECT FROM core.tenants")) == (1 if committed else 0)
    assert born.tables("tenant_made" if committed else "pooled_000001") == ["deals", "noted", "stages"]
    assert cli("tenant", "create", "made", "--if-not-exists").returncode == 0
    assert not born.sql("SELECT FROM pg_namespace WHERE nspname ~ '^pooled'")


def test_a_pool_before_the_platform_is_there_says_what_to_run(born: Shop, cli: Cli) -> None:
    snapshot(born)
    born.sql("DROP SCHEMA core CASCADE")
    ran = cli("tenant", "pool", "--size", "1")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "sqlmig: error: the registry's table is not there yet\n"
        "  state: nothing was changed\n"
        "  next: run `sqlmig apply --platform`\n"
    )
    assert cli("tenant", "pool", "--size", "0").returncode == 0

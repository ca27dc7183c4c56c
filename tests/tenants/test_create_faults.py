"""A new tenant is there whole, or not at all: whatever fails, whoever dies, and however many try at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from commandline import Cli
from proxy import Fate, Rule, proxy_in_front_of
from servers import Database
from sessions import end_sessions_of_sqlmig
from shop import Shop
from sqlmig.errors import MigrationFailed, Refused, SqlmigError

SEED = "INSERT INTO deals VALUES (1, 'first');\n"

POINTS: dict[str, Callable[[str], bool]] = {
    "lock": lambda text: text.startswith("BEGIN ISOLATION") and "pg_try_advisory_xact_lock" in text,
    "provision": lambda text: "CREATE SCHEMA" in text and "tenant_acme" in text,
    "migration": lambda text: "CREATE TABLE deals" in text,
    "record": lambda text: ".record_step(" in text,
    "seed": lambda text: "'first'" in text,
    "run": lambda text: 'UPDATE "sqlmig".run' in text,
    "commit": lambda text: text == "COMMIT",
}
"""The messages that make a tenant, from the first to the last."""


def parts_of_acme(shop: Shop) -> set[str]:
    """What of the tenant there is."""
    found = {
        "schema": "SELECT FROM pg_namespace WHERE nspname = 'tenant_acme'",
        "row": "SELECT FROM core.tenants WHERE slug = 'acme'",
        "applied": "SELECT FROM sqlmig.applied WHERE track = 'tenant'",
        "target": "SELECT FROM sqlmig.target WHERE track = 'tenant'",
        "log": "SELECT FROM sqlmig.log WHERE track = 'tenant'",
        "run": "SELECT FROM sqlmig.run WHERE command = 'tenant create acme'",
    }
    return {what for what, query in found.items() if shop.sql(query)}


def killing(pid: Callable[[], int], matches: Callable[[str], bool], fate: Fate) -> Rule:
    """Kills the process at its first message that matches."""

    def rule(text: str) -> Fate:
        if not matches(text):
            return Fate.PASS
        os.kill(pid(), signal.SIGKILL)
        return fate

    return rule


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_message_leaves_nothing_or_everything(
    shop: Shop, cli: Cli, database: Database, point: str, fate: Fate
) -> None:
    shop.with_tenants()
    shop.write({"sql/lifecycle/seed.sql": SEED})
    with (
        proxy_in_front_of(database) as proxy,
        cli.start("tenant", "create", "acme", env={"SQLMIG_DATABASE_URL": proxy.url}) as process,
    ):
        proxy.rule = killing(lambda: process.pid, POINTS[point], fate)
        assert process.wait(timeout=30) == -signal.SIGKILL
    end_sessions_of_sqlmig(shop.connection)
    everything = {"schema", "row", "applied", "target", "log", "run"}
    committed = point == "commit" and fate is Fate.UNHEARD
    assert parts_of_acme(shop) == (everything if committed else set())

    again = cli("tenant", "create", "acme", "--if-not-exists")
    assert again.returncode == 0, again.stderr
    assert parts_of_acme(shop) == everything
    assert shop.project().status().current


def test_two_creations_of_one_tenant_at_once_make_one(shop: Shop) -> None:
    shop.with_tenants()
    outcomes: list[SqlmigError | None] = []
    together = threading.Barrier(2)

    def create() -> None:
        project = shop.project()
        together.wait()
        try:
            project.create_tenant("acme", values={})
            outcomes.append(None)
        except SqlmigError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [error for error in outcomes if error is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], Refused)
    assert "tenant acme with schema tenant_acme is there already" in str(refused[0])
    assert shop.one("SELECT count(*) FROM core.tenants") == 1


@pytest.mark.parametrize(
    ("seed", "place"),
    [
        ("SELECT 1;\nINSERT INTO deals VALUES (1, 'a');\nINSERT INTO deals VALUES (1, 'b');\n", "seed.sql:3:1"),
        ("SELECT 1;\nSELECT nothing_like_it();\n", "seed.sql:2:8"),
        ("SELECT 1; SELECT 2;\nSELEC 3;\n", "seed.sql:2:1"),
        ("-- one; two\nDO $$ BEGIN RAISE EXCEPTION 'no'; END $$;\n", "seed.sql:2:1"),
    ],
    ids=["a-duplicate-key", "an-unknown-function", "a-syntax-error", "raised-in-a-block"],
)
def test_a_failure_in_the_seed_names_file_and_line_and_leaves_nothing(shop: Shop, seed: str, place: str) -> None:
    shop.with_tenants()
    shop.write({"sql/lifecycle/seed.sql": seed})
    with pytest.raises(MigrationFailed) as caught:
        shop.project().create_tenant("acme", values={})
    assert str(caught.value.place) == f"sql/lifecycle/{place}"
    assert caught.value.state == "everything was rolled back: nothing of tenant acme is there"
    assert "run `sqlmig tenant create acme` again" in (caught.value.next or "")
    assert parts_of_acme(shop) == {"run"}


def test_a_lifecycle_file_that_commits_is_refused_before_anything_runs(shop: Shop) -> None:
    shop.with_tenants()
    shop.write({"sql/lifecycle/seed.sql": "SELECT 1;\nCOMMIT;\n"})
    with pytest.raises(SqlmigError) as caught:
        shop.project().create_tenant("acme", values={})
    assert str(caught.value).startswith("sql/lifecycle/seed.sql:2:1: COMMIT in a migration")
    assert parts_of_acme(shop) == {"run"}


def test_what_a_lifecycle_file_sets_does_not_reach_the_migrations(shop: Shop) -> None:
    shop.with_tenants()
    register = (shop.folder / "sql/lifecycle/register.sql").read_text()
    shop.write({"sql/lifecycle/register.sql": register + "SET LOCAL statement_timeout = 1234; SET app.rest = 'x';\n"})
    shop.pair(
        "tenant",
        "0002_seen",
        "CREATE TABLE seen AS\n"
        "SELECT current_setting('statement_timeout') AS t, current_setting('app.rest', true) AS l;\n",
    )
    shop.project().create_tenant("acme", values={})
    assert shop.sql("SELECT t, nullif(l, '') FROM tenant_acme.seen") == [("0", None)]


def test_creating_reads_the_registry_for_one_tenant_only(shop: Shop, database: Database) -> None:
    shop.with_tenants("one", "two")
    sent: list[str] = []

    def listen(text: str) -> Fate:
        sent.append(text)
        return Fate.PASS

    with proxy_in_front_of(database) as proxy:
        proxy.rule = listen
        Shop(shop.folder, proxy.url, shop.connection).project().create_tenant("acme", values={})
    asked = [text for text in sent if "FROM core.tenants ORDER BY id" in text]
    assert asked
    assert all("t.slug = 'acme' OR t.schema = 'tenant_acme'" in text for text in asked)

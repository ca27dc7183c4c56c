"""Promise 1, in a transaction: a migration and its history row commit together, or neither does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from commandline import Cli
from proxy import Fate, Rule, proxy_in_front_of
from servers import Database
from sessions import end_sessions_of_sqlmig, until
from shop import Shop
from sqlmig.plan.results import Outcome

POINTS: dict[str, Callable[[str], bool]] = {
    "run": lambda text: 'INSERT INTO "sqlmig".run ' in text,
    "begin": lambda text: text.startswith("BEGIN ISOLATION") and ".open_step(" in text,
    "file": lambda text: text.startswith("CREATE TABLE made"),
    "commit": lambda text: ".record_step(" in text and "COMMIT" in text,
    "end-of-run": lambda text: 'UPDATE "sqlmig".run ' in text and "finished_at = " in text,
}
"""The messages of a run, from the first that writes."""


def made(shop: Shop) -> bool:
    return shop.tables("core") == ["made", "tenants"]


def logged(shop: Shop, version: int, outcome: str) -> int:
    return len(shop.sql("SELECT FROM sqlmig.log WHERE version = %s AND outcome = %s", version, outcome))


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("verified", [False, True], ids=["in-one-message", "with-a-verify-file"])
def test_promise_01_a_kill_at_any_message_leaves_both_or_neither(
    shop: Shop, cli: Cli, database: Database, point: str, fate: Fate, verified: bool
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    if verified:
        shop.write({"sql/platform/0002_made.verify.sql": "SELECT 1 WHERE to_regclass('made') IS NULL;\n"})
    with proxy_in_front_of(database) as proxy, cli.start("apply", env={"SQLMIG_DATABASE_URL": proxy.url}) as process:
        proxy.rule = killing(lambda: process.pid, POINTS[point], fate)
        assert process.wait(timeout=20) == -signal.SIGKILL
    end_sessions_of_sqlmig(shop.connection)
    sent = point == "commit" or (point == "file" and not verified)
    committed = point == "end-of-run" or (sent and fate is Fate.UNHEARD)
    assert made(shop) == (shop.versions("core") == [1, 2]) == (logged(shop, 2, "done") == 1) == committed

    again = shop.apply()
    assert again.exit_status == 0
    assert made(shop)
    assert shop.versions("core") == [1, 2]
    assert logged(shop, 2, "done") == 1


def killing(pid: Callable[[], int], point: Callable[[str], bool], fate: Fate) -> Rule:
    """SIGKILL for the client when it has sent that message."""

    def rule(text: str) -> Fate:
        if not point(text):
            return Fate.PASS
        os.kill(pid(), signal.SIGKILL)
        return fate

    return rule


def test_promise_01_a_kill_in_the_middle_of_a_statement_leaves_neither(shop: Shop, cli: Cli) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\nSELECT pg_sleep(60);\n")
    with cli.start("apply") as process:
        until(lambda: shop.sql("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        process.kill()
    end_sessions_of_sqlmig(shop.connection)
    assert not made(shop)
    assert shop.versions("core") == [1]


@pytest.mark.parametrize("table", ["applied", "target", "log"])
def test_promise_01_a_history_that_cannot_be_written_takes_the_change_with_it(shop: Shop, table: str) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    shop.sql("CREATE FUNCTION core.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'full'; END$$")
    condition = "WHEN (new.outcome = 'done')" if table == "log" else ""
    shop.sql(
        f"CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON sqlmig.{table}"
        f" FOR EACH ROW {condition} EXECUTE FUNCTION core.refuse()"
    )
    result = shop.apply()
    assert result.outcome is Outcome.FAILED
    assert not made(shop)
    assert shop.versions("core") == [1]
    assert logged(shop, 2, "failed") == 1
    shop.sql(f"DROP TRIGGER refuse ON sqlmig.{table}")
    assert shop.apply().exit_status == 0
    assert made(shop)
    assert shop.versions("core") == [1, 2]


def test_promise_01_rolling_back_takes_the_change_and_its_row_together(
    shop: Shop, cli: Cli, database: Database
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n", "DROP TABLE made;\n")
    shop.apply()
    arguments = ("rollback", "--platform", "--steps", "1")
    with proxy_in_front_of(database) as proxy, cli.start(*arguments, env={"SQLMIG_DATABASE_URL": proxy.url}) as process:
        proxy.rule = killing(lambda: process.pid, POINTS["commit"], Fate.LOST)
        assert process.wait(timeout=20) == -signal.SIGKILL
    end_sessions_of_sqlmig(shop.connection)
    assert made(shop)
    assert shop.versions("core") == [1, 2]
    assert shop.project().rollback(platform=True, steps=1).exit_status == 0
    assert not made(shop)
    assert shop.versions("core") == [1]

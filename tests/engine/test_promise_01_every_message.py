"""Promise 1 at full length: a run is killed at each of its messages in turn, and the next run finishes it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from commandline import Cli
from proxy import Fate, proxy_in_front_of
from servers import Database, Server, fresh_database
from sessions import end_sessions_of_sqlmig
from shop import FILES, Shop


@pytest.mark.slow
@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_promise_01_a_kill_at_every_single_message_leaves_what_the_next_run_can_finish(
    server: Server, tmp_path: Path, fate: Fate
) -> None:
    number = 0
    while _killed_and_finished(server, tmp_path / f"{number}", number, fate):
        number += 1
    assert number > 20, "the run has become so short that this test kills next to nothing"


def _killed_and_finished(server: Server, folder: Path, number: int, fate: Fate) -> bool:
    """Kill a run at its message of that number; False when it ended before."""
    with fresh_database(server) as database, psycopg.connect(database.url, autocommit=True) as connection:
        shop = Shop(folder, database.url, connection)
        shop.write(FILES)
        shop.with_tenants("acme")
        shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
        shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
        shop.pair(
            "tenant",
            "0003_index",
            "-- sqlmig: transaction off\nALTER TABLE deals ADD x int;\nCREATE INDEX CONCURRENTLY i ON deals (x);\n",
        )
        killed = _run_killed(shop, database, number, fate)
        end_sessions_of_sqlmig(connection)
        assert ("made" in shop.tables("core")) == (2 in shop.versions("core"))
        assert ("note" in shop.tables("tenant_acme")) == (2 in shop.versions("tenant_acme"))
        assert shop.apply().exit_status == 0
        assert shop.project().status().current
        assert shop.project().verify().clean
        assert shop.one("SELECT indisvalid FROM pg_index WHERE indexrelid = 'tenant_acme.i'::regclass") is True
        done = shop.sql(
            "SELECT schema_name, version FROM sqlmig.log WHERE outcome = 'done' AND version > 1 ORDER BY 1, 2"
        )
        assert done == [("core", 2), ("tenant_acme", 2), ("tenant_acme", 3)]
        return killed


def _run_killed(shop: Shop, database: Database, number: int, fate: Fate) -> bool:
    sent = 0
    cli = Cli(shop.folder, database.url)
    with proxy_in_front_of(database) as proxy, cli.start("apply", env={"SQLMIG_DATABASE_URL": proxy.url}) as process:

        def rule(_text: str) -> Fate:
            nonlocal sent
            sent += 1
            if sent <= number:
                return Fate.PASS
            os.kill(process.pid, signal.SIGKILL)
            return fate

        proxy.rule = rule
        status = process.wait(timeout=60)
    assert status in (0, -signal.SIGKILL)
    return status != 0

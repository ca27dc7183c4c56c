"""Promise 10: when the connection is lost at COMMIT, the history is read to find out what became of it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commandline import Cli
from proxy import Fate, Link, Proxy, proxy_in_front_of
from servers import Database, Role, Server
from sessions import AT_THE_GATE, GATE, at_the_gate, gate_closed, index_is_valid, until
from shop import CONFIG, FILES, Shop
from sqlmig import embedded
from sqlmig.db.context import Stop
from sqlmig.db.locks import key_of
from sqlmig.plan.results import Failure, Outcome, RunResult

Connect = Callable[..., psycopg.Connection[Any]]

ALL_OR_NOTHING = "the step and its history row are both there or both not; the history will tell"


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    with proxy_in_front_of(database) as one:
        yield one


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """With a table that shows how often a step ran, and one migration pending."""
    shop.with_tenants()
    shop.pair("platform", "0002_ran", "CREATE TABLE ran (number int);\n")
    shop.apply()
    shop.pair("platform", "0003_once", "INSERT INTO ran VALUES (3);\n")
    return shop


def through(shop: Shop, proxy: Proxy) -> Shop:
    """The same project on connections that the proxy can cut."""
    return replace(shop, database_url=proxy.url)


def ran(shop: Shop) -> list[object]:
    return [row[0] for row in shop.sql("SELECT number FROM core.ran ORDER BY 1")]


def done_rows(shop: Shop, version: int) -> int:
    return len(shop.sql("SELECT FROM sqlmig.log WHERE version = %s AND outcome = 'done'", version))


def failure_of(result: RunResult) -> Failure:
    failure = result.results[0].failure
    assert failure is not None
    return failure


def cut_first_commit(proxy: Proxy, fate: Fate, then: Callable[[], object] = lambda: None) -> None:
    """The first COMMIT of a step that the proxy sees has that fate, all others pass."""
    cut: list[str] = []

    def rule(text: str) -> Fate:
        if cut or ".record_step(" not in text or text.startswith("PARSE"):
            return Fate.PASS
        cut.append(text)
        then()
        return fate

    proxy.rule = rule


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_promise_10_a_connection_lost_at_commit_ends_with_the_step_done_once(
    shop: Shop, proxy: Proxy, fate: Fate
) -> None:
    cut_first_commit(proxy, fate)
    result = through(shop, proxy).apply()
    assert result.exit_status == 0
    [step] = result.results[0].steps
    assert (step.outcome, step.attempts) == (Outcome.DONE, 2)
    assert ran(shop) == [3]
    assert shop.versions("core") == [1, 2, 3]
    assert done_rows(shop, 3) == 1


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_promise_10_the_last_attempt_s_commit_is_looked_up_as_well(shop: Shop, proxy: Proxy, fate: Fate) -> None:
    shop.write({"sqlmig.yaml": CONFIG.replace("attempts: 3", "attempts: 1")})
    cut_first_commit(proxy, fate)
    result = through(shop, proxy).apply()
    if fate is Fate.UNHEARD:
        assert result.exit_status == 0
        assert ran(shop) == [3]
        assert shop.versions("core") == [1, 2, 3]
    else:
        assert result.exit_status == 3
        assert failure_of(result).message.startswith("0003_once failed in core after 1 attempts: ")
        assert failure_of(result).state == "the transaction was rolled back: nothing of this file is in the database"
        assert failure_of(result).next == "look into the server's log, then run `sqlmig apply --platform` again"
        assert ran(shop) == []
        assert shop.versions("core") == [1, 2]


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_promise_10_a_request_to_stop_at_that_moment_does_not_make_it_guess(
    shop: Shop, proxy: Proxy, fate: Fate
) -> None:
    """The request is cancelled, too, and that may come before or after the server has committed."""
    stop = Stop()
    cut_first_commit(proxy, fate, stop.request)
    result = through(shop, proxy).project().apply(stop=stop)
    committed = shop.versions("core") == [1, 2, 3]
    assert result.results[0].outcome is (Outcome.DONE if committed else Outcome.INTERRUPTED)
    assert ran(shop) == ([3] if committed else [])
    assert not (committed and fate is Fate.LOST)


@pytest.mark.parametrize("held", [0.0, 1.0], ids=["let go", "held for a moment"])
def test_promise_10_what_was_committed_before_a_request_to_stop_is_found_done(
    shop: Shop, proxy: Proxy, connect: Connect, held: float
) -> None:
    """A server process that has committed may need a moment before it lets go of its locks."""
    holder, stop = connect(), Stop()
    cut: list[Link] = []

    def cut_what_is_answered(link: Link) -> None:
        if held:
            holder.execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "target", "core"),))
        stop.request()
        link.cut()

    def decide(link: Link, text: str) -> Fate:
        if not cut and ".record_step(" in text and not text.startswith("PARSE"):
            cut.append(link)
            link.when_answered(lambda: cut_what_is_answered(link))
        return Fate.PASS

    proxy.decide = decide
    with ThreadPoolExecutor() as pool:
        run = pool.submit(lambda: through(shop, proxy).project().apply(stop=stop))
        until(lambda: stop.requested)
        time.sleep(held)
        holder.execute("SELECT pg_advisory_unlock_all()")
        result = run.result()
    assert result.results[0].outcome is Outcome.DONE
    assert ran(shop) == [3]
    assert done_rows(shop, 3) == 1


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_promise_10_what_cannot_be_looked_up_is_not_called_done_nor_undone(
    shop: Shop, proxy: Proxy, fate: Fate
) -> None:
    cut_first_commit(proxy, fate, lambda: setattr(proxy, "closed", True))
    result = through(shop, proxy).apply()
    assert result.exit_status == 3
    assert failure_of(result).message.startswith(
        "the connection was lost during 0003_once in core, and could not be had again: no connection: "
    )
    assert failure_of(result).state == f"{ALL_OR_NOTHING}; this failure could not be written to the history"
    assert failure_of(result).next == "when the server is back, run `sqlmig apply --platform` again"
    proxy.closed = False
    assert through(shop, proxy).apply().exit_status == 0
    assert ran(shop) == [3]
    assert done_rows(shop, 3) == 1


def test_promise_10_while_the_lost_transaction_still_holds_its_locks_nothing_is_said_of_it(
    shop: Shop, proxy: Proxy, connect: Connect
) -> None:
    """The connection is gone, the server process is not: it may yet commit."""
    holder = connect()

    def keep_the_key() -> None:
        # Stands for the process that goes on; it waits for the step's own lock, and then has it.
        holder.execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "target", "core"),))

    with ThreadPoolExecutor() as pool:
        cut_first_commit(proxy, Fate.UNHEARD, lambda: pool.submit(keep_the_key))
        result = through(shop, proxy).apply()
    assert result.exit_status == 4
    assert failure_of(result).message.startswith("the connection was lost when 0003_once was committed in core: ")
    assert failure_of(result).state == ALL_OR_NOTHING
    assert failure_of(result).next == "run `sqlmig apply --platform`: it reads the history first"
    assert ran(shop) == [3]


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_promise_10_outside_of_a_transaction_a_loss_at_any_message_repeats_and_leaves_out_nothing(
    shop: Shop, proxy: Proxy, fate: Fate
) -> None:
    shop.write({"sql/platform/0003_once.up.sql": None, "sql/platform/0003_once.down.sql": None})
    number, cut = 3, [""]
    while cut:
        name = f"{number:04}_off"
        index = f"CREATE INDEX CONCURRENTLY made_{number} ON ran (number)"
        off = f"-- sqlmig: transaction off\nINSERT INTO ran VALUES ({number});\n{index};\n"
        shop.pair("platform", name, off + f"INSERT INTO ran VALUES ({number});\n")
        cut = []
        proxy.rule = cut_at(number - 2, cut, fate)
        result = through(shop, proxy).apply()
        assert result.exit_status == 0, cut
        assert ran(shop).count(number) == 2, cut
        assert index_is_valid(shop.connection, f"core.made_{number}"), cut
        assert done_rows(shop, number) == 1, cut
        number += 1
    assert number > 15
    assert shop.one("SELECT count(*) FROM sqlmig.run WHERE finished_at IS NULL") == 0
    assert shop.sql("SELECT FROM sqlmig.progress") == []


def cut_at(count: int, cut: list[str], fate: Fate) -> Callable[[str], Fate]:
    """The fate of one message: the one of that number among the messages of a step outside of a transaction."""
    seen: list[str] = []

    def rule(text: str) -> Fate:
        began = bool(seen) or "pg_try_advisory_lock" in text
        ended = bool(seen) and "pg_advisory_unlock_all" in seen[-1]
        if cut or ended or not began:
            return Fate.PASS
        seen.append(text)
        if len(seen) < count:
            return Fate.PASS
        cut.append(text)
        return fate

    return rule


def test_promise_10_a_connection_lost_before_the_first_write_changes_nothing_and_does_not_hang(
    shop: Shop, proxy: Proxy, cli: Cli
) -> None:
    """While the server's grammar reads the plan."""
    proxy.rule = lambda text: Fate.LOST if text.startswith("PARSE") else Fate.PASS
    lost = cli("apply", env={"SQLMIG_DATABASE_URL": proxy.url}, timeout=15)
    assert lost.returncode == 2
    assert "server closed the connection unexpectedly" in lost.stderr
    assert ran(shop) == []
    assert shop.one("SELECT count(*) FROM sqlmig.run WHERE finished_at IS NULL") == 0


def test_promise_10_a_session_that_an_administrator_ends_is_replaced_and_the_step_runs_once(
    shop: Shop, connect: Connect
) -> None:
    shop.pair("platform", "0003_once", AT_THE_GATE + "INSERT INTO ran VALUES (3);\n")
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        [first] = until(lambda: at_the_gate(shop.connection))
        shop.sql("SELECT pg_terminate_backend(%s)", first)
        until(lambda: set(at_the_gate(shop.connection)) - {first})
    result = run.result()
    assert result.exit_status == 0
    assert result.results[0].steps[0].attempts == 2
    assert ran(shop) == [3]
    assert done_rows(shop, 3) == 1


def test_promise_10_a_server_that_crashes_in_the_middle_of_a_step_is_waited_for(server: Server, tmp_path: Path) -> None:
    """A server of its own: the crash of one of its processes ends all its sessions."""
    if server.data is None:
        pytest.skip("the session's server was not started by the tests")
    folder = Path(tempfile.mkdtemp(prefix="sqlmig-crash-", dir=server.data.parent.parent))
    programs = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    source = embedded.installation_in(Path(programs)) if programs else embedded.installation()
    # Not the session's settings: with synchronous_commit off a crash may take the last commits with it.
    own = embedded.start_from(source, folder / "data", settings={"fsync": "off"})
    try:
        with psycopg.connect(own.url, autocommit=True) as connection:
            shop = Shop(tmp_path, own.url, connection)
            shop.write({**FILES, "sqlmig.yaml": CONFIG.replace("attempts: 3", "attempts: 8")})
            shop.with_tenants()
            shop.pair("platform", "0002_once", AT_THE_GATE + "CREATE TABLE made (id int);\n")
            connection.execute("SELECT pg_advisory_lock(%s)", (GATE,))
            with ThreadPoolExecutor() as pool:
                run = pool.submit(shop.apply)
                [pid] = until(lambda: at_the_gate(connection))
                os.kill(pid, signal.SIGKILL)
            result = run.result()
        with psycopg.connect(own.url, autocommit=True) as connection:
            after = replace(shop, connection=connection)
            assert result.exit_status == 0
            assert result.results[0].steps[0].attempts > 1
            assert after.tables("core") == ["made", "tenants"]
            assert after.versions("core") == [1, 2]
            assert done_rows(after, 2) == 1
    finally:
        embedded.stop(folder / "data")
        shutil.rmtree(folder)


def test_promise_10_a_second_connection_that_cannot_be_had_leaves_no_transaction_open(
    shop: Shop, role: Callable[..., Role]
) -> None:
    """Who drops is looked at from outside; without that look the step is rolled back and its failure recorded."""
    name, _, url = role("CONNECTION LIMIT 2")
    shop.sql("DROP SCHEMA sqlmig, core CASCADE")
    shop.sql(f'GRANT ALL ON DATABASE "{shop.connection.info.dbname}" TO {name}')
    as_role = replace(shop, database_url=url)
    as_role.with_tenants("acme")
    shop.pair("tenant", "0002_drop", "CREATE TABLE made (id int);\nDROP TABLE deals;\n")
    result = as_role.apply()
    assert result.exit_status == 3
    tenant = result.results[1].failure
    assert tenant is not None
    assert "too many connections for role" in tenant.message
    assert shop.tables("tenant_acme") == ["deals"]
    assert shop.versions("tenant_acme") == [1]
    assert shop.sql("SELECT outcome FROM sqlmig.log WHERE version = 2 AND schema_name LIKE 'tenant%%'") == [("failed",)]
    assert shop.one("SELECT count(*) FROM sqlmig.run WHERE finished_at IS NULL") == 0

"""Promise 1, outside of a transaction: after a crash the next run finds out what was done, and goes on there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from commandline import Cli
from heldup import SNAPSHOT, held_up
from proxy import Fate, proxy_in_front_of
from servers import Database
from sessions import (
    end_sessions_of_sqlmig,
    index_is_valid,
    sessions_of_sqlmig,
    until,
    waiting_for_a_relation,
)
from shop import Shop
from sqlmig.plan.results import Outcome

Connect = Callable[..., psycopg.Connection[Any]]

SETUP = """
CREATE TABLE ran (number int);
CREATE TABLE t (a int);
INSERT INTO t SELECT generate_series(1, 10);
CREATE INDEX there_idx ON t (a);
CREATE TABLE parts (a int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TYPE stage AS ENUM ('new');
CREATE PROCEDURE twice() LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core.ran VALUES (2);
    COMMIT;
    PERFORM pg_sleep(0);
END $$;
"""
BEFORE, AFTER = "INSERT INTO ran VALUES (1)", "INSERT INTO ran VALUES (3)"

STATEMENTS = {
    "create-index": "CREATE INDEX CONCURRENTLY made_idx ON t (a)",
    "drop-index": "DROP INDEX CONCURRENTLY there_idx",
    "reindex": "REINDEX INDEX CONCURRENTLY there_idx",
    "detach": "ALTER TABLE parts DETACH PARTITION part CONCURRENTLY",
    "enum-label": "ALTER TYPE stage ADD VALUE 'won'",
    "insert": "INSERT INTO ran VALUES (2)",
}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """With tables to work on; statements before and after the one that a test is about show how often they ran."""
    shop.with_tenants()
    shop.pair("platform", "0002_tables", SETUP)
    shop.apply()
    return shop


def off(shop: Shop, *statements: str) -> None:
    body = ";\n".join((BEFORE, *statements, AFTER))
    shop.pair("platform", "0003_off", f"-- sqlmig: transaction off\n{body};\n")


def ran(shop: Shop) -> list[object]:
    return [row[0] for row in shop.sql("SELECT number FROM core.ran ORDER BY 1")]


def progress(shop: Shop) -> list[tuple[object, ...]]:
    return shop.sql("SELECT done, began FROM sqlmig.progress")


def is_done(shop: Shop, kind: str) -> bool:
    """What the catalog of the server says of the statement."""
    sql = shop.connection
    match kind:
        case "create-index":
            return index_is_valid(sql, "core.made_idx") is True
        case "drop-index":
            return index_is_valid(sql, "core.there_idx") is None
        case "reindex":
            leftovers = shop.sql("SELECT FROM pg_class WHERE relname ~ '_cc(new|old)'")
            return index_is_valid(sql, "core.there_idx") is True and not leftovers
        case "detach":
            return not shop.sql("SELECT FROM pg_inherits WHERE inhrelid = 'core.part'::regclass")
        case "enum-label":
            return shop.sql("SELECT enumlabel FROM pg_enum ORDER BY enumsortorder") == [("new",), ("won",)]
    return 2 in ran(shop)


def killed_at(shop: Shop, cli: Cli, database: Database, point: Callable[[str], bool], fate: Fate) -> None:
    """A run whose process is killed at one of its messages."""
    with proxy_in_front_of(database) as proxy, cli.start("apply", env={"SQLMIG_DATABASE_URL": proxy.url}) as process:

        def rule(text: str) -> Fate:
            if not point(text):
                return Fate.PASS
            os.kill(process.pid, signal.SIGKILL)
            return fate

        proxy.rule = rule
        assert process.wait(timeout=20) == -signal.SIGKILL
    end_sessions_of_sqlmig(shop.connection)


@pytest.mark.parametrize("kind", STATEMENTS)
def test_promise_01_a_kill_between_a_statement_and_its_record_repeats_nothing(
    shop: Shop, cli: Cli, database: Database, kind: str
) -> None:
    off(shop, STATEMENTS[kind])
    sent_alone = "CONCURRENTLY" in STATEMENTS[kind]
    after = (
        STATEMENTS[kind].__eq__
        if sent_alone
        else lambda text: text.endswith("COMMIT") and ".progress" in text and in_own(text)
    )
    seen: list[str] = []

    def in_own(text: str) -> bool:
        """The second statement's COMMIT, with the record that it ran."""
        seen.append(text)
        return len(seen) == 2

    killed_at(shop, cli, database, after, Fate.UNHEARD)
    assert is_done(shop, kind)
    assert progress(shop) == ([(1, True)] if sent_alone else [(2, False)])

    assert shop.apply().exit_status == 0
    assert is_done(shop, kind)
    assert ran(shop) == ([1, 2, 3] if kind == "insert" else [1, 3])
    assert shop.versions("core") == [1, 2, 3]
    assert progress(shop) == []


READING = "SELECT count(*) FROM core.t, core.parts"
HELD_UP = {"create-index": SNAPSHOT, "drop-index": READING, "reindex": SNAPSHOT, "detach": READING}


@pytest.mark.parametrize("kind", HELD_UP)
def test_promise_01_a_kill_in_the_middle_of_a_statement_is_mended_by_the_next_run(
    shop: Shop, cli: Cli, connect: Connect, database: Database, kind: str
) -> None:
    off(shop, STATEMENTS[kind])
    with (
        held_up(database, connect(), STATEMENTS[kind], HELD_UP[kind]) as url,
        cli.start("apply", env={"SQLMIG_DATABASE_URL": url}) as process,
    ):
        until(lambda: waiting_for_a_relation(shop.connection))
        process.kill()
        process.wait()
        until(lambda: not sessions_of_sqlmig(shop.connection), seconds=4, what="the killed client's sessions end")
        assert not is_done(shop, kind)
        assert progress(shop) == [(1, True)]
    assert shop.apply().exit_status == 0
    assert is_done(shop, kind)
    assert ran(shop) == [1, 3]
    assert shop.versions("core") == [1, 2, 3]
    assert progress(shop) == []


def test_promise_01_an_invalid_index_of_somebody_else_is_left_alone_and_refused(shop: Shop) -> None:
    shop.sql("INSERT INTO core.t VALUES (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        shop.sql("CREATE UNIQUE INDEX CONCURRENTLY made_idx ON core.t (a)")
    before = shop.one("SELECT 'core.made_idx'::regclass::oid")
    off(shop, STATEMENTS["create-index"])
    result = shop.apply()
    assert result.exit_status == 3
    failure = result.results[0].failure
    assert failure is not None
    assert failure.message == "0003_off in core: index core.made_idx is there already, and it is INVALID"
    assert failure.state == "1 of 3 statements ran; this one was not begun"
    assert failure.next == (
        "it is not of sqlmig's making: look at it, DROP INDEX CONCURRENTLY core.made_idx; "
        "and run `sqlmig apply --platform` again"
    )
    assert str(failure.place) == "sql/platform/0003_off.up.sql:3:1"
    assert shop.one("SELECT 'core.made_idx'::regclass::oid") == before

    shop.sql("DROP INDEX CONCURRENTLY core.made_idx")
    assert shop.apply().exit_status == 0
    assert ran(shop) == [1, 3]


def test_promise_01_an_index_that_could_not_be_built_leaves_nothing_in_the_way(shop: Shop) -> None:
    shop.sql("INSERT INTO core.t VALUES (1)")
    off(shop, "CREATE UNIQUE INDEX CONCURRENTLY made_idx ON t (a)")
    result = shop.apply()
    failure = result.results[0].failure
    assert failure is not None
    assert failure.message.startswith("0003_off failed in core, statement 2 of 3: could not create unique index")
    assert failure.state == "1 of 3 statements ran and stay; the next run goes on behind them"
    assert index_is_valid(shop.connection, "core.made_idx") is None
    shop.sql("DELETE FROM core.t")
    assert shop.apply().exit_status == 0
    assert index_is_valid(shop.connection, "core.made_idx")
    assert ran(shop) == [1, 3]


def test_promise_01_a_reindex_drops_its_own_leftovers_and_nobody_else_s(
    shop: Shop, cli: Cli, connect: Connect, database: Database
) -> None:
    """Of another index whose name is the beginning of this one's: an INVALID leftover that is not ours."""
    shop.sql("INSERT INTO core.t VALUES (1)")
    off(shop, STATEMENTS["reindex"])
    with (
        held_up(database, connect(), STATEMENTS["reindex"]) as url,
        cli.start("apply", env={"SQLMIG_DATABASE_URL": url}) as process,
    ):
        until(lambda: waiting_for_a_relation(shop.connection))
        process.kill()
    end_sessions_of_sqlmig(shop.connection)
    with pytest.raises(psycopg.errors.UniqueViolation):
        shop.sql("CREATE UNIQUE INDEX CONCURRENTLY there_ccnew ON core.t (a)")
    assert shop.apply().exit_status == 0
    assert shop.sql("SELECT relname FROM pg_class WHERE relname ~ '_cc(new|old)'") == [("there_ccnew",)]


def in_the_procedure(text: str) -> bool:
    return text == "CALL twice()"


@pytest.mark.parametrize(
    ("answer", "numbers"), [("--statement-done", [1, 2, 3]), ("--statement-not-done", [1, 2, 2, 3])]
)
def test_promise_01_what_the_catalog_does_not_tell_is_asked_and_never_guessed(
    shop: Shop, cli: Cli, database: Database, answer: str, numbers: list[int]
) -> None:
    off(shop, "CALL twice()")
    calls = iter([Fate.PASS, Fate.UNHEARD])

    def second_call(text: str) -> bool:
        # In a transaction the server refuses it, for it commits: then it is sent alone.
        return in_the_procedure(text) and next(calls) is Fate.UNHEARD

    killed_at(shop, cli, database, second_call, Fate.UNHEARD)
    assert ran(shop) == [1, 2]
    refused = cli("apply")
    assert refused.returncode == 3
    assert "an earlier run of 0003_off died in core; whether statement 2 ran cannot be seen" in refused.stderr
    assert "state: statements 1 to 1 ran; statement 2 may have: CALL twice()" in refused.stderr
    assert "tell sqlmig: `sqlmig repair --statement-done` or `--statement-not-done`, with --reason" in refused.stderr
    assert ran(shop) == [1, 2]

    assert cli("repair", answer, "--platform", "--reason", "looked").returncode == 0
    assert cli("apply").returncode == 0
    assert ran(shop) == numbers
    assert shop.sql("SELECT reason FROM sqlmig.log WHERE action LIKE 'repair%%'") == [("looked",)]


def test_promise_01_a_statement_that_failed_needs_no_repair_whatever_it_was(shop: Shop) -> None:
    """That it failed is known, although no catalog tells what it would have left."""
    off(shop, "CREATE DATABASE postgres")
    for _ in range(2):
        failure = shop.apply().results[0].failure
        assert failure is not None
        assert failure.message == '0003_off failed in core, statement 2 of 3: database "postgres" already exists'
    assert progress(shop) == [(1, False)]


def test_promise_01_the_third_of_five_fails_and_the_corrected_file_goes_on_there(shop: Shop) -> None:
    first, second = "INSERT INTO ran VALUES (10)", "INSERT INTO ran VALUES (11)"
    off(shop, first, "INSERT INTO rann VALUES (12)", second)
    failed = shop.apply()
    failure = failed.results[0].failure
    assert failed.exit_status == 3
    assert failure is not None
    assert failure.message == '0003_off failed in core, statement 3 of 5: relation "rann" does not exist'
    assert failure.state == "2 of 5 statements ran and stay; the next run goes on behind them"
    assert str(failure.place) == "sql/platform/0003_off.up.sql:4:13"
    assert ran(shop) == [1, 10]
    assert shop.project().status().targets[0].standing.value == "interrupted"

    off(shop, first.replace("10", "99"), "INSERT INTO ran VALUES (12)", second)
    with pytest.raises(Exception, match="2 of its statements ran, and these have changed since") as refused:
        shop.apply()
    assert "put the statements that ran back as they were; what follows them may change" in str(refused.value)
    assert ran(shop) == [1, 10]

    off(shop, first, "INSERT INTO ran VALUES (12)", second)
    assert shop.apply().exit_status == 0
    assert ran(shop) == [1, 3, 10, 11, 12]


def test_promise_01_statements_that_ran_are_compared_again_once_the_lock_is_held(shop: Shop, connect: Connect) -> None:
    """Between plan and lock another run, with another text of the file, went one statement further."""
    off(shop, "INSERT INTO nowhere VALUES (2)")
    shop.apply()
    off(shop, "INSERT INTO ran VALUES (22)")

    project = shop.project()
    moved: list[object] = []

    def meanwhile(*_: object) -> None:
        if not moved:
            moved.append(shop.sql("UPDATE sqlmig.progress SET done = 2, rendered = '\\x00'"))
            key.execute("SELECT pg_advisory_unlock_all()")

    key = connect()
    from sqlmig.db.locks import shared_key

    key.execute("SELECT pg_advisory_lock(%s)", (shared_key("sqlmig"),))
    result = project.apply(on_wait=meanwhile)
    assert moved
    assert result.outcome is Outcome.FAILED
    assert result.results[0].failure is not None
    assert "2 of its statements ran, and these have changed since" in result.results[0].failure.message
    assert ran(shop) == [1]


def test_promise_01_a_detachment_that_was_stopped_is_finished_and_not_begun_again(
    shop: Shop, cli: Cli, connect: Connect, database: Database
) -> None:
    off(shop, STATEMENTS["detach"])
    with (
        held_up(database, connect(), STATEMENTS["detach"], READING) as url,
        cli.start("apply", env={"SQLMIG_DATABASE_URL": url}) as process,
    ):
        until(lambda: waiting_for_a_relation(shop.connection))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 5
        assert progress(shop) == [(1, True)]
        assert process.stderr is not None
        said = process.stderr.read()
        assert "1 of 3 statements ran and stay; the next run goes on behind them" in said
        assert "statement 2 was begun: it settles that first" in said
    assert shop.apply().exit_status == 0
    assert is_done(shop, "detach")
    assert ran(shop) == [1, 3]

"""A lane runs step after step in few messages; whatever goes wrong in one of them, each step is there or is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from lanes import Yard, around, step
from proxy import Fate, Proxy, proxy_in_front_of
from servers import Database, Role
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, until
from sqlmig.db.context import Stop
from sqlmig.db.lane import Trial
from sqlmig.db.locks import key_of
from sqlmig.plan.results import Failure, Outcome, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step

Connect = Callable[..., psycopg.Connection[Any]]
ONCE = Trial()
TARGET_B = key_of("sqlmig", "target", "tenant_b")


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    with proxy_in_front_of(database) as one:
        yield one


@pytest.fixture
def messages(proxy: Proxy) -> list[str]:
    """What clients send through the proxy."""
    sent: list[str] = []

    def rule(text: str) -> Fate:
        sent.append(text)
        return Fate.PASS

    proxy.rule = rule
    return sent


def table(schema: str, version: int, **options: Any) -> Step:
    return step(schema, version, f"CREATE TABLE t{version} (id int);\n", **options)


def failure_of(result: StepResult) -> Failure:
    assert result.failure is not None
    return result.failure


def of_steps(messages: list[str]) -> list[str]:
    """Without what a lane asks once about its server."""
    return [text for text in messages if not text.startswith("SELECT pg_catalog.")]


# --- how many messages ---


@pytest.mark.parametrize(
    ("verify", "most"),
    [(None, 1 + 20), ("SELECT 1 WHERE false;\n", 1 + 3 * 20)],
    ids=["file-and-commit-in-one", "with-a-verify-file"],
)
def test_twenty_steps_open_one_transaction_with_the_commit_of_another(
    yard: Yard, proxy: Proxy, messages: list[str], verify: str | None, most: int
) -> None:
    steps = [table("tenant_a", version, verify=verify) for version in range(1, 21)]
    with yard.lane(proxy.url) as lane:
        for version, (one, following) in enumerate(zip(steps, [*steps[1:], None], strict=True), 1):
            assert lane.run(one, around(version), ONCE, following).outcome is Outcome.DONE
    assert yard.versions("tenant_a") == list(range(1, 21))
    assert len(of_steps(messages)) == most


def test_where_commits_wait_for_other_servers_a_file_that_may_be_cancelled_shares_no_message_with_commit(
    yard: Yard, proxy: Proxy, messages: list[str]
) -> None:
    steps = [table("tenant_a", version) for version in range(1, 21)]
    with yard.lane(proxy.url) as lane:
        # What the server says of its standbys, which this one does not have.
        lane.session.__dict__["replicates_synchronously"] = True
        for version, (one, following) in enumerate(zip(steps, [*steps[1:], None], strict=True), 1):
            assert lane.run(one, around(version), ONCE, following).outcome is Outcome.DONE
    assert len(of_steps(messages)) == 1 + 2 * 20
    assert not [text for text in messages if "CREATE TABLE" in text and "COMMIT" in text]


def test_a_file_that_is_looked_at_from_outside_shares_no_message(yard: Yard, proxy: Proxy, messages: list[str]) -> None:
    """DROP: the answer to whose it was is another session's, between the file and COMMIT."""
    steps = [table("tenant_a", 1), step("tenant_a", 2, "DROP TABLE t1;\n"), table("tenant_a", 3)]
    with yard.lane(proxy.url) as lane:
        for version, (one, following) in enumerate(zip(steps, [*steps[1:], None], strict=True), 1):
            assert lane.run(one, around(version), ONCE, following).outcome is Outcome.DONE
    [drop] = [text for text in messages if text.startswith("DROP TABLE t1")]
    assert drop == "DROP TABLE t1;\n"
    assert not [text for text in messages if "COMMIT; BEGIN" in text]


def test_what_was_opened_ahead_is_not_used_for_another_step(yard: Yard) -> None:
    with yard.lane() as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        assert lane.run(table("tenant_a", 2), around(2), ONCE).outcome is Outcome.DONE
    assert (yard.versions("tenant_a"), yard.versions("tenant_b")) == ([1, 2], [])


def test_a_step_made_anew_is_still_the_one_that_was_opened_ahead(yard: Yard, proxy: Proxy, messages: list[str]) -> None:
    with yard.lane(proxy.url) as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        before = len(messages)
        assert lane.run(table("tenant_b", 1), around(1), ONCE).outcome is Outcome.DONE
    assert len(messages) == before + 1


def test_release_lets_go_of_what_was_opened_ahead(yard: Yard) -> None:
    with yard.lane() as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        assert len(advisory_locks(yard.connection)) == 2
        lane.release()
        assert advisory_locks(yard.connection) == []
        lane.renew()
        assert lane.run(table("tenant_b", 1), around(1), ONCE).outcome is Outcome.DONE


# --- a failure in each part of a joint message ---


def refuse(yard: Yard, where: str) -> None:
    yard.sql("CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$")
    yard.sql(f"{where} EXECUTE FUNCTION public.refuse()")


IN_FILE = "CREATE TABLE a (id int);\nSELECT 1 / 0;\n"
OUTSIDE = "CREATE TABLE a (id int);\nINSERT INTO public.shared VALUES (1);\n"
DEFERRED = "CREATE TABLE a (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1), (1);\n"


@pytest.mark.parametrize(
    ("up", "said", "cure"),
    [
        (IN_FILE, "0001_m1 failed in tenant_a, statement 2 of 2: division by zero", Remedy.FAIL),
        (OUTSIDE, "0001_m1 changes what does not belong to tenant_a: public.shared (RowExclusiveLock)", Remedy.FAIL),
        (DEFERRED, "duplicate key value violates unique constraint", Remedy.QUARANTINE),
        ("SET TRANSACTION READ ONLY;\n", "cannot execute INSERT in a read-only transaction", Remedy.HALT),
    ],
    ids=["the-file", "the-guard", "a-deferred-constraint", "the-history"],
)
def test_what_fails_before_commit_leaves_neither_this_step_nor_a_transaction_for_the_next(
    yard: Yard, up: str, said: str, cure: Remedy
) -> None:
    yard.sql("CREATE TABLE public.shared (id int)")
    with yard.lane() as lane:
        result = lane.run(step("tenant_a", 1, up), around(1), ONCE, table("tenant_b", 1))
        assert (result.outcome, result.remedy) == (Outcome.FAILED, cure)
        assert said in failure_of(result).message
        assert failure_of(result).state == "the transaction was rolled back: nothing of this file is in the database"
        assert not lane.session.in_transaction
        assert lane.run(table("tenant_b", 1), around(1), ONCE).outcome is Outcome.DONE
    assert (yard.tables("tenant_a"), yard.versions("tenant_a"), yard.versions("tenant_b")) == ([], [], [1])


def test_a_commit_that_fails_leaves_nothing_and_opens_nothing(yard: Yard) -> None:
    refuse(
        yard,
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON sqlmig.log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN (new.outcome = 'done')",
    )
    # Constraints that the runner has made speak are silenced once more, so that one speaks at COMMIT itself.
    yard.sql(
        "CREATE FUNCTION public.defer() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN SET CONSTRAINTS ALL DEFERRED; RETURN new; END$$"
    )
    yard.sql("CREATE TRIGGER defer BEFORE INSERT ON sqlmig.log FOR EACH ROW EXECUTE FUNCTION public.defer()")
    with yard.lane() as lane:
        result = lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        assert (result.outcome, result.remedy) == (Outcome.FAILED, Remedy.FAIL)
        assert failure_of(result).message == "0001_m1 failed in tenant_a, statement 1 of 1: no"
        assert not lane.session.in_transaction
    assert (yard.tables("tenant_a"), yard.versions("tenant_a")) == ([], [])


def test_the_next_step_s_lock_that_is_not_to_be_had_is_the_next_step_s_trouble(yard: Yard, connect: Connect) -> None:
    connect().execute("SELECT pg_advisory_lock(%s)", (TARGET_B,))
    with yard.lane() as lane:
        assert lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1)).outcome is Outcome.DONE
        assert not lane.session.in_transaction
        result = lane.run(table("tenant_b", 1), around(1), ONCE)
        assert (result.outcome, result.remedy, result.attempts) == (Outcome.BLOCKED, Remedy.RETRY, 1)
        assert "another run holds tenant_b" in failure_of(result).message
        assert len(result.blockers) == 1
    assert (yard.versions("tenant_a"), yard.tables("tenant_b")) == ([1], [])


def test_an_error_in_the_next_step_s_opening_does_not_change_what_became_of_this_one(yard: Yard) -> None:
    function = yard.one("SELECT pg_get_functiondef('sqlmig.open_step'::regproc)")
    refusal = "BEGIN\n    IF open_step.target = 'tenant_b' THEN RAISE 'not today'; END IF;\n"
    yard.sql(function.replace("BEGIN\n", refusal, 1))
    with yard.lane() as lane:
        result = lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        assert result.outcome is Outcome.DONE
        assert not lane.session.in_transaction
        result = lane.run(table("tenant_b", 1), around(1), ONCE)
        assert result.outcome is Outcome.FAILED
        assert "not today" in failure_of(result).message
    assert yard.versions("tenant_a") == [1]


def test_a_target_that_another_run_has_changed_is_left_to_be_planned_anew(yard: Yard) -> None:
    with yard.lane() as lane, yard.lane() as other:
        other.run(table("tenant_b", 1), around(1), ONCE)
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        result = lane.run(table("tenant_b", 1), around(1), ONCE)
        assert (result.outcome, result.failure, result.remedy) == (Outcome.MOVED, None, None)
        assert not lane.session.in_transaction
    assert yard.tables("tenant_b") == ["t1"]


def test_a_schema_that_is_gone_is_told_and_nothing_runs(yard: Yard) -> None:
    yard.sql("DROP SCHEMA tenant_b")
    with yard.lane() as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        result = lane.run(table("tenant_b", 1), around(1), ONCE)
        assert (result.outcome, result.remedy) == (Outcome.FAILED, Remedy.FAIL)
        assert failure_of(result).message == "schema tenant_b of tenant tenant_b is not there"


# --- somebody in the way: one trial ---


def test_a_lock_timeout_ends_the_trial_and_says_who_it_was(yard: Yard, connect: Connect) -> None:
    with yard.lane() as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE)
        reader = connect(autocommit=False, application_name="report")
        reader.execute("SELECT * FROM tenant_a.t1")
        alter = step("tenant_a", 2, "ALTER TABLE t1 ADD COLUMN c int;\n")
        result = lane.run(alter, around(2), Trial(number=3, waited=7.5))
        assert (result.outcome, result.remedy, result.attempts) == (Outcome.BLOCKED, Remedy.RETRY, 3)
        assert result.lock_wait == 7.5
        assert [holder.application for holder in result.blockers] == ["report"]
        assert (
            "0002_m2 failed in tenant_a after 3 attempts: canceling statement due to lock timeout"
            in failure_of(result).message
        )
        reader.rollback()
        again = lane.run(alter, around(2), Trial(number=4, waited=9.0))
    assert (again.outcome, again.attempts) == (Outcome.DONE, 4)
    log = "SELECT attempts || ' ' || extract(epoch FROM lock_wait)::int FROM sqlmig.log WHERE version = 2"
    assert yard.one(log) == "4 9"


def test_with_patience_another_run_s_lock_is_tried_for_in_place(yard: Yard, connect: Connect) -> None:
    other = connect()
    other.execute("SELECT pg_advisory_lock(%s)", (TARGET_B,))
    told: list[object] = []

    def let_go(_target: object, holders: list[Any]) -> None:
        told.extend(holders)
        other.execute("SELECT pg_advisory_unlock_all()")

    with yard.lane(on_wait=let_go) as lane:
        result = lane.run(table("tenant_b", 1), around(1), Trial(patience=20))
    assert (result.outcome, result.attempts, len(told)) == (Outcome.DONE, 1, 1)
    assert result.lock_wait > 0


# --- stopping ---


def test_a_request_to_stop_rolls_back_what_was_opened_ahead(yard: Yard) -> None:
    stop = Stop()
    with yard.lane(stop=stop) as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        stop.request()
        result = lane.run(table("tenant_b", 1), around(1), ONCE, table("tenant_a", 2))
        assert result.outcome is Outcome.INTERRUPTED
        assert failure_of(result).message == "stopped on request at 0001_m1 in tenant_b"
        assert not lane.session.in_transaction
    assert (yard.versions("tenant_a"), yard.tables("tenant_b")) == ([1], [])


def test_a_request_during_a_verify_file_keeps_the_next_step_from_being_opened(
    yard: Yard, proxy: Proxy, messages: list[str]
) -> None:
    stop = Stop()
    one = table("tenant_a", 1, verify="SELECT 1 WHERE false;\n")
    with yard.lane(proxy.url, stop=stop) as lane:

        def rule(text: str) -> Fate:
            if text.startswith("SET CONSTRAINTS"):
                messages.append(text)
            if "WHERE false" in text:
                stop.request()
            return Fate.PASS

        proxy.rule = rule
        result = lane.run(one, around(1), ONCE, table("tenant_b", 1))
    if result.outcome is Outcome.DONE:
        assert messages[-1].endswith("COMMIT")
    else:
        assert result.outcome is Outcome.INTERRUPTED
        assert yard.tables("tenant_a") == []


def test_a_request_in_the_middle_of_a_file_rolls_it_back(yard: Yard, connect: Connect) -> None:
    stop = Stop()
    with gate_closed(connect()), yard.lane(stop=stop) as lane, ThreadPoolExecutor() as pool:
        run = pool.submit(lane.run, step("tenant_a", 1, AT_THE_GATE), around(1), ONCE, table("tenant_b", 1))
        until(lambda: at_the_gate(yard.connection))
        stop.request()
        result = run.result(timeout=10)
    assert (result.outcome, result.remedy) == (Outcome.INTERRUPTED, None)
    assert yard.versions("tenant_a") == []


# --- lost connections ---


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
@pytest.mark.parametrize("verify", [None, "SELECT 1 WHERE false;\n"], ids=["in-one-message", "with-a-verify-file"])
def test_a_connection_lost_at_the_joint_commit_ends_with_each_step_done_once(
    yard: Yard, proxy: Proxy, fate: Fate, verify: str | None
) -> None:
    cut: list[str] = []

    def rule(text: str) -> Fate:
        if cut or "COMMIT; BEGIN" not in text:
            return Fate.PASS
        cut.append(text)
        return fate

    proxy.rule = rule
    following = step("tenant_b", 1, "CREATE TABLE t1 AS SELECT 1 AS id;\n")
    with yard.lane(proxy.url) as lane:
        one = lane.run(step("tenant_a", 1, "CREATE TABLE t1 (id int);\n", verify=verify), around(1), ONCE, following)
        assert (one.outcome, one.attempts) == (Outcome.DONE, 2)
        assert yard.tables("tenant_b") == []
        two = lane.run(following, around(1), ONCE)
        assert (two.outcome, two.attempts) == (Outcome.DONE, 1)
    assert cut
    assert (yard.versions("tenant_a"), yard.versions("tenant_b")) == ([1], [1])
    assert yard.one("SELECT count(*) FROM sqlmig.log WHERE outcome = 'done'") == 2


def test_a_connection_lost_while_a_transaction_waits_ahead_costs_an_attempt_and_nothing_else(yard: Yard) -> None:
    with yard.lane() as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE, table("tenant_b", 1))
        yard.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'sqlmig tenant_b%'"
        )
        result = lane.run(table("tenant_b", 1), around(1), ONCE)
    assert (result.outcome, result.attempts) == (Outcome.DONE, 2)
    assert yard.tables("tenant_b") == ["t1"]


def test_a_connection_that_cannot_be_had_again_is_said_with_its_remedy(yard: Yard, proxy: Proxy) -> None:
    with yard.lane(proxy.url) as lane:
        lane.run(table("tenant_a", 1), around(1), ONCE)
        proxy.closed = True
        proxy.rule = lambda text: Fate.LOST
        result = lane.run(table("tenant_a", 2), around(2), ONCE)
    assert (result.outcome, result.remedy, result.attempts) == (Outcome.FAILED, Remedy.RECONNECT, 2)
    assert "the connection was lost during 0002_m2 in tenant_a" in failure_of(result).message
    assert yard.tables("tenant_a") == ["t1"]


# --- what a role or a pooler brings along ---


def test_the_limits_of_a_role_do_not_end_a_step_half_way(yard: Yard, role: Callable[..., Role]) -> None:
    name, _, url = role("SUPERUSER")
    yard.sql(f"ALTER ROLE {name} SET statement_timeout = '100ms'")
    if yard.connection.info.server_version >= 170000:
        yard.sql(f"ALTER ROLE {name} SET transaction_timeout = '150ms'")
    yard.sql(
        "CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_sleep(.3); RETURN new; END$$"
    )
    yard.sql("CREATE TRIGGER slow BEFORE INSERT ON sqlmig.log FOR EACH ROW EXECUTE FUNCTION public.slow()")
    with yard.lane(url) as lane:
        slow = step("tenant_a", 1, "CREATE TABLE t1 AS SELECT 1 AS id FROM pg_sleep(.3);\n")
        assert lane.run(slow, around(1), ONCE, table("tenant_b", 1)).outcome is Outcome.DONE
        assert lane.run(table("tenant_b", 1), around(1), ONCE).outcome is Outcome.DONE


def test_through_a_transaction_pooler_nothing_is_left_on_the_server(yard: Yard, pgbouncer: str) -> None:
    with yard.lane(pgbouncer) as lane:
        following = table("tenant_b", 1)
        assert lane.run(table("tenant_a", 1), around(1), ONCE, following).outcome is Outcome.DONE
        assert lane.run(following, around(1), ONCE).outcome is Outcome.DONE
    with psycopg.connect(pgbouncer, autocommit=True, prepare_threshold=None) as next_client:
        left = next_client.execute(
            "SELECT current_setting('search_path'), current_setting('lock_timeout'),"
            " current_setting('client_connection_check_interval'),"
            " (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')"
        ).fetchone()
    assert left == ('"$user", public', "0", "0", 0)


def test_another_encoding_that_a_file_sets_does_not_garble_the_history(yard: Yard) -> None:
    told = replace(yard.context.origin, actor="Jürgen")
    with yard.lane(origin=told) as lane:
        latin = "SET client_encoding = 'LATIN1';\nSET standard_conforming_strings = off;\nCREATE TABLE t1 (id int);\n"
        for version, verify in ((1, None), (2, "SELECT 1 WHERE false;\n")):
            one = step("tenant_a", version, latin.replace("t1", f"t{version}"), verify=verify)
            result = lane.run(one, around(version), ONCE, table("tenant_b", 1))
            assert result.outcome is Outcome.DONE, result.failure
    assert yard.one("SELECT count(*) FROM sqlmig.log WHERE actor = 'Jürgen'") == 2


def test_a_file_that_reads_differently_in_each_tenant_is_recorded_and_judged_by_what_it_says_there(yard: Yard) -> None:
    """What is the same for all targets of a file is worked out once; its rendered text is not among that."""

    def rendered(schema: str, text: str) -> Step:
        there = step(schema, 1, text)
        return replace(there, unit=file.unit, sql=replace(there.sql, script=file.script))

    file = table("tenant_a", 1)
    yard.sql("CREATE SCHEMA tenant_c")
    with yard.lane() as lane:
        assert lane.run(file, around(1), ONCE).outcome is Outcome.DONE
        assert lane.run(rendered("tenant_b", "CREATE TABLE other (id int);\n"), around(1), ONCE).outcome is Outcome.DONE
        reaching = lane.run(rendered("tenant_c", "CREATE TYPE public.mood AS ENUM ('fine');\n"), around(1), ONCE)
    assert "type public.mood" in failure_of(reaching).message
    assert yard.one("SELECT count(DISTINCT checksum) FROM sqlmig.applied") == 1
    assert yard.one("SELECT count(DISTINCT rendered) FROM sqlmig.applied") == 2

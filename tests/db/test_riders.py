"""Steps in a row share a message; each is still a transaction of its own, and its own to blame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from lanes import Yard, around, step
from proxy import Fate, Proxy, proxy_in_front_of
from servers import Database
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from sqlmig.db import riders
from sqlmig.db.context import Stop
from sqlmig.db.lane import Trial
from sqlmig.db.locks import key_of
from sqlmig.db.riders import Link
from sqlmig.plan.results import Outcome, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step

Connect = Callable[..., psycopg.Connection[Any]]
ONCE = Trial()
D, F = Outcome.DONE, Outcome.FAILED


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    with proxy_in_front_of(database) as one:
        yield one


def table(version: int, schema: str = "tenant_a") -> Step:
    return step(schema, version, f"CREATE TABLE t{version} (id int);\n-- a comment that nothing ends")


def row(*steps: Step) -> list[Link]:
    return [Link(one, around(one.version or 0)) for one in steps]


def outcomes(results: Sequence[StepResult]) -> list[Outcome]:
    return [result.outcome for result in results]


def message(result: StepResult) -> str:
    assert result.failure is not None
    return result.failure.message


def test_twenty_steps_of_a_target_and_the_next_target_s_opening_are_one_message(yard: Yard, proxy: Proxy) -> None:
    sent: list[str] = []

    def rule(text: str) -> Fate:
        sent.append(text)
        return Fate.PASS

    proxy.rule = rule
    links = row(*(table(version) for version in range(1, 21)))
    with yard.lane(proxy.url) as lane:
        results = lane.run_in_a_row(links, ONCE, table(1, "tenant_b"))
        assert len([text for text in sent if "BEGIN" in text]) == 2
        before = len(sent)
        results += lane.run_in_a_row(row(table(1, "tenant_b"), table(2, "tenant_b")), ONCE)
        assert len(sent) == before + 1
    assert outcomes(results) == [D] * 22
    assert [result.step.version for result in results] == [*range(1, 21), 1, 2]
    assert all(result.locks > 0 for result in results)
    assert yard.versions("tenant_a") == list(range(1, 21))
    assert yard.versions("tenant_b") == [1, 2]
    # Each of them committed by itself.
    assert yard.one("SELECT count(DISTINCT xmin::text) FROM sqlmig.applied") == 22


def test_a_row_may_go_through_several_targets(yard: Yard) -> None:
    with yard.lane() as lane:
        results = lane.run_in_a_row(row(table(1), table(1, "tenant_b"), table(2)), ONCE)
    assert outcomes(results) == [D] * 3
    assert (yard.tables("tenant_a"), yard.tables("tenant_b")) == (["t1", "t2"], ["t1"])


SETTINGS = (
    "search_path",
    "application_name",
    "lock_timeout",
    "statement_timeout",
    "standard_conforming_strings",
    "app.current_tenant_id",
)


def test_a_rider_runs_with_the_settings_of_its_own_target(yard: Yard) -> None:
    names = ", ".join(f"current_setting('{name}')" for name in SETTINGS)
    text = f"CREATE TABLE seen AS SELECT ARRAY[{names}] AS settings;\n"
    with yard.lane() as lane:
        results = lane.run_in_a_row(row(step("tenant_a", 1, text), step("tenant_b", 1, text)), ONCE)
    assert outcomes(results) == [D] * 2
    first, rider = (yard.one(f"SELECT settings FROM {schema}.seen") for schema in ("tenant_a", "tenant_b"))
    assert first[:2] == ["tenant_a", "sqlmig tenant_a 0001_m1"]
    assert rider == [value.replace("tenant_a", "tenant_b") for value in first]


def test_a_rider_s_names_may_hold_what_a_template_would_read(yard: Yard) -> None:
    schema = "tenant_50% %(target)s it's"
    yard.sql(f'CREATE SCHEMA "{schema}"')
    up = "-- sqlmig: touches public.\"100%\"\nCREATE TABLE t (id int);\nCOMMENT ON TABLE t IS '%s %(schema)s %%';\n"
    with yard.lane() as lane:
        results = lane.run_in_a_row(row(table(1), step(schema, 1, up)), ONCE)
    assert outcomes(results) == [D] * 2
    assert yard.versions(schema) == [1]
    assert yard.one("SELECT obj_description(to_regclass(%s))", f'"{schema}".t') == "%s %(schema)s %%"


def test_the_log_tells_each_step_s_own_time(yard: Yard) -> None:
    slow = step("tenant_a", 2, "SELECT pg_sleep(0.4);\n")
    with yard.lane() as lane:
        results = lane.run_in_a_row(row(table(1), slow, table(3)), ONCE)
    logged = [yard.one("SELECT extract(epoch FROM duration) FROM sqlmig.log WHERE version = %s", n) for n in (1, 2, 3)]
    assert [float(seconds) == pytest.approx(result.duration) for seconds, result in zip(logged, results, strict=True)]
    assert [float(seconds) > 0.4 for seconds in logged] == [False, True, False]


FAILURES = [
    ("CREATE TABLE x (id int);\nSELECT 1 / 0;\n", "0003_m3 failed in tenant_a, statement 2 of 2: division by zero", 2),
    ("SELECT 1;\nSELECT nothing\nFROM nowhere;\n", 'statement 2 of 2: relation "nowhere" does not exist', 3),
    (
        "INSERT INTO public.shared VALUES (1);\n",
        "0003_m3 changes what does not belong to tenant_a: public.shared",
        None,
    ),
]


@pytest.mark.parametrize(("up", "said", "line"), FAILURES, ids=["the-file", "with-a-position", "the-guard"])
def test_what_fails_is_told_of_its_own_step_and_nothing_behind_it_begins(
    yard: Yard, up: str, said: str, line: int | None
) -> None:
    yard.sql("CREATE TABLE public.shared (id int)")
    with yard.lane() as lane:
        results = lane.run_in_a_row(row(table(1), table(2), step("tenant_a", 3, up), table(4)), ONCE)
        assert outcomes(results) == [D, D, F]
        assert said in message(results[2])
        assert results[2].failure is not None
        if line is not None:
            assert str(results[2].failure.place).startswith(f"tenant/0003_m3.up.sql:{line}")
        assert results[2].failure.state == "the transaction was rolled back: nothing of this file is in the database"
        assert not lane.session.in_transaction
    assert (yard.tables("tenant_a"), yard.versions("tenant_a")) == (["t1", "t2"], [1, 2])


def test_a_text_that_the_server_cannot_read_is_its_own_step_s_and_keeps_none_before_it(yard: Yard) -> None:
    """The server reads the whole message before it does the first statement of it."""
    with yard.lane() as lane:
        links = row(table(1), table(2), step("tenant_a", 3, "CREATE TABEL t3 (id int);\n"))
        results = lane.run_in_a_row(links, ONCE)
        while outcomes(results) == [D] * len(results):
            results += lane.run_in_a_row(links[len(results) :], ONCE)
    assert outcomes(results) == [D, D, F]
    assert 'syntax error at or near "TABEL"' in message(results[2])
    assert yard.versions("tenant_a") == [1, 2]


def held(yard: Yard, connect: Connect) -> None:
    connect().execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "target", "tenant_b"),))


def moved(yard: Yard, _: Connect) -> None:
    with yard.lane() as other:
        other.run(table(1, "tenant_b"), around(1), ONCE)


def gone(yard: Yard, _: Connect) -> None:
    yard.sql("DROP SCHEMA tenant_b")


@pytest.mark.parametrize(
    ("happens", "then", "said"),
    [
        (held, Outcome.BLOCKED, "another run holds tenant_b"),
        (moved, Outcome.MOVED, None),
        (gone, Outcome.FAILED, "schema tenant_b of tenant tenant_b is not there"),
    ],
)
def test_a_target_that_does_not_stand_as_planned_is_left_to_be_judged_in_its_turn(
    yard: Yard, connect: Connect, happens: Callable[[Yard, Connect], None], then: Outcome, said: str | None
) -> None:
    happens(yard, connect)
    links = row(table(1), table(1, "tenant_b"), table(2))
    with yard.lane() as lane:
        results = lane.run_in_a_row(links, ONCE)
        assert outcomes(results) == [D]
        [result] = lane.run_in_a_row(links[1:2], ONCE)
        assert result.outcome is then
        assert said is None or said in message(result)
        assert outcomes(lane.run_in_a_row(links[2:], ONCE)) == [D]
    assert yard.versions("tenant_a") == [1, 2]


def test_a_rider_s_target_that_was_renamed_is_left_to_be_judged_while_its_new_schema_is_there(yard: Yard) -> None:
    links = row(table(1), table(2, "tenant_b"))
    with yard.lane() as lane:
        assert outcomes(lane.run_in_a_row(row(table(1, "tenant_b")), ONCE)) == [D]
        # Since this was planned: by now the name that the plan has may be another tenant's.
        yard.sql("UPDATE sqlmig.target SET schema_name = 'tenant_c' WHERE target = 'tenant_b'; CREATE SCHEMA tenant_c")
        assert outcomes(lane.run_in_a_row(links, ONCE)) == [D]
        [result] = lane.run_in_a_row(links[1:], ONCE)
        assert result.outcome is F
        assert "schema tenant_b of tenant tenant_b is not there" in message(result)
        yard.sql("DROP SCHEMA tenant_c")
        assert outcomes(lane.run_in_a_row(row(table(2), table(2, "tenant_b")), ONCE)) == [D, D]
    assert yard.versions("tenant_b") == [1, 2]


def test_a_lock_timeout_gives_the_step_back_and_says_who_it_was(yard: Yard, connect: Connect) -> None:
    with yard.lane() as lane:
        lane.run_in_a_row(row(table(1)), ONCE)
        reader = connect(autocommit=False, application_name="report")
        reader.execute("SELECT * FROM tenant_a.t1")
        alter = step("tenant_a", 3, "ALTER TABLE t1 ADD COLUMN c int;\n")
        results = lane.run_in_a_row(row(table(2), alter), ONCE)
    assert outcomes(results) == [D, Outcome.BLOCKED]
    assert (results[1].remedy, results[1].attempts) == (Remedy.RETRY, 1)
    assert [holder.application for holder in results[1].blockers] == ["report"]


def test_a_request_to_stop_rolls_back_the_step_under_way_and_keeps_those_before_it(
    yard: Yard, connect: Connect
) -> None:
    stop = Stop()
    links = row(table(1), step("tenant_a", 2, AT_THE_GATE), table(3))
    with gate_closed(connect()), yard.lane(stop=stop) as lane, ThreadPoolExecutor() as pool:
        run = pool.submit(lane.run_in_a_row, links, ONCE)
        until(lambda: at_the_gate(yard.connection))
        stop.request()
        results = run.result(timeout=10)
    assert outcomes(results) == [D, Outcome.INTERRUPTED]
    assert yard.versions("tenant_a") == [1]


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_after_a_lost_connection_the_history_says_of_each_step_whether_it_is_done(
    yard: Yard, proxy: Proxy, fate: Fate
) -> None:
    cut: list[str] = []

    def rule(text: str) -> Fate:
        if "CREATE TABLE t3" in text and not cut:
            cut.append(text)
            return fate
        return Fate.PASS

    proxy.rule = rule
    with yard.lane(proxy.url) as lane:
        links = row(*(table(version) for version in range(1, 6)), table(1, "tenant_b"))
        results = lane.run_in_a_row(links, ONCE)
    assert cut
    assert outcomes(results) == [D] * 6
    assert yard.one("SELECT count(*) FROM sqlmig.log") == 6
    assert (yard.versions("tenant_a"), yard.versions("tenant_b")) == ([1, 2, 3, 4, 5], [1])


def test_a_server_process_that_ends_in_the_middle_of_a_row_loses_nothing_and_repeats_nothing(
    yard: Yard, connect: Connect
) -> None:
    links = row(table(1), table(2), step("tenant_a", 3, AT_THE_GATE + "CREATE TABLE t3 (id int);\n"), table(4))
    with yard.lane() as lane, ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(lane.run_in_a_row, links, ONCE)
            [pid] = until(lambda: at_the_gate(yard.connection))
            yard.sql(f"SELECT pg_terminate_backend({pid})")
        results = run.result(timeout=20)
        assert outcomes(results) == [D, D]
        results += lane.run_in_a_row(links[2:], ONCE)
    assert outcomes(results) == [D] * 4
    assert yard.tables("tenant_a") == ["t1", "t2", "t3", "t4"]
    assert yard.one("SELECT string_agg(version::text, ' ' ORDER BY id) FROM sqlmig.log") == "1 2 3 4"


@pytest.mark.parametrize(
    ("steps", "length"),
    [
        ([table(1)], 1),
        ([table(1), table(2), table(3)], 3),
        ([table(1), step("tenant_a", 2, "DROP TABLE t1;\n"), table(3)], 1),
        ([step("tenant_a", 2, "DROP TABLE t1;\n"), table(3)], 1),
        ([table(1), table(2), step("tenant_a", 3, "SELECT 1;\n", shared=("x",))], 2),
        ([table(1), step("tenant_a", 2, "SELECT 1;\n", verify="SELECT 1 WHERE false;\n")], 1),
        ([table(1), step("tenant_a", 2, "-- sqlmig: transaction off\nVACUUM;\n")], 1),
        ([table(version) for version in range(1, 101)], riders.MOST_STEPS),
        ([step("tenant_a", version, f"SELECT '{'x' * 100_000}';\n") for version in range(1, 9)], 2),
    ],
    ids=["one", "all", "a-look-from-outside", "first-looked-at", "shared", "verify", "no-transaction", "many", "long"],
)
def test_a_row_ends_where_something_is_to_be_looked_at(yard: Yard, steps: list[Step], length: int) -> None:
    assert riders.row(steps, yard.context) == length

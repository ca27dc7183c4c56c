"""Several files of one target in one transaction: all of them are done, or none; each answers for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from lanes import Yard, around, step
from proxy import Fate, Proxy, proxy_in_front_of
from servers import Database
from sqlmig.db.lane import Lane, Trial
from sqlmig.plan.results import Outcome, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step

ONCE = Trial()


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    with proxy_in_front_of(database) as one:
        yield one


def made(schema: str, *files: str, verify: str | None = None) -> list[Step]:
    return [step(schema, number, file, verify=verify) for number, file in enumerate(files, 1)]


def run(lane: Lane, steps: Sequence[Step], following: Step | None = None) -> tuple[StepResult, ...]:
    return lane.run_together(steps, [around(one.version or 0) for one in steps], ONCE, following)


TWO = ("CREATE TABLE t1 (id int);\n", "ALTER TABLE t1 ADD COLUMN name text;\n")


@pytest.mark.parametrize("verify", [None, "SELECT 1 WHERE to_regclass('t1') IS NULL;\n"], ids=["plain", "verified"])
def test_all_files_are_recorded_one_by_one_and_committed_once(yard: Yard, verify: str | None) -> None:
    with yard.lane() as lane:
        following = step("tenant_b", 1, TWO[0])
        results = run(lane, made("tenant_a", *TWO, verify=verify), following)
        assert [(one.step.version, one.outcome) for one in results] == [(1, Outcome.DONE), (2, Outcome.DONE)]
        assert run(lane, [following])[0].outcome is Outcome.DONE
    assert yard.versions("tenant_a") == [1, 2]
    assert yard.one("SELECT count(DISTINCT xmin::text) FROM sqlmig.applied WHERE target = 'tenant_a'") == 1
    assert yard.one("SELECT head FROM sqlmig.target WHERE target = 'tenant_a'") == 2


@pytest.mark.parametrize("number", [0, 1, 2], ids=["the-first", "the-second", "the-last"])
def test_one_that_fails_takes_the_others_with_it_and_is_the_one_that_is_named(yard: Yard, number: int) -> None:
    files = ["CREATE TABLE t1 (id int);\n", "CREATE TABLE t2 (id int);\n", "CREATE TABLE t3 (id int);\n"]
    files[number] += "SELECT 1 / 0;\n"
    with yard.lane() as lane:
        (result,) = run(lane, made("tenant_a", *files), step("tenant_b", 1, TWO[0]))
        assert not lane.session.in_transaction
    assert (result.outcome, result.remedy, result.step.version) == (Outcome.FAILED, Remedy.FAIL, number + 1)
    assert result.failure is not None
    assert f"000{number + 1}_m{number + 1} failed in tenant_a, statement 2 of 2" in result.failure.message
    state = "the transaction was rolled back: nothing of this file is in the database"
    others = ["", ", nor of the file before it in the same transaction"]
    others.append(", nor of the 2 files before it in the same transaction")
    assert result.failure.state == state + others[number]
    assert (yard.tables("tenant_a"), yard.versions("tenant_a")) == ([], [])


def test_what_touches_lets_one_file_change_it_does_not_let_the_next(yard: Yard) -> None:
    yard.sql("CREATE TABLE public.rates (id int)")
    touches = "-- sqlmig: touches public.rates\nINSERT INTO public.rates VALUES (1);\n"
    with yard.lane() as lane:
        (result,) = run(lane, made("tenant_a", touches, "ALTER TABLE public.rates ADD COLUMN x int;\n"))
        assert result.failure is not None
        assert "0002_m2 changes what does not belong to tenant_a: public.rates (AccessExclusiveLock)" in (
            result.failure.message
        )
        assert yard.one("SELECT count(*) FROM public.rates") == 0
        # What the first file holds is no fault of a second one that stays at home.
        results = run(lane, made("tenant_a", touches, TWO[0]))
    assert [one.outcome for one in results] == [Outcome.DONE, Outcome.DONE]
    assert yard.one("SELECT count(*) FROM public.rates") == 1


def test_what_one_file_sets_is_gone_for_the_next(yard: Yard) -> None:
    first = (
        "CREATE TEMP TABLE leak (id int);\nSET search_path = public;\nSET app.flag = 'on';\nPREPARE p AS SELECT 1;\n"
    )
    second = (
        "CREATE TABLE found AS SELECT current_setting('app.flag', true) AS flag, to_regclass('leak') AS leak,"
        " current_setting('search_path') AS path, (SELECT count(*) FROM pg_prepared_statements) AS prepared;\n"
    )
    with yard.lane() as lane:
        results = run(lane, made("tenant_a", first, second))
    assert [one.outcome for one in results] == [Outcome.DONE, Outcome.DONE]
    found = yard.connection.execute("SELECT coalesce(flag, ''), path, leak, prepared FROM tenant_a.found").fetchone()
    assert found == ("", "tenant_a", None, 0)


def test_each_file_has_its_own_settings(yard: Yard) -> None:
    own = "-- sqlmig: lock_timeout 7s\nCREATE TABLE a AS SELECT current_setting('lock_timeout') AS lock_timeout;\n"
    with yard.lane() as lane:
        run(lane, made("tenant_a", own, "CREATE TABLE b AS SELECT current_setting('lock_timeout') AS lock_timeout;\n"))
    assert yard.one("SELECT lock_timeout FROM tenant_a.a") == "7s"
    assert yard.one("SELECT lock_timeout FROM tenant_a.b") == "1s"


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD])
def test_a_connection_lost_at_the_one_commit_ends_with_all_done_once(yard: Yard, proxy: Proxy, fate: Fate) -> None:
    cut: list[str] = []

    def rule(text: str) -> Fate:
        if cut or "COMMIT" not in text:
            return Fate.PASS
        cut.append(text)
        return fate

    proxy.rule = rule
    with yard.lane(proxy.url) as lane:
        results = run(lane, made("tenant_a", *TWO))
    assert [(one.outcome, one.attempts) for one in results] == [(Outcome.DONE, 2), (Outcome.DONE, 2)]
    assert yard.versions("tenant_a") == [1, 2]
    assert yard.one("SELECT count(*) FROM sqlmig.log") == 2


def test_files_that_only_a_look_from_outside_can_judge_run_together_too(yard: Yard) -> None:
    yard.sql("CREATE FUNCTION public.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with yard.lane() as lane:
        results = run(lane, made("tenant_a", TWO[0], "DROP TABLE t1;\n", "CREATE TABLE t3 (id int);\n"))
        assert [one.outcome for one in results] == [Outcome.DONE] * 3
        (result,) = run(lane, [step("tenant_a", 4, "DROP FUNCTION public.one();\n")])
    assert result.failure is not None
    assert "function public.one()" in result.failure.message
    assert yard.tables("tenant_a") == ["t3"]


REACH = "CREATE TABLE t2 (id int);\nINSERT INTO public.rates VALUES (1);\n"


@pytest.mark.parametrize("number", [0, 1, 2], ids=["the-first", "the-second", "the-last"])
def test_the_one_guard_of_several_files_still_leads_to_the_file_that_reached_outside(yard: Yard, number: int) -> None:
    yard.sql("CREATE TABLE public.rates (id int)")
    files = ["CREATE TABLE t1 (id int);\n", "CREATE TABLE t3 (id int);\n", "CREATE TABLE t4 (id int);\n"]
    files[number] = REACH
    with yard.lane() as lane:
        (result,) = run(lane, made("tenant_a", *files), step("tenant_b", 1, TWO[0]))
        assert not lane.session.in_transaction
    assert (result.outcome, result.remedy, result.step.version, result.attempts) == (
        Outcome.FAILED,
        Remedy.FAIL,
        number + 1,
        1,
    )
    assert result.failure is not None
    assert f"000{number + 1}_m{number + 1} changes what does not belong to tenant_a: public.rates" in (
        result.failure.message
    )
    assert yard.one("SELECT count(*) FROM public.rates") == 0
    assert (yard.tables("tenant_a"), yard.versions("tenant_a")) == ([], [])


@pytest.mark.parametrize("verify", [None, "SELECT 1 WHERE to_regclass('t1') IS NULL;\n"], ids=["plain", "verified"])
def test_files_that_stay_at_home_have_one_guard_behind_the_last(yard: Yard, proxy: Proxy, verify: str | None) -> None:
    sent: list[str] = []

    def rule(text: str) -> Fate:
        sent.append(text)
        return Fate.PASS

    proxy.rule = rule
    with yard.lane(proxy.url) as lane:
        results = run(lane, made("tenant_a", *TWO, "CREATE TABLE t3 (id int);\n", verify=verify))
    assert [one.outcome for one in results] == [Outcome.DONE] * 3
    assert [text.count(".guard(") for text in sent if ".guard(" in text] == [1]
    assert "COMMIT" in next(text for text in sent if ".guard(" in text)
    # Each has its row, in order, with its own time; only the last one's locks were counted.
    assert yard.one("SELECT array_agg(version ORDER BY id) FROM sqlmig.log WHERE duration > '0'") == [1, 2, 3]
    assert [bool(one.locks) for one in results] == [False, False, True]


def test_a_file_that_ends_the_transaction_is_found_before_the_next_one_runs(yard: Yard) -> None:
    """No file gets so far: transaction control is refused when it is planned."""
    with yard.lane() as lane:
        (result,) = run(lane, made("tenant_a", "CREATE TABLE t1 (id int);\nCOMMIT;\nBEGIN;\n", TWO[1]))
    assert result.failure is not None
    assert result.failure.message == "0001_m1 ended its own transaction in tenant_a"
    assert yard.one("SELECT count(*) FROM information_schema.columns WHERE table_name = 't1'") == 1

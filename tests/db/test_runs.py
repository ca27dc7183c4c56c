"""Runs in the database: who may claim what, what a lost worker leaves, how states and waves move."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sessions import until
from sqlmig.db import history, records, runlist, runs
from sqlmig.db.context import Origin, RunContext, new_run_id
from sqlmig.db.runs import Claimed, Exchange, NewItem, NewRun, Report
from sqlmig.db.session import Session, session
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.results import Outcome
from sqlmig.plan.rollout import ErrorKind, Gate, Identity, ItemError, ItemState, RunState, Wave
from sqlmig.plan.values import Target
from sqlmig.project.config.load import load_config
from sqlmig.project.model import Scope

GOAL = {"up": None}
LEASE = 60.0
NO_GATE = Gate()
NULLED = ErrorKind("tenant", "0031_add_owner", 2, "23502", "owner_set", "null value in column owner")


@dataclass
class Store:
    """The run store of one test, as processes use it."""

    session: Session
    context: RunContext
    look: psycopg.Connection[Any] = field(repr=False)

    def context_of(self, run_id: str) -> RunContext:
        return RunContext(run_id, self.context.config, self.context.origin)

    def begin(self, *sizes: int, manifest: str = "aa", worker: str | None = "w1", gate: Gate = NO_GATE) -> str:
        """A run with waves of these sizes."""
        targets = [[target(wave * 100 + n) for n in range(size)] for wave, size in enumerate(sizes)]
        waves = [Wave(f"wave {n}", tuple(t.identity for t in wave), gate) for n, wave in enumerate(targets)]
        items = [NewItem(t, n, at) for n, wave in enumerate(targets) for at, t in enumerate(wave)]
        new = NewRun("apply", "ticket 7", manifest, GOAL, waves, items, {"workers": 2})
        return runs.begin(self.session, self.context_of(new_run_id()), new, worker=worker, lease=LEASE)

    def join(self, run_id: str, worker: str) -> None:
        runs.join(self.session, "sqlmig", run_id, worker, "pod", 7, LEASE)

    def exchange(
        self,
        run_id: str,
        worker: str = "w1",
        want: int = 0,
        wave: int = 0,
        stage: int = 0,
        reports: Sequence[Report] = (),
        lease: float = LEASE,
    ) -> Exchange:
        return runs.exchange(self.session, "sqlmig", run_id, worker, reports, want, wave, stage, lease)

    def states(self, run_id: str) -> dict[str, int]:
        """How many items are in which state, counted from the items themselves; the counts of the waves agree."""
        rows = self.sql("SELECT state, count(*) FROM sqlmig.run_item WHERE run_id = %s GROUP BY 1", run_id)
        found = dict(rows)
        kept = self.sql("SELECT to_jsonb(w) FROM sqlmig.run_wave w WHERE run_id = %s", run_id)
        sums = {state.value: sum(row[0][state.value] for row in kept) for state in ItemState}
        assert {state: number for state, number in sums.items() if number} == found
        return found

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        cursor = self.look.execute(query.encode(), parameters or None)
        return cursor.fetchall() if cursor.description is not None else []

    def dies(self, run_id: str, worker: str) -> None:
        """A worker's lease runs out."""
        self.sql("UPDATE sqlmig.run_worker SET seen_until = clock_timestamp() WHERE worker = %s", worker)


@pytest.fixture
def store(tmp_path: Path, database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Iterator[Store]:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sqlmig.yaml").write_text("tracks: {tenant: {path: sql, scope: shared, schema: app}}\n")
    config = load_config(tmp_path / "sqlmig.yaml", environment=None, environ={}, database_url=database_url)
    with session(database_url) as opened:
        history.prepare(opened, "sqlmig")
        yield Store(opened, RunContext(new_run_id(), config, Origin("ada", "laptop", "sqlmig 1", None)), connect())


def target(number: int) -> Target:
    return Target("tenant", Scope.TENANT, str(number), f"tenant_{number}")


def keys(claimed: Sequence[Claimed]) -> list[str]:
    return [one.key for one in claimed]


def done(claimed: Sequence[Claimed], seconds: float = 0.5) -> list[Report]:
    return [Report(one.identity, ItemState.DONE, 0, attempts=1, seconds=seconds) for one in claimed]


def item(number: int) -> Identity:
    return ("tenant", str(number))


# --- claiming and reporting ---


def test_items_are_claimed_in_the_order_of_the_queue_and_by_one_worker_each(store: Store) -> None:
    run = store.begin(5)
    store.join(run, "w2")
    first = store.exchange(run, "w1", want=2)
    assert first.claimed == (
        Claimed("tenant", "0", "tenant_0", 0, 0.0),
        Claimed("tenant", "1", "tenant_1", 0, 0.0),
    )
    assert keys(store.exchange(run, "w2", want=9).claimed) == ["2", "3", "4"]
    assert store.exchange(run, "w1", want=9).claimed == ()
    assert store.states(run) == {"running": 5}


def test_two_workers_that_claim_at_once_do_not_wait_for_each_other(store: Store, connect: Any) -> None:
    run = store.begin(4)
    store.session.run("SET lock_timeout = '2s'")
    other = connect(autocommit=False)
    other.execute("SELECT FROM sqlmig.run_item WHERE target IN ('0', '1') FOR UPDATE")
    assert keys(store.exchange(run, want=9).claimed) == ["2", "3"]


def test_an_exchange_says_how_the_wave_stands(store: Store) -> None:
    run = store.begin(4, 3)
    claimed = store.exchange(run, want=3).claimed
    error = ItemError(NULLED, 'null value in column "owner" of tenant_1.deals')
    reports = [
        Report(claimed[0].identity, ItemState.DONE, 0, attempts=1, seconds=2.5),
        Report(claimed[1].identity, ItemState.QUARANTINED, 0, attempts=1, seconds=9.0, error=error),
    ]
    found = store.exchange(run, reports=reports)
    assert (found.state, found.reason, found.wave, found.stage, found.hold) == (RunState.RUNNING, None, 0, 0, 0.0)
    assert found.counts == {
        ItemState.PENDING: 1,
        ItemState.RUNNING: 1,
        ItemState.DONE: 1,
        ItemState.FAILED: 0,
        ItemState.QUARANTINED: 1,
        ItemState.BLOCKED: 0,
    }
    assert found.slowest == 2.5, "what failed does not speak for what works"
    assert store.sql("SELECT sqlstate, error FROM sqlmig.run_item WHERE target = '1' AND wave = 0") == [
        (
            "23502",
            {
                "track": "tenant",
                "migration": "0031_add_owner",
                "statement": 2,
                "sqlstate": "23502",
                "constraint": "owner_set",
                "alike": "null value in column owner",
                "message": 'null value in column "owner" of tenant_1.deals',
            },
        )
    ]
    assert store.states(run) == {"pending": 4, "running": 1, "done": 1, "quarantined": 1}


def test_a_target_in_somebody_s_way_is_left_alone_and_then_stands_at_the_tail(store: Store) -> None:
    run = store.begin(3)
    (claimed,) = store.exchange(run, want=1).claimed
    later = Report(claimed.identity, ItemState.PENDING, 0, attempts=1, waited=1.5, delay=60.0)
    found = store.exchange(run, want=1, reports=[later])
    assert keys(found.claimed) == ["1"]
    assert found.next_due is not None
    assert 50 < found.next_due <= 60
    store.sql("UPDATE sqlmig.run_item SET not_before = clock_timestamp() WHERE not_before IS NOT NULL")
    again = store.exchange(run, want=9)
    assert keys(again.claimed) == ["2", "0"]
    assert (again.claimed[1].attempts, again.claimed[1].waited) == (1, 1.5)
    assert store.exchange(run).next_due is None
    assert store.states(run) == {"running": 3}


def test_a_stage_ends_for_the_whole_wave_before_the_next_begins(store: Store) -> None:
    run = store.begin(2)
    first, second = store.exchange(run, want=2).claimed
    found = store.exchange(run, want=2, stage=0, reports=[Report(first.identity, ItemState.PENDING, 1)])
    assert (found.claimed, found.stage) == ((), 0)
    found = store.exchange(run, want=0, reports=[Report(second.identity, ItemState.PENDING, 1)])
    assert found.stage == 1
    assert store.exchange(run, want=2, stage=0).claimed == ()
    assert keys(store.exchange(run, want=2, stage=1).claimed) == ["0", "1"]


def test_a_wave_with_nothing_left_has_no_stage(store: Store) -> None:
    run = store.begin(2)
    assert store.exchange(run, reports=done(store.exchange(run, want=2).claimed)).stage is None


@pytest.mark.parametrize("wave", [1, -1], ids=["a later wave", "no wave yet"])
def test_nothing_is_claimed_of_a_wave_that_is_not_under_way(store: Store, wave: int) -> None:
    run = store.begin(2, 2)
    found = store.exchange(run, want=2, wave=wave)
    assert (found.claimed, found.wave) == ((), 0)


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.HALTED, RunState.ABORTED])
def test_a_run_that_does_not_go_on_hands_nothing_out_but_hears_what_was_done(store: Store, state: RunState) -> None:
    run = store.begin(3)
    claimed = store.exchange(run, want=1).claimed
    assert runs.set_state(store.session, "sqlmig", run, state, "because") is RunState.RUNNING
    found = store.exchange(run, want=2, reports=done(claimed))
    assert (found.claimed, found.state, found.reason) == ((), state, "because")
    assert found.counts[ItemState.DONE] == 1


def test_an_exchange_with_a_run_that_is_not_there_says_so(store: Store) -> None:
    with pytest.raises(UsageError, match=r"there is no run 0{8}-0{4}-0{4}-0{4}-0{12}"):
        store.exchange("00000000-0000-0000-0000-000000000000")
    assert not store.session.in_transaction


# --- leases ---


def test_what_a_lost_worker_had_is_claimed_again_and_its_late_report_counts_no_more(store: Store) -> None:
    run = store.begin(3)
    store.join(run, "w2")
    claimed = store.exchange(run, "w1", want=2).claimed
    store.dies(run, "w1")
    assert keys(store.exchange(run, "w2", want=9).claimed) == ["0", "1", "2"]
    late = Report(claimed[0].identity, ItemState.FAILED, 0, error=ItemError(NULLED, "late"))
    store.exchange(run, "w1", reports=[late])
    assert store.states(run) == {"running": 3}
    store.exchange(run, "w2", reports=done(claimed))
    store.exchange(run, "w1", reports=[late])
    assert store.states(run) == {"running": 1, "done": 2}


def test_a_lost_worker_that_comes_back_in_time_keeps_what_it_had(store: Store) -> None:
    run = store.begin(2)
    store.join(run, "w2")
    claimed = store.exchange(run, "w1", want=1).claimed
    store.dies(run, "w1")
    store.exchange(run, "w1")
    assert keys(store.exchange(run, "w2", want=9).claimed) == ["1"]
    store.exchange(run, "w1", reports=done(claimed))
    assert store.states(run) == {"running": 1, "done": 1}


def test_a_report_sent_again_after_a_lost_answer_changes_nothing(store: Store) -> None:
    run = store.begin(1)
    reports = done(store.exchange(run, want=1).claimed)
    store.exchange(run, reports=reports)
    assert store.exchange(run, reports=reports).counts[ItemState.DONE] == 1
    assert store.states(run) == {"done": 1}


def test_what_a_worker_has_without_knowing_it_goes_back(store: Store) -> None:
    run = store.begin(4)
    store.exchange(run, want=3)
    runs.keep_only(store.session, "sqlmig", run, "w1", [item(1)])
    assert store.states(run) == {"pending": 3, "running": 1}
    assert keys(store.exchange(run, want=9).claimed) == ["0", "2", "3"]


def test_a_worker_that_leaves_gives_back_what_it_had(store: Store) -> None:
    run = store.begin(3)
    store.join(run, "w2")
    store.exchange(run, "w1", want=2)
    runs.leave(store.session, "sqlmig", run, "w1")
    assert store.states(run) == {"pending": 3}
    assert runlist.show(store.session, "sqlmig", run)[0].alive
    runs.leave(store.session, "sqlmig", run, "w2")
    assert not runlist.show(store.session, "sqlmig", run)[0].alive


# --- beginning and joining ---


def test_of_processes_that_begin_at_once_one_does_and_the_others_join_it(store: Store, database_url: str) -> None:
    begun: list[str] = []
    ready = threading.Barrier(4)

    def begin(worker: str) -> None:
        with session(database_url) as own:
            mine = Store(own, store.context, store.look)
            ready.wait()
            begun.append(mine.begin(200, worker=worker))

    threads = [threading.Thread(target=begin, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 4
    assert len(set(begun)) == 1
    assert store.sql("SELECT count(*) FROM sqlmig.run") == [(1,)]
    assert store.states(begun[0]) == {"pending": 200}
    assert store.sql("SELECT count(*) FROM sqlmig.run_worker") == [(1,)], "the others are still to join"


def test_another_manifest_is_another_run(store: Store) -> None:
    assert store.begin(1, manifest="aa") != store.begin(1, manifest="bb")


def test_what_a_run_was_begun_with_comes_back_as_it_was(store: Store) -> None:
    gate = Gate(failures=0.02, longest=3.0, verify=("sql/verify/a.sql",), pause=5.0, confirm=True)
    run = store.begin(2, 1, gate=gate)
    found = runs.stored(store.session, "sqlmig", run)
    assert found.waves == (Wave("wave 0", (item(0), item(1)), gate), Wave("wave 1", (item(100),), gate))
    assert (found.command, found.manifest, found.goal, found.options) == ("apply", "aa", GOAL, {"workers": 2})
    assert (found.reason, found.wave, found.parent) == ("ticket 7", 0, None)


def test_items_of_runs_that_ended_long_ago_go_when_a_run_begins(store: Store) -> None:
    old, recent = store.begin(2, manifest="aa"), store.begin(2, manifest="bb")
    store.sql("UPDATE sqlmig.run SET finished_at = now() - interval '91 days' WHERE run_id = %s", old)
    store.sql("UPDATE sqlmig.run SET finished_at = now() - interval '89 days' WHERE run_id = %s", recent)
    run = store.begin(1, manifest="cc")
    assert {str(row[0]) for row in store.sql("SELECT run_id FROM sqlmig.run_item")} == {recent, run}
    assert sum(runlist.show(store.session, "sqlmig", old)[0].counts.values()) == 2, "its counts stay"


# --- waves ---


def test_a_run_moves_on_from_a_wave_once_whoever_asks_first(store: Store) -> None:
    run = store.begin(1, 1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    moved = [runs.next_wave(store.session, "sqlmig", run, 0, 0.0) for _ in range(2)]
    assert moved == [True, False]
    found = store.exchange(run, want=1, wave=1)
    assert (found.wave, keys(found.claimed)) == (1, ["100"])


def test_a_run_stays_in_a_wave_that_is_not_over(store: Store) -> None:
    run = store.begin(2, 1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    assert not runs.next_wave(store.session, "sqlmig", run, 0, 0.0)


def test_behind_the_last_wave_the_run_is_over(store: Store) -> None:
    run = store.begin(1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    assert runs.next_wave(store.session, "sqlmig", run, 0, 0.0)
    assert store.exchange(run).wave == 1


def test_a_pause_between_waves_holds_back_everybody(store: Store) -> None:
    run = store.begin(1, 1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    runs.next_wave(store.session, "sqlmig", run, 0, 60.0)
    found = store.exchange(run, want=1, wave=1)
    assert found.claimed == ()
    assert 50 < found.hold <= 60
    store.sql("UPDATE sqlmig.run SET hold_until = clock_timestamp()")
    assert keys(store.exchange(run, want=1, wave=1).claimed) == ["100"]


def test_a_gate_that_asks_somebody_pauses_in_front_of_the_next_wave(store: Store) -> None:
    run = store.begin(1, 1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    assert runs.next_wave(store.session, "sqlmig", run, 0, 0.0, confirm="wave 0 is done")
    found = store.exchange(run, want=1, wave=1)
    assert (found.state, found.reason, found.wave, found.claimed) == (RunState.PAUSED, "wave 0 is done", 1, ())
    runs.reopen(store.session, "sqlmig", run)
    assert keys(store.exchange(run, want=1, wave=1).claimed) == ["100"]


def test_late_targets_become_a_wave_behind_the_last_once(store: Store) -> None:
    run = store.begin(1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    runs.next_wave(store.session, "sqlmig", run, 0, 0.0)
    late = Wave("late", (item(7), item(8)))
    for _ in range(2):
        runs.add_wave(store.session, "sqlmig", run, late, 1, [target(7), target(8)])
    assert [wave.name for wave in runs.stored(store.session, "sqlmig", run).waves] == ["wave 0", "late"]
    assert keys(store.exchange(run, want=9, wave=1).claimed) == ["7", "8"]
    assert store.states(run) == {"done": 1, "running": 2}


def test_what_targets_took_in_the_last_run_that_ended_well_is_known(store: Store) -> None:
    assert runs.weights(store.session, "sqlmig") == {}
    run = store.begin(2)
    store.exchange(run, reports=done(store.exchange(run, want=2).claimed, 0.5))
    assert runs.weights(store.session, "sqlmig") == {}
    runs.finish(store.session, store.context_of(run), Outcome.DONE)
    store.begin(1, manifest="bb")
    assert runs.weights(store.session, "sqlmig") == {item(0): 0.5, item(1): 0.5}


# --- states, and the end ---


def test_a_state_that_is_there_already_keeps_its_first_reason(store: Store) -> None:
    run = store.begin(1)
    runs.set_state(store.session, "sqlmig", run, RunState.HALTED, "first")
    assert runs.set_state(store.session, "sqlmig", run, RunState.HALTED, "second") is RunState.HALTED
    assert store.exchange(run).reason == "first"


def test_a_move_that_is_not_allowed_changes_nothing(store: Store) -> None:
    run = store.begin(1)
    runs.set_state(store.session, "sqlmig", run, RunState.ABORTED, "enough")
    with pytest.raises(Refused) as caught:
        runs.set_state(store.session, "sqlmig", run, RunState.RUNNING, None)
    assert str(caught.value) == (
        f"run {run[:8]} is aborted\n"
        "  state: nothing was changed\n"
        "  next: `sqlmig apply` begins a new run with what is pending"
    )
    assert store.sql("SELECT state, outcome, finished_at IS NOT NULL FROM sqlmig.run") == [
        ("aborted", "interrupted", True)
    ]


def test_a_run_goes_on_while_another_process_is_at_work_and_something_is_left(store: Store) -> None:
    run = store.begin(1)
    store.join(run, "w2")
    runs.leave(store.session, "sqlmig", run, "w1")
    assert runs.finish(store.session, store.context_of(run), Outcome.INTERRUPTED) is RunState.RUNNING
    assert store.sql("SELECT outcome, finished_at FROM sqlmig.run") == [(None, None)]
    runs.leave(store.session, "sqlmig", run, "w2")
    assert runs.finish(store.session, store.context_of(run), Outcome.INTERRUPTED) is RunState.FINISHED
    assert store.sql("SELECT outcome FROM sqlmig.run") == [("interrupted",)]


@pytest.mark.parametrize("outcomes", [("done", "failed"), ("failed", "done")], ids=" then ".join)
def test_of_processes_that_end_together_the_worst_outcome_counts(store: Store, outcomes: tuple[str, str]) -> None:
    run = store.begin(1)
    store.join(run, "w2")
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    for outcome in outcomes:
        assert runs.finish(store.session, store.context_of(run), Outcome(outcome)) is RunState.FINISHED
    assert store.sql("SELECT outcome FROM sqlmig.run") == [("failed",)]


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.HALTED])
def test_a_run_that_waits_is_unfinished_until_nothing_is_left(store: Store, state: RunState) -> None:
    run = store.begin(1)
    claimed = store.exchange(run, want=1).claimed
    runs.set_state(store.session, "sqlmig", run, state, "why")
    runs.leave(store.session, "sqlmig", run, "w1")
    assert runs.finish(store.session, store.context_of(run), Outcome.INTERRUPTED) is state
    assert [row[0] for row in history.read_unfinished(store.session, "sqlmig")] == [run]
    store.join(run, "w1")
    runs.reopen(store.session, "sqlmig", run)
    store.exchange(run, want=1)
    runs.set_state(store.session, "sqlmig", run, state, "why")
    store.exchange(run, reports=done(claimed))
    assert runs.finish(store.session, store.context_of(run), Outcome.DONE) is RunState.FINISHED
    assert history.read_unfinished(store.session, "sqlmig") == []


# --- going on ---


def test_a_resumed_run_does_what_was_left_and_leaves_alone_what_others_do(store: Store) -> None:
    run = store.begin(6, 2)
    store.join(run, "w2")
    first = store.exchange(run, "w1", want=4).claimed
    store.exchange(run, "w2", want=1)
    reports = [
        Report(first[0].identity, ItemState.DONE, 0),
        Report(first[1].identity, ItemState.FAILED, 0, error=ItemError(NULLED, "x")),
        Report(first[2].identity, ItemState.BLOCKED, 0, attempts=8),
    ]
    store.exchange(run, "w1", reports=reports)
    store.dies(run, "w1")
    runs.set_state(store.session, "sqlmig", run, RunState.PAUSED, "lunch")
    found = runs.reopen(store.session, "sqlmig", run)
    assert found.goal == GOAL
    assert [len(wave.targets) for wave in found.waves] == [6, 2]
    assert store.states(run) == {"done": 1, "failed": 1, "running": 1, "pending": 5}
    again = store.exchange(run, "w2", want=9)
    assert (keys(again.claimed), again.state, again.reason) == (["2", "3", "5"], RunState.RUNNING, None)
    assert again.claimed[0].attempts == 0


def test_a_resumed_run_goes_back_to_the_first_wave_with_something_left(store: Store) -> None:
    run = store.begin(1, 1, 1)
    (claimed,) = store.exchange(run, want=1).claimed
    store.exchange(run, reports=[Report(claimed.identity, ItemState.BLOCKED, 0)])
    runs.next_wave(store.session, "sqlmig", run, 0, 0.0)
    store.exchange(run, wave=1, reports=done(store.exchange(run, want=1, wave=1).claimed))
    runs.set_state(store.session, "sqlmig", run, RunState.HALTED, "gate")
    runs.reopen(store.session, "sqlmig", run)
    found = store.exchange(run, want=1)
    assert (found.wave, keys(found.claimed)) == (0, ["0"])
    store.exchange(run, reports=done(found.claimed))
    runs.next_wave(store.session, "sqlmig", run, 0, 0.0)
    assert store.exchange(run).wave == 2, "wave 1 is over"


@pytest.mark.parametrize(
    ("state", "message"), [("aborted", "is aborted"), ("finished", "has finished: nothing of it is left")]
)
def test_what_cannot_be_resumed_is_refused_and_stays_as_it_is(store: Store, state: str, message: str) -> None:
    run = store.begin(1)
    store.exchange(run, reports=done(store.exchange(run, want=1).claimed))
    runs.set_state(store.session, "sqlmig", run, RunState(state), None)
    with pytest.raises(Refused, match=message):
        runs.reopen(store.session, "sqlmig", run)
    assert not store.session.in_transaction
    assert store.sql("SELECT state FROM sqlmig.run") == [(state,)]


def test_the_last_run_and_the_last_one_with_something_left(store: Store) -> None:
    assert runs.last_run(store.session, "sqlmig", unfinished=False) is None
    left = store.begin(1, manifest="aa")
    over = store.begin(1, manifest="bb")
    store.exchange(over, reports=done(store.exchange(over, want=1).claimed))
    records.begin_run(store.session, store.context, "baseline", [target(1)], None)
    assert runs.last_run(store.session, "sqlmig", unfinished=False) == over
    assert runs.last_run(store.session, "sqlmig", unfinished=True) == left
    runs.set_state(store.session, "sqlmig", left, RunState.ABORTED, None)
    assert runs.last_run(store.session, "sqlmig", unfinished=True) is None


def test_failed_items_are_those_that_did_not_end_well(store: Store) -> None:
    run = store.begin(5)
    claimed = store.exchange(run, want=4).claimed
    states = [ItemState.DONE, ItemState.BLOCKED, ItemState.FAILED, ItemState.QUARANTINED]
    store.exchange(run, reports=[Report(c.identity, s, 0) for c, s in zip(claimed, states, strict=True)])
    assert runs.failed_items(store.session, "sqlmig", run) == (item(1), item(2), item(3))


# --- runs without workers, and what nobody ended ---


def test_a_run_without_workers_keeps_its_frozen_list_as_items(store: Store) -> None:
    records.begin_run(store.session, store.context, "baseline", [target(1), target(2)], "why")
    assert store.states(store.context.run_id) == {"pending": 2}
    records.finish_run(store.session, store.context, Outcome.DONE)
    assert store.states(store.context.run_id) == {"done": 2}
    assert store.sql("SELECT state, outcome FROM sqlmig.run") == [("finished", "done")]


def test_of_a_run_without_workers_that_failed_the_log_says_how_far_each_target_came(store: Store) -> None:
    records.begin_run(store.session, store.context, "apply", [target(n) for n in range(4)], None)
    for number, outcome in enumerate([["done"], ["done", "failed"], ["interrupted"]]):
        for one in outcome:
            store.sql(
                "INSERT INTO sqlmig.log (run_id, track, target, schema_name, name, action, outcome, duration, host,"
                " tool) VALUES (%s, 'tenant', %s, '', '', 'up', %s, '0', '', '')",
                store.context.run_id,
                str(number),
                one,
            )
    records.finish_run(store.session, store.context, Outcome.FAILED)
    assert store.states(store.context.run_id) == {"done": 1, "failed": 1, "pending": 2}


def test_a_killed_run_is_settled_when_all_of_its_targets_are_there_and_nobody_is_at_work(store: Store) -> None:
    run = store.begin(2)
    store.exchange(run, want=1)

    def unfinished(*there: int) -> bool:
        records.settle_runs(store.session, "sqlmig", [target(n) for n in there])
        return bool(history.read_unfinished(store.session, "sqlmig"))

    assert unfinished(0, 1, 2), "a process is at work on it"
    store.dies(run, "w1")
    assert unfinished(0, 2), "one was not looked at"
    assert not unfinished(0, 1, 2)
    assert store.states(run) == {"done": 2}
    assert store.sql("SELECT state, outcome, reason FROM sqlmig.run") == [
        (
            "finished",
            "interrupted",
            "ticket 7; it never said how it ended; a later run found its targets where they should be",
        )
    ]


# --- looking ---


def test_a_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    run = store.begin(2, 1)
    claimed = store.exchange(run, want=1).claimed
    error = ItemError(NULLED, "whole message")
    store.exchange(
        run, reports=[Report(claimed[0].identity, ItemState.FAILED, 0, attempts=2, seconds=0.5, error=error)]
    )
    summary, items = runlist.show(store.session, "sqlmig", run[:8].upper())
    assert (summary.run_id, summary.command, summary.state, summary.alive) == (run, "apply", RunState.RUNNING, True)
    assert (summary.waves, summary.wave, summary.reason) == (("wave 0", "wave 1"), 0, "ticket 7")
    assert summary.counts == {ItemState.PENDING: 2, ItemState.FAILED: 1}
    assert [one.schema for one in items] == ["tenant_0", "tenant_1", "tenant_100"]
    assert (items[0].attempts, items[0].worker, items[0].seconds, items[0].error) == (2, "w1", 0.5, error)
    assert items[2].wave == 1


def test_an_unknown_id_is_answered_with_what_there_is(store: Store) -> None:
    with pytest.raises(UsageError) as caught:
        runlist.show(store.session, "sqlmig", "%")
    assert caught.value.message == "there is no run '%'; there is none yet"
    run = store.begin(1)
    with pytest.raises(UsageError) as caught:
        runlist.show(store.session, "sqlmig", "zz")
    assert caught.value.message == f"there is no run 'zz'; the last ones are {run[:8]} (apply, running)"


def test_an_ambiguous_id_is_answered_with_those_that_begin_so(store: Store) -> None:
    first, second = store.begin(1, manifest="aa"), store.begin(1, manifest="bb")
    store.sql("UPDATE sqlmig.run SET run_id = ('00000000' || substr(run_id::text, 9))::uuid")
    with pytest.raises(UsageError) as caught:
        runlist.show(store.session, "sqlmig", "0000")
    assert caught.value.message == (
        f"the ids of several runs begin with '0000': 00000000{second[8:]}, 00000000{first[8:]}"
    )


def test_runs_are_listed_the_newest_first(store: Store) -> None:
    begun = [store.begin(1, manifest=f"{n:02x}") for n in range(3)]
    assert [run.run_id for run in runlist.list_runs(store.session, "sqlmig", 2)] == [begun[2], begun[1]]


def test_the_names_of_the_history_are_quoted(database_url: str, store: Store) -> None:
    odd = 'my "runs" 100%'
    history.prepare(store.session, odd)
    assert runlist.list_runs(store.session, odd, 5) == ()
    assert runs.last_run(store.session, odd, unfinished=True) is None


def test_begins_wait_for_each_other_and_not_for_a_step_that_runs(store: Store, connect: Any) -> None:
    step = connect(autocommit=False)
    step.execute("INSERT INTO sqlmig.target VALUES ('tenant', '1', 'x', '', 1)")
    begun: list[str] = []
    thread = threading.Thread(target=lambda: begun.append(store.begin(1)))
    thread.start()
    until(lambda: begun, what="the run has begun")
    thread.join()


# --- what a process that takes up a run has to know ---


def test_how_the_last_targets_ended_is_known_in_order(store: Store) -> None:
    run = store.begin(6)
    claimed = store.exchange(run, want=6).claimed
    assert runlist.last_ends(store.session, "sqlmig", run, 3) == ()
    error = ItemError(NULLED, "null value in column owner")
    states = [ItemState.FAILED, ItemState.DONE, ItemState.BLOCKED, ItemState.QUARANTINED, ItemState.FAILED]
    for one, state in zip(claimed, states, strict=False):
        told = error if state is not ItemState.DONE else None
        store.exchange(run, reports=[Report(one.identity, state, 0, error=told)])
    assert runlist.last_ends(store.session, "sqlmig", run, 9) == (NULLED, None, NULLED, NULLED)
    assert runlist.last_ends(store.session, "sqlmig", run, 2) == (NULLED, NULLED)

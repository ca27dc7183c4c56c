"""A gate that asks somebody: nobody gets past the question while it is open, however long that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fleetshop import done_steps, fleet, last_run, only, rollout, steps_of
from shop import Shop
from sqlmig.errors import Refused
from sqlmig.plan.results import Outcome, RunResult
from sqlmig.plan.waves import rules_from_options


def asking(shop: Shop, answer: Callable[[str], bool] | None, **gate: Any) -> RunResult:
    """Apply with one canary and a question behind it."""
    project = shop.project()
    [canary] = rules_from_options("1", ())
    rules = (replace(canary, gate=replace(canary.gate, confirm=True, **gate)),)
    return project.apply(rollout=rollout(project, rules=rules, confirm=answer))


def leases_run_out(shop: Shop) -> None:
    shop.sql("UPDATE sqlmig.run_worker SET seen_until = clock_timestamp()")


def test_while_somebody_is_asked_no_other_process_begins_anew(shop: Shop) -> None:
    schemas = fleet(shop, 4)

    def answer(question: str) -> bool:
        assert question == "wave canary is done; go on with rest?"
        leases_run_out(shop)
        with pytest.raises(Refused) as refused:
            shop.apply()
        short = last_run(shop)[0][:8]
        assert refused.value.message == (
            f"run {short}, begun for the same, is paused: wave canary is done, and rest waits for somebody to say that"
            " it goes on"
        )
        assert done_steps(shop) == steps_of(schemas[:1], 1)
        return True

    assert asking(shop, answer).exit_status == 0
    assert shop.sql("SELECT state, outcome FROM sqlmig.run WHERE goal IS NOT NULL AND waves <> '[]'") == [
        ("finished", "done")
    ]
    assert done_steps(shop) == steps_of(schemas, 1)


def test_who_is_killed_at_the_question_leaves_it_open(shop: Shop) -> None:
    schemas = fleet(shop, 3)

    class Killed(BaseException):
        pass

    def answer(_question: str) -> bool:
        leases_run_out(shop)
        raise Killed

    with pytest.raises(Killed):
        asking(shop, answer)
    assert last_run(shop)[1] == "paused"
    with pytest.raises(Refused, match="waits for somebody to say"):
        shop.apply()
    assert shop.project().resume().exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1)


def test_the_question_may_be_answered_from_another_terminal(shop: Shop) -> None:
    schemas = fleet(shop, 4)

    def answer(_question: str) -> bool:
        assert shop.project().resume().exit_status == 0
        return True

    result = asking(shop, answer)
    assert (result.exit_status, only(Outcome.DONE, result)) == (0, schemas)
    assert last_run(shop)[1] == "finished"


@pytest.mark.parametrize(("act", "state"), [("pause_run", "paused"), ("abort_run", "aborted")], ids=["pause", "abort"])
def test_who_stops_the_run_while_somebody_is_asked_has_the_last_word(shop: Shop, act: str, state: str) -> None:
    schemas = fleet(shop, 4)

    def answer(_question: str) -> bool:
        getattr(shop.project(), act)(last_run(shop)[0], "the window is over")
        return True

    result = asking(shop, answer)
    assert (result.exit_status, last_run(shop)[1]) == (5, state)
    assert result.halted is not None
    assert result.halted.endswith(": the window is over")
    assert done_steps(shop) == steps_of(schemas[:1], 1)


def test_a_pause_behind_the_gate_begins_with_the_answer(shop: Shop) -> None:
    fleet(shop, 2)

    answered: list[object] = []

    def answer(_question: str) -> bool:
        shop.sql("UPDATE sqlmig.run SET hold_until = clock_timestamp() - interval '1 hour' WHERE waves <> '[]'")
        answered.append(shop.one("SELECT clock_timestamp()"))
        return True

    assert asking(shop, answer, pause=1.0).exit_status == 0
    query = "SELECT updated_at >= %s::timestamptz + interval '1 s' FROM sqlmig.run_item WHERE wave = 1"
    assert shop.sql(query, *answered) == [(True,)]


def test_verify_files_that_take_longer_than_a_lease_keep_the_run_alive(shop: Shop) -> None:
    schemas = fleet(shop, 3)
    shop.write(
        {"sql/checks/slow.sql": "SELECT 1 FROM sqlmig.run_worker WHERE seen_until < now() + interval '10min';\n"}
    )
    project = shop.project()
    [canary] = rules_from_options("1", ())
    rules = (replace(canary, gate=replace(canary.gate, verify=("sql/checks/slow.sql",))),)
    result = project.apply(rollout=rollout(project, rules=rules))
    assert (result.exit_status, result.halted) == (0, None)
    assert done_steps(shop) == steps_of(schemas, 1)

"""Runs as people and programs read them."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from sqlmig.plan.rollout import ErrorKind, ItemError, ItemState, RunItem, RunState, RunSummary
from sqlmig.report.runs import (
    moved_json,
    moved_text,
    next_of,
    run_json,
    run_list_json,
    run_list_text,
    run_text,
    whole_run_text,
)

AT = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
RUN = RunSummary(
    run_id="1b2c3d4e-0000-0000-0000-000000000000",
    command="apply",
    state=RunState.HALTED,
    started_at=AT,
    finished_at=None,
    outcome="failed",
    actor="ada",
    host="laptop",
    tool="sqlmig 0.4",
    git_commit=None,
    reason="ticket 7; 3 targets in a row failed alike",
    wave=1,
    waves=("canary", "rest"),
    counts={ItemState.DONE: 5, ItemState.FAILED: 412, ItemState.PENDING: 83},
    alive=False,
)
NULLED = ErrorKind("tenant", "0031_add_owner", 2, "23502", "owner_set", "null value in column owner")
GONE = ErrorKind("tenant", "", None, None, None, "the connection was lost")


def item(
    number: int, state: ItemState, wave: int = 1, kind: ErrorKind | None = None, worker: str | None = None
) -> RunItem:
    error = ItemError(kind, f"said in {number}") if kind is not None else None
    tried = 0 if state is ItemState.PENDING else 1
    return RunItem(
        "tenant", str(number), f"tenant_{number}", wave, state, tried, worker, 0.012 if tried else None, error
    )


FLEET = [
    *(item(n, ItemState.DONE, wave=0) for n in range(5)),
    item(5, ItemState.BLOCKED, kind=GONE),
    *(item(n, ItemState.FAILED, kind=NULLED) for n in range(6, 418)),
    item(418, ItemState.RUNNING, worker="pod-1:17"),
    item(419, ItemState.RUNNING, worker="pod-1:17"),
    *(item(n, ItemState.PENDING) for n in range(420, 500)),
]


def test_a_large_run_is_counts_by_wave_and_each_error_once():
    assert run_text(RUN, FLEET) == (
        "run 1b2c3d4e-0000-0000-0000-000000000000: apply, halted, failed\n"
        "  began 2026-03-01 12:00:00 UTC, by ada on laptop, sqlmig 0.4\n"
        "  reason: ticket 7; 3 targets in a row failed alike\n"
        "\n"
        "wave    targets  done  running  pending  failed  blocked\n"
        "canary        5     5        0        0       0        0\n"
        "rest        495     0        2       80     412        1\n"
        "\n"
        "at work: pod-1:17 (2 targets)\n"
        "\n"
        "412 targets: 23502 in 0031_add_owner:2 (constraint owner_set), for example tenant_6, tenant_7, tenant_8"
        " and 409 more\n"
        "  null value in column owner\n"
        "1 target: the connection was lost, tenant_5\n"
        "\n"
        "500 targets; --all lists them\n"
        "\n"
        "next: remove the cause, then `sqlmig run resume 1b2c3d4e`; when the files changed, `sqlmig apply` begins"
        " a new run, and `sqlmig run abort 1b2c3d4e` gives this one up\n"
    )


def test_a_small_run_names_every_target_and_so_does_all():
    few = [item(1, ItemState.DONE, wave=0), item(2, ItemState.FAILED, kind=NULLED)]
    lines = (
        "schema    wave    state   tries  took   remark\n"
        "tenant_1  canary  done        1  12 ms\n"
        "tenant_2  rest    failed      1  12 ms  said in 2\n"
    )
    assert lines in run_text(RUN, few)
    assert "--all" not in run_text(RUN, few)
    assert whole_run_text(RUN, FLEET).count("\ntenant_") == 500


def test_a_run_with_one_wave_does_not_repeat_its_name():
    one = replace(RUN, waves=("all",))
    assert "schema    state  tries  took   remark\n" in run_text(one, [item(1, ItemState.DONE, wave=0)])


def test_a_run_whose_items_were_pruned_still_has_its_counts():
    ended = replace(RUN, state=RunState.FINISHED, finished_at=AT + datetime.timedelta(minutes=2), outcome="failed")
    text = run_text(ended, [])
    assert "  ended 2026-03-01 12:02:00 UTC, after 2 min 0 s\n" in text
    assert "wave  targets  done  pending  failed\nall       500     5       83     412\n" in text
    assert "its targets are not listed any more; the log has what happened to each: `sqlmig history --run`" in text


def test_the_list_is_a_row_for_each_run():
    old = replace(RUN, state=RunState.FINISHED, outcome="done", counts={}, reason=None)
    lines = run_list_text([RUN, old]).splitlines()
    assert lines[0].split() == [
        "run",
        "began",
        "(UTC)",
        "command",
        "state",
        "outcome",
        "targets",
        "done",
        "by",
        "remark",
    ]
    assert lines[1].split()[:8] == ["1b2c3d4e", "2026-03-01", "12:00:00", "apply", "halted", "failed", "500", "5"]
    assert lines[1].endswith("ada@laptop  ticket 7; 3 targets in a row failed alike")
    assert lines[2].split()[3:8] == ["apply", "finished", "done", "-", "-"]
    assert run_list_text([]) == "there has been no run yet\n"


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        (
            {"state": RunState.RUNNING, "alive": True},
            "it goes on; `sqlmig run pause 1b2c3d4e` makes it wait, `sqlmig run abort 1b2c3d4e` ends it",
        ),
        (
            {"state": RunState.RUNNING},
            "no process is at work on it: `sqlmig run resume 1b2c3d4e` does what is left",
        ),
        (
            {"state": RunState.RUNNING, "waves": (), "command": "baseline"},
            "`sqlmig locks` shows whether it goes on; when it was killed, run `sqlmig baseline` again",
        ),
        (
            {"state": RunState.PAUSED},
            "`sqlmig run resume 1b2c3d4e` goes on, `sqlmig run abort 1b2c3d4e` gives it up",
        ),
        ({"state": RunState.ABORTED}, "`sqlmig apply` begins a new run with what is pending"),
        ({"state": RunState.ABORTED, "counts": {ItemState.DONE: 1}}, None),
        ({"state": RunState.FINISHED}, "`sqlmig run resume 1b2c3d4e` does what is left"),
        (
            {"state": RunState.FINISHED, "counts": {ItemState.QUARANTINED: 1}},
            "remove the cause, then `sqlmig apply --retry-failed`",
        ),
        ({"state": RunState.FINISHED, "counts": {ItemState.DONE: 1}}, None),
    ],
    ids=[
        "at work",
        "killed",
        "killed, no fleet",
        "paused",
        "aborted",
        "aborted with nothing left",
        "interrupted",
        "failed",
        "done",
    ],
)
def test_a_run_says_what_to_run_next(changes, advice):
    assert next_of(replace(RUN, **changes)) == advice


def test_who_pauses_a_run_reads_whether_anybody_will_hear_it():
    paused = replace(RUN, state=RunState.PAUSED)
    assert moved_text(paused) == (
        "run 1b2c3d4e is paused: no process is at work on it, only its state was set\n"
        "  next: `sqlmig run resume 1b2c3d4e` goes on, `sqlmig run abort 1b2c3d4e` gives it up\n"
    )
    assert moved_text(replace(paused, alive=True)).startswith(
        "run 1b2c3d4e is paused: the processes at work on it finish what is under way, then end with status 5\n"
    )
    assert moved_json(paused, "pause")["format"] == "sqlmig.run-pause/1"
    assert moved_json(paused, "pause")["state"] == "paused"


def test_programs_get_every_target_and_every_count():
    document = run_json(RUN, FLEET)
    assert (document["format"], document["state"], document["waves"]) == ("sqlmig.run/1", "halted", ["canary", "rest"])
    assert document["counts_by_wave"] == [
        {"name": "canary", "done": 5, "running": 0, "pending": 0, "failed": 0, "quarantined": 0, "blocked": 0},
        {"name": "rest", "done": 0, "running": 2, "pending": 80, "failed": 412, "quarantined": 0, "blocked": 1},
    ]
    assert document["workers"] == {"pod-1:17": 2}
    (first, _) = document["failures"]
    assert first == {
        "targets": 412,
        "track": "tenant",
        "migration": "0031_add_owner",
        "statement": 2,
        "sqlstate": "23502",
        "constraint": "owner_set",
        "message": "null value in column owner",
        "examples": ["tenant_6", "tenant_7", "tenant_8"],
    }
    assert len(document["items"]) == 500
    assert document["items"][6]["message"] == "said in 6"
    assert run_list_json([RUN])["format"] == "sqlmig.run-list/1"
    assert run_list_json([RUN])["runs"][0]["started_at"] == "2026-03-01T12:00:00+00:00"

"""What people and programs read of a queue."""

from __future__ import annotations

import json

import pytest

from sqlmig.plan.queued import (
    Attempt,
    Ending,
    Enqueued,
    FleetJob,
    FleetStatus,
    JobBegan,
    JobEnded,
    JobsForOthers,
    JobsPutBack,
    JobState,
    Manifest,
    QueuedJob,
    ReadBack,
    ServerLost,
    Worked,
    WorkerEnd,
)
from sqlmig.report.fleet import enqueued_text, event_line, fleet_json, fleet_text, worked_json, worked_text

FILES = Manifest({}, {"tenant": "t"}, "s", None)


def job(schema: str, state: JobState, last: Attempt | None = None) -> QueuedJob:
    return QueuedJob(1, FleetJob(schema, schema, FILES, "ada", None, None), state, 1, last)


def failure(schema: str) -> Attempt:
    return Attempt(
        Ending.FAILED, f"0002 failed in {schema}: no", "nothing changed", "correct it", "sql/tenant/0002.up.sql:1:1"
    )


STATUS = FleetStatus(
    (
        job("tenant_a", JobState.SUCCEEDED, failure("tenant_a")),
        job("tenant_b", JobState.WAITING, Attempt(Ending.BUSY, "tenant_b is held", None, "wait")),
        job("tenant_c", JobState.FAILED, failure("tenant_c")),
        job("tenant_d", JobState.FAILED, failure("tenant_d")),
        job("tenant_e", JobState.DOING),
    ),
    2,
)


def test_the_status_counts_and_tells_each_reason_once():
    assert fleet_text(STATUS) == (
        "jobs       targets\n"
        "waiting          1\n"
        "doing            1\n"
        "succeeded        1\n"
        "failed           2\n"
        "\n"
        "failed: sql/tenant/0002.up.sql:1:1: 0002 failed in tenant_c: no\n"
        "  the same in 2 targets: tenant_c, tenant_d\n"
        "  state: nothing changed\n"
        "  next: correct it\n"
        "\n"
        "waiting, to be tried again: tenant_b is held\n"
        "  next: wait\n"
        "\n"
        "2 workers alive\n"
    )


def test_the_status_for_programs_names_its_format():
    document = fleet_json(STATUS)
    assert json.loads(json.dumps(document)) == document
    assert (document["format"], document["workers"]) == ("sqlmig.fleet/1", 2)
    assert document["counts"] == {"waiting": 1, "doing": 1, "succeeded": 1, "failed": 2}
    assert [(group["count"], group["ending"]) for group in document["groups"]] == [(2, "failed"), (1, "busy")]


def test_an_empty_queue_is_said():
    assert fleet_text(FleetStatus((), 1)) == "nothing was put into this queue; 1 worker alive\n"


def test_what_was_put_in():
    result = Enqueued(FILES, None, ("tenant_a", "tenant_b"), ("tenant_c",), 1, ("by the way",))
    assert enqueued_text(result) == (
        "note: by the way\n"
        "2 jobs put into the queue: tenant_a, tenant_b\n"
        "1 tenant in the queue already: tenant_c\n"
        "1 waiting job for other files gave way\n"
        "next: `sqlmig fleet worker` on any host that has these files\n"
    )


@pytest.mark.parametrize(
    ("event", "line"),
    [
        pytest.param(JobBegan("tenant_a"), None, id="began"),
        pytest.param(
            JobEnded("tenant_a", Attempt(Ending.DONE, steps=2, seconds=0.035), None),
            "tenant_a  2 steps  35 ms",
            id="done",
        ),
        pytest.param(
            JobEnded("tenant_a", Attempt(Ending.BUSY, "held by pid 7"), 2.0),
            "tenant_a  blocked; again in 2.0 s: held by pid 7",
            id="again later",
        ),
        pytest.param(
            JobEnded("tenant_a", Attempt(Ending.STOPPED, "stopped on request"), 0.0),
            "tenant_a  stopped; it goes back: stopped on request",
            id="goes back",
        ),
        pytest.param(
            JobEnded("tenant_a", failure("tenant_a"), None),
            "tenant_a  failed: sql/tenant/0002.up.sql:1:1: 0002 failed in tenant_a: no",
            id="failed for good",
        ),
        pytest.param(
            JobsPutBack(("tenant_a",)), "back in the queue, for their workers died: tenant_a", id="of a dead worker"
        ),
        pytest.param(
            JobsForOthers(3, "c0ffee", ("the files of track tenant",), "ada at commit abc"),
            "3 jobs for other files than these left to workers that have them: not the same are the files of track"
            " tenant (files c0ffee, asked for by ada at commit abc)",
            id="for other files",
        ),
        pytest.param(
            ServerLost("the queue cannot be reached"), "the queue cannot be reached; connecting again", id="lost"
        ),
    ],
)
def test_a_worker_tells_line_by_line(event, line):
    assert event_line(event) == line


@pytest.mark.parametrize(
    ("result", "status", "last"),
    [
        pytest.param(
            Worked(WorkerEnd.EMPTY, {Ending.DONE: 2}, ReadBack(("a", "b"), (), ("c",))),
            0,
            "in the registry no longer: c",
            id="all there",
        ),
        pytest.param(
            Worked(WorkerEnd.EMPTY, {Ending.DONE: 2, Ending.FAILED: 1}, ReadBack(("a", "b"), ("c",))),
            3,
            "next: `sqlmig fleet status` says why",
            id="one is not",
        ),
        pytest.param(
            Worked(WorkerEnd.STOPPED, {}),
            5,
            "stopped on request: what was under way is in the queue again",
            id="stopped",
        ),
    ],
)
def test_how_a_worker_ends(result, status, last):
    assert result.exit_status == status
    assert worked_json(result)["exit_status"] == status
    assert worked_text(result).splitlines()[-1] == last

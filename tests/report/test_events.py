"""Each event as a JSON object, and the page that describes them."""

import datetime
import json
import re
from pathlib import Path

import pytest

import samples
from sqlmig.errors import Place
from sqlmig.plan.events import (
    RunBegan,
    RunEnded,
    RunStopped,
    StepEnded,
    TargetBegan,
    TargetEnded,
    TargetRequeued,
    TargetWaits,
    Told,
    WaveBegan,
    WorkersChanged,
)
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult, TargetResult
from sqlmig.plan.retry import Remedy
from sqlmig.report.events import event_json, opening_json

AT = datetime.datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=datetime.UTC).timestamp()
ACME = samples.tenant("acme")
STEP = samples.step(ACME, 31, "add_owner")
HOLDER = Holder(42, "app", "psql", "10.0.0.3", "active", "SELECT 1", datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
HOLDER_JSON = {
    "pid": 42,
    "user": "app",
    "application": "psql",
    "client": "10.0.0.3",
    "state": "active",
    "since": "2026-03-01T00:00:00+00:00",
    "query": "SELECT 1",
}
FAILURE = Failure(
    "0031_add_owner failed in tenant_acme, statement 1 of 1: no",
    "rolled back",
    "correct it",
    Place("a.sql", 1, 1, "SELECT 1;"),
    "SELECT 1",
    ServerError("23502", "no", constraint="owner_fk"),
)
FAILED = StepResult(STEP, Outcome.FAILED, 0.002, 0.5, 3, FAILURE, (HOLDER,), Remedy.FAIL, locks=17, plain=(1,))
WHOSE = {"track": "tenant", "schema": "tenant_acme", "tenant": "acme"}

EVENTS = {
    "run-began": (
        RunBegan("run-1", 10, 20, (("canary", 2), ("rest", 8)), 4),
        {
            "targets": 10,
            "steps": 20,
            "waves": [{"name": "canary", "targets": 2}, {"name": "rest", "targets": 8}],
            "workers": 4,
            "joined": False,
            "restore_point": None,
        },
    ),
    "wave-began": (WaveBegan(1, "rest", 8), {"wave": 1, "name": "rest", "targets": 8}),
    "target-began": (TargetBegan(2, ACME), {"worker": 2, **WHOSE}),
    "step-ended": (
        StepEnded(2, FAILED),
        {
            "worker": 2,
            **WHOSE,
            "version": 31,
            "name": "add_owner",
            "direction": "up",
            "outcome": "failed",
            "ms": 2.0,
            "lock_wait_ms": 500.0,
            "attempts": 3,
            "locks": 17,
            "plain": [1],
            "notes": [],
            "sqlstate": "23502",
            "remedy": "fail",
            "blockers": [HOLDER_JSON],
        },
    ),
    "target-ended": (
        TargetEnded(2, TargetResult(samples.planned(ACME, STEP), Outcome.FAILED, (FAILED,), FAILURE, attempts=2)),
        {
            "worker": 2,
            **WHOSE,
            "outcome": "failed",
            "versions": [],
            "ms": 2.0,
            "attempts": 2,
            "elsewhere": False,
            "sqlstate": "23502",
            "failure": {
                "migration": "0031_add_owner",
                "statement": 1,
                "constraint": "owner_fk",
                "message": FAILURE.message,
                "place": {"file": "a.sql", "line": 1, "column": 1, "excerpt": "SELECT 1;"},
                "state": "rolled back",
                "next": "correct it",
            },
            "blockers": [HOLDER_JSON],
        },
    ),
    "target-requeued": (
        TargetRequeued(2, ACME, "lock timeout", 3, 1.25, (HOLDER,)),
        {
            "worker": 2,
            **WHOSE,
            "why": "lock timeout",
            "attempts": 3,
            "delay_ms": 1250.0,
            "blockers": [HOLDER_JSON],
        },
    ),
    "target-waits": (TargetWaits(ACME, (HOLDER,)), {**WHOSE, "blockers": [HOLDER_JSON]}),
    "workers-changed": (WorkersChanged(2, "lock timeout"), {"workers": 2, "why": "lock timeout"}),
    "note": (Told("by the way"), {"message": "by the way"}),
    "run-stopped": (RunStopped("too many failures"), {"why": "too many failures"}),
    "run-ended": (
        RunEnded(samples.run(samples.done(ACME, STEP), behind=[ACME])),
        {
            "outcome": "failed",
            "exit_status": 3,
            "ms": 250.0,
            "counts": {"done": 1},
            "behind": ["tenant_acme"],
            "halted": None,
            "stopped": False,
            "invalid": [],
        },
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_an_object_with_its_name_time_and_run(name):
    event, fields = EVENTS[name]
    found = event_json(event, AT, "run-1")
    assert found == {"event": name, "at": "2026-03-01T12:00:00.123+00:00", "run_id": "run-1", **fields}
    assert json.loads(json.dumps(found)) == found


def test_every_kind_of_event_has_a_name_of_its_own():
    from typing import get_args

    from sqlmig.plan.events import Event

    assert {type(event) for event, _ in EVENTS.values()} == set(get_args(Event))


def test_a_target_that_is_done_names_its_versions_though_a_large_run_keeps_no_steps():
    steps = [samples.step(ACME, n, "x") for n in (31, 32)]
    result = TargetResult(samples.planned(ACME, *steps), Outcome.DONE, ran=2, seconds=0.5)
    found = event_json(TargetEnded(0, result), AT, "run-1")
    assert (found["versions"], found["ms"], found["failure"]) == ([31, 32], 500.0, None)


def test_a_shared_target_has_no_tenant():
    assert event_json(TargetBegan(0, samples.PLATFORM), AT, None)["tenant"] is None


def test_the_first_line_names_the_format():
    assert opening_json(AT, "1.2.3") == {
        "event": "log-opened",
        "at": "2026-03-01T12:00:00.123+00:00",
        "format": "sqlmig.events/1",
        "tool": "1.2.3",
    }


# --- the page ---

PAGE = (Path(__file__).parents[2] / "docs/events.md").read_text(encoding="utf-8")


def described(section: str) -> set[str]:
    """The fields in the table of a section."""
    return set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE))


@pytest.mark.parametrize("name", EVENTS)
def test_the_page_describes_each_event_with_its_fields(name):
    section = PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    assert described(section) == set(EVENTS[name][1]) - set(WHOSE)


def test_the_page_describes_what_every_line_has():
    assert described(PAGE.partition("\n## Every line\n")[2].partition("\n## ")[0]) == {"event", "at", "run_id"}


def test_the_page_describes_what_stands_inside_of_fields():
    inside = PAGE.partition("\n## Inside\n")[2]
    named = set(re.findall(r"`([a-z-]+)`", inside.partition("|")[0]))
    assert named == {name for name, (_, fields) in EVENTS.items() if "schema" in fields}
    assert described(inside) >= set(HOLDER_JSON) | set(EVENTS["target-ended"][1]["failure"]) | set(WHOSE)


def test_the_example_lines_of_the_page_are_events():
    [block] = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    lines = [json.loads(line) for line in block.splitlines()]
    assert lines[0]["format"] == "sqlmig.events/1"
    assert set(lines[0]) == set(opening_json(AT, ""))
    for line in lines[1:]:
        assert set(line) == {"event", "at", "run_id", *EVENTS[line["event"]][1]}

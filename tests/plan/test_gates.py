"""Whether the next wave may begin: wrong here means a bad migration in the whole fleet, or a run that never goes on."""

from __future__ import annotations

import pytest

from sqlmig.plan.gates import WaveReport, may_pass
from sqlmig.plan.rollout import Gate, ItemState
from sqlmig.project.shares import Share


def wave(done: int = 10, *, slowest: float = 1.0, **states: int) -> WaveReport:
    counts = {ItemState.DONE: done, **{ItemState(name): count for name, count in states.items()}}
    return WaveReport(counts, slowest, "tenant_whale")


@pytest.mark.parametrize(
    ("gate", "report", "why"),
    [
        (Gate(), wave(), None),
        (Gate(), WaveReport({}), None),
        (Gate(), wave(9, failed=1), "1 of 10 targets did not get there (1 failed), and the gate allows none"),
        (
            Gate(),
            wave(0, quarantined=1),
            "1 of 1 target did not get there (1 quarantined), and the gate allows none",
        ),
        (Gate(failures=3), wave(5, failed=1, quarantined=1, blocked=1), None),
        (
            Gate(failures=2),
            wave(5, failed=1, quarantined=1, blocked=1),
            "3 of 8 targets did not get there (1 failed, 1 quarantined, 1 blocked), and the gate allows 2",
        ),
        (Gate(failures=Share(0.02)), wave(49, failed=1), None),
        (
            Gate(failures=Share(0.02)),
            wave(48, failed=1),
            "1 of 49 targets did not get there (1 failed), and the gate allows 2% of them",
        ),
        (Gate(longest=30), wave(slowest=30.0), None),
        (Gate(longest=30), wave(slowest=30.1), "tenant_whale took 30.1 s, and the gate allows 30 s"),
        (Gate(longest=0.5), WaveReport({ItemState.DONE: 1}, 2.0), "a target took 2.0 s, and the gate allows 0.5 s"),
        (Gate(), wave(9, pending=1), "1 target is not through yet"),
        (Gate(), wave(8, pending=1, running=1), "2 targets are not through yet"),
        (
            Gate(longest=1),
            wave(1, failed=1, slowest=2),
            (
                "1 of 2 targets did not get there (1 failed), and the gate allows none;"
                " tenant_whale took 2.0 s, and the gate allows 1 s"
            ),
        ),
        (Gate(pause=60, confirm=True), wave(), None),
    ],
)
def test_a_gate_says_why_it_stays_closed(gate, report, why):
    assert may_pass(gate, report) == why


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ((), None),
        (("tenant_a: c.sql",), "verify files found faults: tenant_a: c.sql"),
        (("a", "b", "c", "d", "e"), "verify files found faults: a, b, c, and 2 more"),
    ],
)
def test_verify_files_speak_for_a_few_targets(found, why):
    assert may_pass(Gate(), WaveReport({ItemState.DONE: 9}, unverified=found)) == why

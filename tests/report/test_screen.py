"""What a person who watches a run sees below its lines, at any width and height."""

from dataclasses import replace

import pytest

import samples
from sqlmig.plan.events import RunBegan
from sqlmig.plan.results import Holder, Outcome
from sqlmig.plan.rollout import ErrorKind
from sqlmig.report.runstate import Detail, Medium, RunProgress, Sample, WaveTally, Work
from sqlmig.report.screen import ASCII, screen
from sqlmig.report.table import Tone

ACME, GLOBEX = samples.tenant("acme"), samples.tenant("globex")
HOLDER = Holder(42, "app", "psql", "local", "active", "SELECT 1", None)
KIND = ErrorKind("tenant", "0031_x", 2, "23502", "owner_fk", "no")
STATE = RunProgress(
    Detail.TARGETS,
    Medium.SCREEN,
    began=0.0,
    run=RunBegan("r1", 10_000, 10_000, (("canary", 5), ("rest", 9_995)), 4),
    workers=4,
    wave=WaveTally("rest", 9_995, 1.0),
    past=(WaveTally("canary", 5),),
    counts={Outcome.DONE: 4_588, Outcome.FAILED: 412},
    steps=5_000,
    queued=frozenset({ACME.identity}),
    work={
        0: Work(ACME, 9.0),
        1: Work(GLOBEX, 9.9, samples.step(GLOBEX, 7, "owner")),
        2: Work(ACME, 1.0, blockers=(HOLDER,)),
        3: Work(GLOBEX, 9.5, ended="done"),
    },
    failures={KIND: 412},
    samples=(Sample(5.0, 0, 0),),
)


def drawn(state, now=10.0, width=100, height=40):
    return ["".join(piece for piece, _ in line) for line in screen(state, now, width, height, ASCII)]


def test_a_run_is_drawn_as_bar_position_workers_and_errors():
    bar = "#" * 30 + "-" * 30
    assert drawn(STATE) == [
        f"rest (wave 2 of 2)  {bar}  50 %  10.0 s",
        "4,588 of 10,000 done, 412 failed, 1 put off, 1,000/s, about 5 s left, 4 workers",
        "  tenant_acme  1.0 s",
        "  tenant_globex  0007_owner ended, 100 ms",
        "  tenant_acme  waits for pid 42 (app@local, psql, active): SELECT 1",
        "  tenant_globex  done",
        "  412 x 23502 in 0031_x:2 (constraint owner_fk)",
    ]


def test_the_bar_shows_how_much_of_it_went_wrong():
    bar = screen(STATE, 10.0, 100, 40)[0]
    assert [(len(piece), tone) for piece, tone in bar][1:4] == [(27, Tone.GOOD), (3, Tone.BAD), (30, Tone.PLAIN)]


@pytest.mark.parametrize("width", [0, 1, 20, 39, 45, 79, 80, 200])
def test_the_bar_gives_way_to_the_words_on_a_narrow_terminal(width):
    [bar, *_] = drawn(STATE, width=width)
    words = len("rest (wave 2 of 2)    50 %  10.0 s")
    assert len(bar) == max(words, min(words + 60, width - 1))


@pytest.mark.parametrize(
    ("height", "lines"), [(40, 7), (8, 7), (7, 6), (5, 4), (3, 2), (2, 1), (1, 1), (0, 1)], ids=str
)
def test_a_low_terminal_keeps_a_row_for_the_lines_that_stay(height, lines):
    assert len(drawn(STATE, height=height)) == lines


def test_of_many_workers_the_first_have_a_line_each():
    state = replace(STATE, work={n: Work(samples.tenant(f"t{n}"), 9.0) for n in range(40)}, failures={})
    lines = drawn(state)
    assert lines[2:] == [*(f"  tenant_t{n}  1.0 s" for n in range(16)), "  and 24 workers more"]
    assert drawn(state, height=6)[2:] == ["  tenant_t0  1.0 s", "  tenant_t1  1.0 s", "  and 38 workers more"]


def test_a_worker_without_work_keeps_its_line_for_a_while():
    state = replace(STATE, work={0: Work(ACME, 8.0, ended="done"), 1: Work(ACME, -1.0, ended="done")}, failures={})
    assert drawn(state)[2:] == ["  -"]


def test_an_error_that_has_a_line_of_its_own_already_is_not_counted():
    assert drawn(replace(STATE, failures={KIND: 1}, work={}))[2:] == []


def test_the_errors_that_most_met_come_first_and_few_of_them():
    kinds = {replace(KIND, statement=n): n for n in range(2, 20)}
    lines = drawn(replace(STATE, failures=kinds, work={}))[2:]
    assert [line.split()[0] for line in lines] == ["19", "18", "17", "16", "15"]


def test_nothing_is_known_while_it_is_planned():
    assert drawn(RunProgress(Detail.TARGETS, Medium.SCREEN, began=0.0), now=2.0) == ["planning  2.0 s"]


def test_one_target_needs_no_bar():
    state = replace(STATE, run=RunBegan("r1", 1, 3, (), 1), counts={}, queued=frozenset(), workers=1, failures={})
    assert drawn(replace(state, steps=2, work={0: Work(ACME, 9.0)})) == [
        "0 of 1 done, 2 of 3 steps, 24 steps/min, about 3 s left",
        "  tenant_acme  1.0 s",
    ]


def test_a_run_that_stops_says_why():
    assert drawn(replace(STATE, stopping="asked to stop"))[1].endswith(", 4 workers; stopping: asked to stop")

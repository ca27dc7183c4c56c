"""How many workers there are: wrong here means a run that strangles the server, or crawls for no reason."""

from __future__ import annotations

import pytest

from sqlmig.plan.adapting import Workers, automatic, fixed, in_a_row


@pytest.mark.parametrize(
    ("free", "now", "most"),
    [(1000, 4, 16), (64, 4, 16), (40, 4, 10), (16, 4, 4), (12, 3, 3), (4, 1, 1), (3, 1, 1), (0, 1, 1), (-5, 1, 1)],
)
def test_the_server_says_how_many_there_may_be(free, now, most):
    workers = automatic(free)
    assert (workers.now, workers.least, workers.most) == (now, 1, most)


def test_a_number_that_was_given_stays():
    workers = fixed(7)
    assert workers.after(1000, [], 1.0).now == 7
    assert workers.after(0, ["55P03", "40P01"], 2.0).now == 7
    assert workers.after(1000, [], 1.0).why is None


def test_fifty_that_went_well_make_room_for_one_more():
    workers = automatic(100)
    for _ in range(49):
        workers = workers.after(1, [], 0.0)
    assert workers.now == 4
    workers = workers.after(1, [], 0.0)
    assert (workers.now, workers.well, workers.why) == (5, 0, "50 targets went well")


def test_no_more_than_there_may_be():
    workers = automatic(20).after(10_000, [], 0.0)
    assert workers.now == 5
    assert workers.after(10_000, [], 1.0).now == 5


@pytest.mark.parametrize(
    ("sqlstate", "why"),
    [
        ("55P03", "a lock timeout (55P03)"),
        ("40P01", "a deadlock (40P01)"),
        ("53300", "the server has no connection left (53300)"),
    ],
)
def test_what_workers_do_to_each_other_halves_them(sqlstate, why):
    workers = automatic(100).after(200, [], 0.0)
    assert workers.now == 8
    workers = workers.after(30, [None, sqlstate], 1.0)
    assert (workers.now, workers.well, workers.why) == (4, 0, why)


@pytest.mark.parametrize("sqlstate", ["42P01", "23505", "57014", None])
def test_other_errors_say_nothing_about_the_number(sqlstate):
    workers = automatic(100).after(10, [sqlstate], 1.0)
    assert (workers.now, workers.well) == (4, 10)


def test_a_burst_halves_once():
    workers = Workers(16, 1, 16)
    workers = workers.after(0, ["55P03"] * 16, 10.0)
    assert workers.now == 8
    assert workers.after(0, ["55P03"], 10.9).now == 8
    assert workers.after(0, ["55P03"], 11.0).now == 4


def test_there_is_always_one():
    workers = Workers(1, 1, 16)
    assert workers.after(0, ["55P03"], 1.0).now == 1
    assert workers.after(0, ["55P03"], 1.0).why is None


def test_calm_begins_anew_after_each_error():
    workers = automatic(100).after(49, [], 0.0).after(0, ["55P03"], 1.0)
    assert workers.after(49, [], 2.0).now == 2
    assert workers.after(50, [], 2.0).now == 3


@pytest.mark.parametrize(
    ("targets", "seconds", "then"),
    [(1, 0.0, 2), (1, 0.001, 2), (4, 0.01, 8), (8, 0.01, 8), (8, 0.1, 4), (8, 2.0, 1), (1, 60.0, 1), (2, 0.05, 2)],
)
def test_a_worker_takes_more_targets_at_once_the_quicker_they_are(targets: int, seconds: float, then: int) -> None:
    assert in_a_row(targets, seconds) == then

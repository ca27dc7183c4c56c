"""When a run is stopped: too late means thousands of equal failures, too early a fleet that one tenant holds up."""

from __future__ import annotations

import pytest

from sqlmig.plan.breaker import Breaker, breaker_for, stop_on_failure
from sqlmig.plan.retry import Remedy
from sqlmig.plan.rollout import ErrorKind
from sqlmig.project.config.rollout import BreakerConfig
from sqlmig.project.shares import Share

NO_TABLE = ErrorKind("tenant", "0031_x", 2, "42P01", None, 'relation "t" does not exist')
NO_COLUMN = ErrorKind("tenant", "0031_x", 3, "42703", None, 'column "c" does not exist')
OWN_ROWS = ErrorKind("tenant", "0031_x", 2, "23502", "c", "null value")
FULL = ErrorKind("tenant", "0031_x", 1, "53100", None, "could not extend file")
GUARD = ErrorKind("tenant", "0031_x", None, None, None, "0031_x changes what does not belong to <schema>: public.t")

Ends = list[ErrorKind | None]


def ended(breaker: Breaker, ends: Ends) -> Breaker:
    for number, error in enumerate(ends):
        cure = {OWN_ROWS: Remedy.QUARANTINE, FULL: Remedy.HALT}.get(error, Remedy.FAIL) if error else None
        breaker = breaker.after(error, schema=f"tenant_{number}", cure=cure)
    return breaker


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        ([], None),
        ([None] * 100, None),
        ([NO_TABLE, NO_TABLE], None),
        (
            [NO_TABLE] * 3,
            "the same error in 3 targets in a row: 42P01 in 0031_x:2, for example tenant_2",
        ),
        ([NO_TABLE, NO_TABLE, None, NO_TABLE, NO_TABLE], None),
        ([NO_TABLE, NO_COLUMN, NO_TABLE, NO_COLUMN], None),
        ([NO_TABLE, OWN_ROWS, NO_TABLE, OWN_ROWS], None),
        (
            [NO_TABLE, OWN_ROWS, NO_TABLE, OWN_ROWS, NO_TABLE],
            "the same error in 3 targets in a row: 42P01 in 0031_x:2, for example tenant_4",
        ),
        ([OWN_ROWS] * 10, None),
        (
            [OWN_ROWS] * 11,
            (
                "11 of 100 targets of the wave have failed, more than the 10 that may,"
                " the last with 23502 in 0031_x:2 (constraint c), for example tenant_10"
            ),
        ),
        (
            [GUARD] * 3,
            (
                "the same error in 3 targets in a row: 0031_x changes what does not belong to <schema>: public.t,"
                " for example tenant_2"
            ),
        ),
        (
            [None, FULL],
            "no other target would fare better than tenant_1: 53100 in 0031_x:1: could not extend file",
        ),
    ],
)
def test_the_same_error_in_a_row_or_too_many_failures_stop_a_wave(ends, why):
    assert ended(breaker_for(BreakerConfig(), 100), ends).tripped == why


@pytest.mark.parametrize(
    ("wave", "share", "most"),
    [(100, 0.1, 10), (1000, 0.1, 100), (50, 0.1, 5), (49, 0.1, 4), (10, 0.1, 4), (3, 1.0, 4), (30, 0.1, 4)],
)
def test_a_share_counts_from_five_failures_on(wave, share, most):
    breaker = breaker_for(BreakerConfig(same_in_a_row=0, share=Share(share)), wave)
    assert ended(breaker, [NO_TABLE] * most).tripped is None
    assert ended(breaker, [NO_TABLE] * (most + 1)).tripped is not None


def test_the_first_failure_stops_a_run_that_was_told_so():
    why = "tenant_1 has failed, and the run stops at the first failure: {}"
    assert ended(stop_on_failure(100), [None, NO_TABLE]).tripped == why.format("42P01 in 0031_x:2")
    assert ended(stop_on_failure(100), [None, OWN_ROWS]).tripped == why.format("23502 in 0031_x:2 (constraint c)")
    assert ended(stop_on_failure(100), [None, None]).tripped is None


def test_a_breaker_that_tripped_keeps_its_reason():
    tripped = ended(breaker_for(BreakerConfig(), 100), [NO_TABLE] * 3)
    assert ended(tripped, [None, FULL]) == tripped


def test_the_number_of_equal_errors_can_be_chosen():
    once = ended(breaker_for(BreakerConfig(same_in_a_row=1), 100), [NO_TABLE])
    assert once.tripped == "the same error in 1 target: 42P01 in 0031_x:2, for example tenant_0"
    assert ended(breaker_for(BreakerConfig(same_in_a_row=0), 1000), [NO_TABLE] * 100).tripped is None


def test_a_row_of_equal_errors_goes_on_from_one_wave_to_the_next():
    breaker = ended(breaker_for(BreakerConfig(), 2), [NO_TABLE, NO_TABLE]).of_wave(50)
    assert breaker.tripped is None
    assert ended(breaker, [NO_TABLE]).tripped == (
        "the same error in 3 targets in a row: 42P01 in 0031_x:2, for example tenant_0"
    )
    assert ended(breaker, [None, NO_TABLE]).tripped is None


def test_the_share_is_that_of_the_wave_under_way():
    breaker = ended(breaker_for(BreakerConfig(same_in_a_row=0), 100), [OWN_ROWS] * 10)
    assert breaker.tripped is None
    assert ended(breaker.of_wave(100), [OWN_ROWS] * 10).tripped is None
    assert ended(breaker.of_wave(40), [OWN_ROWS] * 5).tripped is not None


@pytest.mark.parametrize(
    ("met", "ends", "trips"),
    [
        ([NO_TABLE, NO_TABLE], [NO_TABLE], True),
        ([NO_TABLE, NO_TABLE, NO_TABLE], [NO_TABLE], True),
        ([NO_TABLE, NO_TABLE, NO_TABLE], [NO_COLUMN], False),
        ([NO_TABLE, NO_TABLE, NO_TABLE], [None, NO_TABLE], False),
        ([NO_TABLE, NO_TABLE, None], [NO_TABLE], False),
        ([], [NO_TABLE, NO_TABLE], False),
    ],
    ids=[
        "one more",
        "the cause is still there",
        "another error",
        "the cause is gone",
        "ended by one that went well",
        "none",
    ],
)
def test_a_run_that_goes_on_goes_on_with_its_row(met, ends, trips):
    breaker = breaker_for(BreakerConfig(), 100).met(met)
    assert (breaker.tripped, breaker.failures) == (None, 0)
    assert (ended(breaker, ends).tripped is not None) is trips


def test_failures_count_whichever_process_had_them_and_not_those_from_before():
    resumed = breaker_for(BreakerConfig(same_in_a_row=0), 100).counted(12)
    assert ended(resumed, [OWN_ROWS] * 10).tripped is None
    others_had_nine = ended(resumed, [OWN_ROWS]).counted(22)
    assert others_had_nine.failures == 10
    assert ended(others_had_nine, [OWN_ROWS]).tripped is not None
    assert ended(resumed.counted(3), [OWN_ROWS] * 10).tripped is None, "blocked ones have their turn again"

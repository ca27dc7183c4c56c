"""What an error of the server calls for: wrong here means retrying for ever, or giving up for nothing."""

from __future__ import annotations

import pytest

from sqlmig.plan.retry import LONGEST_PAUSE, Remedy, pause_before, remedy


@pytest.mark.parametrize(
    ("sqlstate", "message", "wanted"),
    [
        ("55P03", "canceling statement due to lock timeout", Remedy.RETRY),
        ("40P01", "deadlock detected", Remedy.RETRY),
        ("40001", "could not serialize access", Remedy.RETRY),
        ("XX000", "tuple concurrently updated", Remedy.RETRY),
        ("XX000", "tuple concurrently deleted", Remedy.RETRY),
        ("XX000", "cache lookup failed for relation 1", Remedy.FAIL),
        (None, "server closed the connection unexpectedly", Remedy.RECONNECT),
        ("08006", "connection failure", Remedy.RECONNECT),
        ("57P01", "terminating connection due to administrator command", Remedy.RECONNECT),
        ("57P02", "crash of another server process", Remedy.RECONNECT),
        ("57P03", "the database system is starting up", Remedy.RECONNECT),
        ("53300", "too many clients already", Remedy.RECONNECT),
        ("53100", "could not extend file: No space left on device", Remedy.HALT),
        ("53200", "out of shared memory", Remedy.HALT),
        ("25006", "cannot execute CREATE TABLE in a read-only transaction", Remedy.HALT),
        ("57014", "canceling statement due to statement timeout", Remedy.FAIL),
        ("42601", "syntax error", Remedy.FAIL),
        ("42P01", "relation does not exist", Remedy.FAIL),
        ("42501", "permission denied", Remedy.FAIL),
        ("23505", "tuple concurrently updated, says a constraint", Remedy.FAIL),
    ],
)
def test_an_sqlstate_decides_what_is_done(sqlstate, message, wanted):
    assert remedy(sqlstate, message) is wanted


def test_the_ceiling_of_a_pause_doubles_up_to_a_limit():
    ceilings = [pause_before(attempt, 1.0) for attempt in range(2, 12)]
    assert ceilings[:4] == [0.4, 0.8, 1.6, 3.2]
    assert ceilings[-1] == LONGEST_PAUSE == 30.0


@pytest.mark.parametrize("attempt", [2, 5, 50])
def test_chance_spreads_pauses_but_never_to_nothing(attempt):
    assert pause_before(attempt, 0.0) == pytest.approx(0.1 * pause_before(attempt, 1.0))
    assert pause_before(attempt, 0.0) > 0

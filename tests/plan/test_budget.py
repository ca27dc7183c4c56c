"""Whether the lock table has room: wrong here means `out of shared memory` half way through a fleet."""

from __future__ import annotations

import pytest

from sqlmig.plan.budget import LockTable, budget

DEFAULT = LockTable(64, 100, 0)


@pytest.mark.parametrize(
    ("locks", "workers", "server", "fits", "fitting", "setting"),
    [
        (124, 4, DEFAULT, True, 4, 64),
        (1600, 4, DEFAULT, True, 4, 64),
        (1601, 4, DEFAULT, False, 3, 128),
        (6400, 1, DEFAULT, True, 1, 64),
        (6401, 1, DEFAULT, False, 0, 128),
        (20_000, 16, DEFAULT, False, 0, 3200),
        (1600, 4, LockTable(64, 100, 0, others_used=1), False, 3, 128),
        (1600, 4, LockTable(64, 100, 100), True, 4, 64),
        (10, 4, LockTable(64, 100, 0, others_used=9000), False, 0, 128),
        (10, 1, LockTable(1000, 100, 0), True, 1, 1000),
        (0, 4, DEFAULT, True, 4, 64),
    ],
)
def test_what_all_workers_hold_must_fit_beside_others(locks, workers, server, fits, fitting, setting):
    found = budget(locks, workers, server)
    assert (found.fits, found.fitting, found.setting) == (fits, fitting, setting)


@pytest.mark.parametrize("locks", [1, 63, 1000, 12_345])
@pytest.mark.parametrize("workers", [1, 7, 16])
@pytest.mark.parametrize("used", [0, 500])
def test_the_advice_is_enough(locks, workers, used):
    advised = budget(locks, workers, LockTable(64, 100, 0, used)).setting
    assert budget(locks, workers, LockTable(advised, 100, 0, used)).fits
    assert advised % 64 == 0


def test_what_it_says_names_the_setting():
    assert str(budget(124, 4, DEFAULT)) == (
        "lock table: 4 workers x 124 locks; room for 6400 (max_locks_per_transaction 64)"
    )
    assert str(budget(3000, 4, LockTable(64, 100, 0, 500))) == (
        "lock table: 4 workers x 3000 locks + 500 of others may not fit, room for 6400 (max_locks_per_transaction 64):"
        " work with --workers 1, or set max_locks_per_transaction to 128, which takes a restart of the server"
    )
    assert str(budget(7000, 1, DEFAULT)) == (
        "lock table: 1 worker x 7000 locks may not fit, room for 6400 (max_locks_per_transaction 64):"
        " set max_locks_per_transaction to 128, which takes a restart of the server"
    )

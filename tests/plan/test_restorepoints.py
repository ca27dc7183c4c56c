"""The words of a restore point are those that a recovering server reads."""

from __future__ import annotations

import pytest

from sqlmig.plan.restorepoints import RestorePoint, read_point, recovery_target

AT = "2026-11-21T15:00:00+00:00"


@pytest.mark.parametrize(
    ("point", "setting"),
    [
        (
            RestorePoint("sqlmig_1", "0/16B3740", 2, AT),
            "recovery_target_name = 'sqlmig_1'",
        ),
        (
            RestorePoint(None, "0/16B3740", 1, AT),
            "recovery_target_lsn = '0/16B3740'",
        ),
        (RestorePoint(None, None, None, AT), f"recovery_target_time = '{AT}'"),
    ],
    ids=["named", "only a place", "only a time"],
)
def test_the_most_exact_target_is_told(point: RestorePoint, setting: str) -> None:
    assert recovery_target(point) == setting
    assert read_point(point.stored) == point

"""The words of a restore point are those that a recovering server reads."""

from __future__ import annotations

import pytest

from sqlmig.plan.restorepoints import RestorePoint, pgbackrest_target, read_point, recovery_target

AT = "2026-11-21T15:00:00+00:00"


@pytest.mark.parametrize(
    ("point", "setting", "options"),
    [
        (
            RestorePoint("sqlmig_1", "0/16B3740", 2, AT),
            "recovery_target_name = 'sqlmig_1'",
            "--type=name --target='sqlmig_1' --target-timeline=2",
        ),
        (
            RestorePoint(None, "0/16B3740", 1, AT),
            "recovery_target_lsn = '0/16B3740'",
            "--type=lsn --target='0/16B3740' --target-timeline=1",
        ),
        (RestorePoint(None, None, None, AT), f"recovery_target_time = '{AT}'", f"--type=time --target='{AT}'"),
    ],
    ids=["named", "only a place", "only a time"],
)
def test_the_most_exact_target_is_told(point: RestorePoint, setting: str, options: str) -> None:
    assert recovery_target(point) == setting
    assert pgbackrest_target(point) == options
    assert read_point(point.stored) == point

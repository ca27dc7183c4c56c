"""The breaker over a whole run: a row of equal errors does not begin anew with each wave, nor with each process."""

from __future__ import annotations

import pytest

from fleetshop import fleet, last_run, only
from shop import Shop
from sqlmig.plan.results import Outcome

ALIKE = "the same error in 3 targets in a row: 22012 in 0002_broken:1, for example tenant_t03"


@pytest.fixture
def broken(shop: Shop) -> Shop:
    """Six tenants in waves of one; a migration that no tenant can have, and gates that let every failure pass."""
    gate = "{failures: 1}"
    fleet(shop, 6, workers=1, waves="[" + ", ".join(f"{{name: w{n}, count: 1, gate: {gate}}}" for n in range(5)) + "]")
    assert shop.apply().exit_status == 0
    shop.pair("tenant", "0002_broken", "SELECT 1 / 0;\n")
    return shop


def test_a_row_of_equal_errors_goes_on_over_waves(broken: Shop) -> None:
    result = broken.apply()
    assert (result.exit_status, result.halted) == (3, ALIKE)
    assert only(Outcome.FAILED, result) == ["tenant_t01", "tenant_t02", "tenant_t03"]


def test_a_run_that_is_resumed_meets_the_same_error_once_more_and_not_three_times(broken: Shop) -> None:
    assert broken.apply().halted == ALIKE
    resumed = broken.project().resume()
    assert resumed.halted is not None
    assert resumed.halted.startswith("the same error in 4 targets in a row: 22012 in 0002_broken:1")
    assert len(only(Outcome.FAILED, resumed)) == 4
    assert len(only(Outcome.NOT_STARTED, resumed)) == 2
    assert last_run(broken)[1] == "halted"


def test_a_new_run_begins_a_new_row(broken: Shop) -> None:
    assert broken.apply().halted == ALIKE
    again = broken.apply()
    assert (again.halted, len(only(Outcome.FAILED, again))) == (ALIKE, 3)

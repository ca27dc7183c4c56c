"""Every fault at every step of the protocol: nothing is half done unknown to all, and the next run finishes it."""

from __future__ import annotations

import pytest

from faults import results
from faults.judging import as_after_a_clean_run, known_to_history, said_properly, what_became
from faults.runs import Place, run_with_fault, wait_for_sessions_to_end
from faults.steps import NOT_YET, Step
from faults.strikes import Fault

FAULTS, STEPS = list(Fault), list(Step)


def cells() -> list[object]:
    """All of them; those that `make test` leaves to `make test-faults` are marked slow."""
    return [
        pytest.param(step, fault, id=f"{step.name.lower()}-{fault.name.lower()}", marks=_marks(step, fault))
        for fault in FAULTS
        for step in STEPS
    ]


def _marks(step: Step, fault: Fault) -> list[pytest.MarkDecorator]:
    others = FAULTS[1:]
    short = fault is Fault.KILL or others[STEPS.index(step) % len(others)] is fault
    skipped = [pytest.mark.skip(reason=NOT_YET[step])] if step in NOT_YET else []
    return skipped + ([] if short else [pytest.mark.slow])


@pytest.mark.parametrize(("step", "fault"), cells())
def test_a_fault_leaves_nothing_half_done_that_nobody_knows_of_and_the_next_run_finishes(
    step: Step, fault: Fault, request: pytest.FixtureRequest
) -> None:
    place: Place = request.getfixturevalue("mortal_place" if fault is Fault.CRASH else "place")
    with results.result("cell", step=step.value, fault=fault.value, server=place.database.server.version) as result:
        first = run_with_fault(place, step, fault)
        result["first"] = {"status": first.status, "seconds": round(first.seconds, 2)}
        said_properly(first)
        with place.connect() as connection:
            wait_for_sessions_to_end(connection)
            result["after"] = what_became(connection, step)
            known_to_history(connection, place.clean)
            if first.status == 0:
                as_after_a_clean_run(connection, place)
            second = place.apply()
            result["second"] = {"status": second.status, "seconds": round(second.seconds, 2)}
            assert second.status == 0, second.said
            as_after_a_clean_run(connection, place)
        result["verdict"] = f"{first}; {result['after']}; rerun {second.status}"

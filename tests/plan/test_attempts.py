"""What the run of one tenant says of the attempt at its job."""

from __future__ import annotations

import pytest

from sqlmig.errors import Place
from sqlmig.plan.queued import Ending
from sqlmig.plan.queueing import attempt_of
from sqlmig.plan.results import Failure, Outcome, RunResult, ServerError, TargetResult
from sqlmig.plan.values import Plan


def result(outcome: Outcome, failure: Failure | None = None, **more: object) -> RunResult:
    return RunResult("run", Plan(()), (TargetResult(None, outcome, (), failure),), seconds=1.5, **more)  # type: ignore[arg-type]


def failed(sqlstate: str | None) -> Failure:
    return Failure("it failed", "nothing", "correct it", Place("a.sql", 1), error=ServerError(sqlstate, "no"))


@pytest.mark.parametrize(
    ("run", "ending"),
    [
        pytest.param(result(Outcome.DONE), Ending.DONE, id="done"),
        pytest.param(result(Outcome.FAILED, failed("23502")), Ending.FAILED, id="the file is wrong"),
        pytest.param(result(Outcome.QUARANTINED, failed("23505")), Ending.FAILED, id="its rows stand against it"),
        pytest.param(result(Outcome.BLOCKED, failed("55P03")), Ending.BUSY, id="somebody is in the way"),
        pytest.param(result(Outcome.INTERRUPTED), Ending.STOPPED, id="stopped"),
        pytest.param(result(Outcome.FAILED, failed("57P01")), Ending.LOST, id="the server was shut down"),
        pytest.param(result(Outcome.FAILED, failed(None)), Ending.LOST, id="the connection broke"),
        pytest.param(
            result(Outcome.FAILED, Failure("lost", "unknown", "again", halts=True)), Ending.LOST, id="no server to ask"
        ),
        pytest.param(result(Outcome.NOT_STARTED, halted="paused"), Ending.BUSY, id="the run was paused"),
    ],
)
def test_how_an_attempt_ended(run, ending):
    assert attempt_of(run).ending is ending


def test_a_failure_is_told_whole():
    attempt = attempt_of(result(Outcome.FAILED, failed("23502")))
    assert (attempt.message, attempt.state, attempt.next, attempt.place) == (
        "it failed",
        "nothing",
        "correct it",
        "a.sql:1",
    )


def test_a_target_that_did_not_get_there_without_an_error_is_no_success():
    behind = result(Outcome.DONE, behind=(object(),))
    assert attempt_of(behind).ending is Ending.FAILED
    assert attempt_of(behind).message == "the tenant is not where it should be"

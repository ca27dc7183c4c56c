"""The server is gone, and comes back only after the run has given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults import results
from faults.judging import as_after_a_clean_run, known_to_history, said_properly
from faults.project import give_up_early
from faults.runs import Place, run_meanwhile
from faults.strikes import kill_server, start_again
from servers import Server

GROUP = "the server and the network"


@pytest.fixture
def data(mortal_server: Server) -> Path:
    """The folder of the server that may be killed."""
    assert mortal_server.data is not None
    return mortal_server.data


def test_a_server_that_is_not_there_stops_a_run_before_it_begins(mortal_place: Place, data: Path) -> None:
    with results.result("scenario", group=GROUP, name="the server is not there") as result:
        kill_server(data)
        try:
            first = mortal_place.apply()
        finally:
            start_again(data)
        said_properly(first)
        assert first.status == 2
        assert "no connection" in first.stderr
        result["verdict"] = _finished(mortal_place, str(first))


def test_a_server_that_goes_in_mid_run_and_comes_back_later_has_lost_nothing(mortal_place: Place, data: Path) -> None:
    with results.result("scenario", group=GROUP, name="the server goes in mid-run and comes back after it") as result:
        give_up_early(mortal_place.folder)
        try:
            first = run_meanwhile(mortal_place, lambda: kill_server(data))
        finally:
            start_again(data)
        said_properly(first)
        assert first.status == 3, first.said
        result["verdict"] = _finished(mortal_place, f"gives up, {first}")


def _finished(place: Place, first: str) -> str:
    """The verdict, once a second run has ended well."""
    with place.connect() as connection:
        known_to_history(connection, place.clean)
        second = place.apply()
        assert second.status == 0, second.said
        as_after_a_clean_run(connection, place)
    return f"{first}; rerun {second.status}"

"""Two to five runs at once, from random starts, some of them killed: together they do what one does, and once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from faults import results
from faults.judging import as_after_a_clean_run, known_to_history, said_properly
from faults.project import Clean, pending, write
from faults.runs import Ended, Place, Run, started, wait_for_sessions_to_end
from proxy import Fate, Link, Proxy, proxy_in_front_of
from servers import Server
from sessions import until


@dataclass(frozen=True, slots=True)
class Runner:
    """What becomes of one run. Moments are told by how many messages all of them have sent together."""

    starts: int
    killed: int | None = None
    """None to leave it alone."""

    def __str__(self) -> str:
        return f"{self.starts}" if self.killed is None else f"{self.starts} to {self.killed}"


moments = st.integers(0, 250)
crews = (
    st.lists(st.builds(Runner, moments, st.none() | moments), min_size=2, max_size=5)
    .map(lambda runners: sorted(runners, key=lambda runner: runner.starts))
    .filter(lambda runners: any(runner.killed is None for runner in runners))
)
settled = settings(
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # each example is real processes: none is tried again to make it smaller
    suppress_health_check=list(HealthCheck),
)


Check = Callable[[list[Runner]], None]


@pytest.fixture(scope="module")
def check(server: Server, clean: Clean, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Runs a crew, and looks at what it leaves, and at what a last run makes of that."""
    return lambda runners: _check(server, clean, tmp_path_factory.mktemp("runners"), runners)


@example([Runner(0, 60), Runner(0, 90), Runner(10, 120), Runner(20, 150), Runner(40)])
@settings(settled, max_examples=5, derandomize=True)
@given(runners=crews)
def test_several_runs_at_once_do_everything_once_whichever_is_killed(check: Check, runners: list[Runner]) -> None:
    check(runners)


@pytest.mark.slow
@settings(settled, max_examples=12)
@given(runners=crews)
def test_several_runs_at_once_from_other_starts_each_time(check: Check, runners: list[Runner]) -> None:
    check(runners)


def _check(server: Server, clean: Clean, folder: Path, runners: list[Runner]) -> None:
    write(folder)
    moments = ", ".join(map(str, runners))
    with (
        results.result("crew", name=f"from and to message {moments}", runs=len(runners)) as result,
        pending(server, clean) as database,
    ):
        place = Place(folder, database, clean, lambda: pytest.fail("this server is not to be killed"))
        ended = _run_all(place, runners)
        result["killed"] = sum(end.status < 0 for end in ended)
        with place.connect() as connection:
            wait_for_sessions_to_end(connection)
            known_to_history(connection, clean)
            for runner, end in zip(runners, ended, strict=True):
                said_properly(end)
                assert end.status == 0 or (end.status == -9 and runner.killed is not None), end.said
            last = place.apply()
            assert last.status == 0, last.said
            as_after_a_clean_run(connection, place)
        result["verdict"] = f"{', '.join(map(str, ended))}; rerun {last.status}"


class Count:
    """Counts the messages of all runners, and kills each at the first that it sends after its moment."""

    def __init__(self) -> None:
        self.sent = 0
        self._counting = threading.Lock()

    def watch(self, proxy: Proxy, runner: Runner, run: Run) -> None:
        """Counts what passes through this proxy too."""

        def decide(_link: Link, _text: str) -> Fate:
            with self._counting:
                self.sent += 1
            if runner.killed is None or self.sent < runner.killed:
                return Fate.PASS
            run.process.kill()
            return Fate.LOST

        proxy.decide = decide


def _run_all(place: Place, runners: list[Runner]) -> list[Ended]:
    """Starts each at its moment, or when those before it have ended."""
    count, runs = Count(), list[Run]()

    def due(runner: Runner) -> bool:
        return count.sent >= runner.starts or all(run.process.poll() is not None for run in runs)

    with contextlib.ExitStack() as stack:
        for runner in runners:
            until(lambda runner=runner: due(runner), seconds=30, what="the next run may start")  # type: ignore[misc]
            proxy = stack.enter_context(proxy_in_front_of(place.database))
            run = stack.enter_context(started(place.folder, proxy.url))
            count.watch(proxy, runner, run)
            runs.append(run)
        return [run.end() for run in runs]

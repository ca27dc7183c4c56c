"""Worker threads: who gets a connection and who goes, what is given back, and that nobody waits for ever."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import planning
from sqlmig.db.lane import Lane
from sqlmig.errors import ConnectionFailed
from sqlmig.fleet.crew import Crashed, Crew, Finished, GivenBack, News, Resigned
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step

MIGRATION = planning.migration(1)


@dataclass
class Line:
    """What a crew sees of a lane."""

    renewals: int = 0
    released: int = 0
    closed: bool = False
    session: Any = field(default_factory=lambda: Session())

    def renew(self) -> None:
        self.renewals += 1

    def release(self) -> None:
        self.released += 1

    def close(self) -> None:
        self.closed = True


@dataclass
class Session:
    broken: bool = False


def task(slug: str = "acme") -> Assignment:
    target = planning.target(slug)
    files = planning.project(planning.tenant_track(MIGRATION))
    plan = make_plan(files, [target], planning.snapshot({target: planning.applied()}), Up()).targets[0]
    return Assignment(plan)


def done(_worker: int, _lane: Lane, of: Assignment, _following: Callable[[], Step | None]) -> StageEnded:
    return StageEnded(of, of.plan, 1, Outcome.DONE)


def crew(
    connect: Callable[[], Line],
    serve: Any = done,
    *,
    stopping: Callable[[], bool] = lambda: False,
    targets: int = 300,
    limit: int = 8,
    rows: bool = False,
) -> Crew:
    def each(worker: int, lane: Lane, tasks: Sequence[Assignment], following: Callable[[], Step | None]) -> Any:
        return [serve(worker, lane, one, following) for one in tasks]

    return Crew(lambda: cast("Lane", connect()), each, stopping=stopping, limit=limit, targets=targets, rows=rows)


def heard(of: Crew, count: int, kind: type) -> list[Any]:
    """So many pieces of news of a kind; each failure is answered, as a control thread does."""
    found: list[Any] = []
    while len(found) < count:
        news: News = of.news.get(timeout=10)
        for one in news if isinstance(news, tuple) else (news,):
            if isinstance(one, Finished) and one.heard is not None:
                one.heard.set()
            if isinstance(one, kind):
                found.append(one)
    return found


def rest(of: Crew) -> list[Any]:
    found: list[Any] = []
    while True:
        try:
            news = of.news.get_nowait()
            found += news if isinstance(news, tuple) else (news,)
        except queue.Empty:
            return found


def test_a_connection_is_renewed_after_its_targets() -> None:
    line = Line()
    working = crew(lambda: line, targets=3)
    working.hire(1)
    working.desk.put([task(f"t{number}") for number in range(7)])
    heard(working, 7, Finished)
    working.close()
    assert (line.renewals, line.closed) == (2, True)


def test_who_gets_no_connection_goes_and_costs_its_target_no_trial() -> None:
    given = threading.Semaphore(2)
    lines: list[Line] = []

    def connect() -> Line:
        if not given.acquire(blocking=False):
            raise ConnectionFailed("too many connections")
        lines.append(Line())
        return lines[-1]

    hold = threading.Event()

    def serve(worker: int, lane: Lane, of: Assignment, following: Callable[[], Step | None]) -> StageEnded:
        hold.wait(10)
        return done(worker, lane, of, following)

    working = crew(connect, serve)
    working.hire(4)
    working.desk.put([task(f"t{number}") for number in range(4)])
    assert len(heard(working, 2, Resigned)) == 2
    hold.set()
    working.close()
    left = rest(working)
    assert not [news for news in left if isinstance(news, Resigned)]
    assert len([news for news in left if isinstance(news, Finished)]) == 2
    assert working.size == 2
    assert all(line.closed for line in lines)


def test_where_nobody_gets_a_connection_the_target_is_told_as_tried() -> None:
    def connect() -> Line:
        raise ConnectionFailed("the server is down")

    working = crew(connect)
    working.hire(3)
    working.desk.put([task("t1"), task("t2"), task("t3")])
    ended = heard(working, 3, Finished)
    working.close()
    assert {one.ended.remedy for one in ended} == {Remedy.RECONNECT}
    assert {one.ended.steps for one in ended} == {()}
    assert "the server is down" in ended[0].ended.failure.message


def test_who_is_to_stop_gives_back_what_it_took_and_what_it_opened_for_it() -> None:
    line, stop = Line(), threading.Event()

    def serve(worker: int, lane: Lane, of: Assignment, following: Callable[[], Step | None]) -> StageEnded:
        assert following() is not None
        stop.set()
        return done(worker, lane, of, following)

    working = crew(lambda: line, serve, stopping=stop.is_set, limit=1)
    working.hire(1)
    working.desk.put([task("t1"), task("t2")])
    [back] = heard(working, 1, GivenBack)
    assert back.assignment.plan.target.schema == "tenant_t2"
    assert line.released == 1
    working.close()


def test_a_worker_takes_several_targets_that_take_no_time_and_leaves_enough_for_the_others() -> None:
    taken: list[int] = []
    go = threading.Event()

    def serve(_worker: int, _lane: Lane, tasks: Sequence[Assignment], following: Any) -> list[StageEnded]:
        go.wait(10)
        taken.append(len(tasks))
        following()
        return [StageEnded(one, one.plan, 1, Outcome.DONE) for one in tasks]

    connect, stopping = cast("Callable[[], Lane]", Line), lambda: False
    working = Crew(connect, serve, stopping=stopping, limit=2, targets=300, rows=True)
    working.hire(1)
    working.desk.put([task(f"t{number}") for number in range(30)])
    go.set()
    heard(working, 30, Finished)
    working.close()
    assert taken[:5] == [1, 2, 4, 8, 8]
    assert taken[-1] == 1
    assert sum(taken) == 30


def test_a_connection_serves_no_more_targets_because_they_come_several_at_once() -> None:
    line = Line()

    def serve(_worker: int, _lane: Lane, tasks: Sequence[Assignment], _following: Any) -> list[StageEnded]:
        assert len(tasks) <= 3
        return [StageEnded(one, one.plan, 1, Outcome.DONE) for one in tasks]

    connect, stopping = (lambda: cast("Lane", line)), lambda: False
    working = Crew(connect, serve, stopping=stopping, limit=1, targets=3, rows=True)
    working.hire(1)
    working.desk.put([task(f"t{number}") for number in range(9)])
    heard(working, 9, Finished)
    working.close()
    assert line.renewals == 2


def test_nothing_more_is_begun_before_a_failure_is_judged() -> None:
    begun: list[str] = []

    def serve(_worker: int, _lane: Lane, of: Assignment, _following: Callable[[], Step | None]) -> StageEnded:
        begun.append(of.plan.target.schema)
        return StageEnded(of, of.plan, 0, Outcome.FAILED, remedy=Remedy.FAIL)

    working = crew(Line, serve)
    working.hire(1)
    working.desk.put([task("t1"), task("t2")])
    while not isinstance(news := working.news.get(timeout=10), tuple):
        pass
    [failed] = news
    assert failed.heard is not None
    assert not failed.heard.wait(0.3), "the worker looks several times whether it may go on"
    assert begun == ["tenant_t1"]
    working.desk.clear()
    failed.heard.set()
    working.close()
    assert begun == ["tenant_t1"]


def test_who_waits_for_a_judgement_goes_home_when_the_desk_closes() -> None:
    def serve(_worker: int, _lane: Lane, of: Assignment, _following: Callable[[], Step | None]) -> StageEnded:
        return StageEnded(of, of.plan, 0, Outcome.FAILED, remedy=Remedy.FAIL)

    line = Line()
    working = crew(lambda: line, serve)
    working.hire(1)
    working.desk.put([task()])
    while not isinstance(working.news.get(timeout=10), tuple):
        pass
    working.close()
    assert line.closed


def test_what_nobody_foresaw_is_told_and_the_connection_is_closed() -> None:
    def serve(*_: object) -> StageEnded:
        raise ZeroDivisionError

    line = Line()
    working = crew(lambda: line, serve)
    working.hire(1)
    working.desk.put([task()])
    [crashed] = heard(working, 1, Crashed)
    working.close()
    assert isinstance(crashed.error, ZeroDivisionError)
    assert line.closed


def test_a_crew_that_nobody_gave_work_opens_no_connection() -> None:
    def connect() -> Line:
        raise AssertionError("a connection was opened")

    working = crew(connect)
    working.hire(4)
    working.close()
    assert rest(working) == []

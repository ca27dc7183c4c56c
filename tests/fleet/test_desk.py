"""The desk: work is handed out once, in order, and only to as many workers as may have some."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sessions import until
from sqlmig.fleet.desk import Desk


def test_work_is_taken_in_order_and_once() -> None:
    desk: Desk[int] = Desk(2)
    desk.put([1, 2])
    desk.put([3])
    assert [desk.take(0), desk.take(1), desk.take(0)] == [1, 2, 3]


@pytest.mark.parametrize(("limit", "taken"), [(1, [0, 1, 2, 3, None]), (3, [0, 1, None]), (5, [None])])
def test_ahead_is_taken_only_what_leaves_enough_for_the_others(limit: int, taken: list[int | None]) -> None:
    """What lies behind a long step in one worker's hands, no other worker can do."""
    desk: Desk[int] = Desk(limit)
    desk.put(range(4))
    assert [desk.take_now(0) for _ in taken] == taken


def test_thousand_tasks_go_to_four_workers_each_once() -> None:
    desk: Desk[int] = Desk(4)

    def work(number: int) -> list[int]:
        taken = []
        while (task := desk.take(number)) is not None:
            taken.append(task)
        return taken

    with ThreadPoolExecutor() as pool:
        workers = [pool.submit(work, number) for number in range(4)]
        for first in range(0, 1000, 50):
            desk.put(range(first, first + 50))
        until(lambda: not desk.waiting)
        desk.close()
        taken = [task for worker in workers for task in worker.result()]
    assert sorted(taken) == list(range(1000))


def test_a_worker_beyond_the_limit_waits_until_it_is_raised() -> None:
    desk: Desk[str] = Desk(1)
    desk.put(["task"])
    assert desk.take_now(1) is None
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(desk.take, 1)
        assert not waiting.done()
        desk.limit = 2
        assert waiting.result(timeout=10) == "task"
    desk.limit = 1
    desk.put(["more"])
    assert desk.take_now(1) is None
    assert desk.take(0) == "more"


def test_whoever_waits_goes_home_when_the_desk_closes() -> None:
    desk: Desk[str] = Desk(2)
    begun = threading.Barrier(3)

    def work(number: int) -> str | None:
        begun.wait(timeout=10)
        return desk.take(number)

    with ThreadPoolExecutor() as pool:
        workers = [pool.submit(work, number) for number in range(2)]
        begun.wait(timeout=10)
        desk.close()
        assert [worker.result(timeout=10) for worker in workers] == [None, None]
    desk.put(["late"])
    assert (desk.closed, desk.take(0), desk.take_now(0)) == (True, None, None)


def test_what_is_cleared_is_given_back_and_nobody_gets_it() -> None:
    desk: Desk[int] = Desk(1)
    desk.put([1, 2, 3])
    assert desk.take(0) == 1
    assert desk.clear() == [2, 3]
    assert desk.take_now(0) is None

"""Where work waits for workers. The number of workers that may take some can change at any time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Desk(Generic[T]):
    """A queue; workers are numbered from 0, and those from `limit` on get nothing."""

    def __init__(self, limit: int) -> None:
        """Takes how many workers may take work."""
        self._waiting: deque[T] = deque()
        self._changed = threading.Condition()
        self._limit = limit
        self._closed = False

    @property
    def waiting(self) -> int:
        """How much nobody has taken yet."""
        return len(self._waiting)

    @property
    def closed(self) -> bool:
        """Whether nobody gets anything any more."""
        return self._closed

    @property
    def limit(self) -> int:
        """How many workers may take work."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        with self._changed:
            self._limit = limit
            self._changed.notify_all()

    def put(self, tasks: Iterable[T]) -> None:
        """Adds work at the tail."""
        with self._changed:
            self._waiting.extend(tasks)
            self._changed.notify_all()

    def take(self, worker: int) -> T | None:
        """The first of what waits, as soon as there is some; None when the desk is closed."""
        with self._changed:
            while not self._closed and not (self._waiting and worker < self._limit):
                self._changed.wait()
            return None if self._closed else self._waiting.popleft()

    def take_more(self, worker: int, most: int) -> list[T]:
        """Some more of what waits, where enough is left for the other workers."""
        with self._changed:
            more: list[T] = []
            while not self._closed and worker < self._limit and len(more) < most and len(self._waiting) >= self._limit:
                more.append(self._waiting.popleft())
            return more

    def take_now(self, worker: int) -> T | None:
        """The first of what waits, where enough waits for the other workers too; otherwise None.

        Whoever takes it has something else to do first: what nobody else could take meanwhile may wait for long.
        """
        with self._changed:
            if self._closed or not self._waiting or worker >= self._limit or len(self._waiting) < self._limit:
                return None
            return self._waiting.popleft()

    def clear(self) -> list[T]:
        """Takes away all that nobody has taken."""
        with self._changed:
            left = list(self._waiting)
            self._waiting.clear()
            return left

    def close(self) -> None:
        """Sends the workers home, once they have done what they took."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

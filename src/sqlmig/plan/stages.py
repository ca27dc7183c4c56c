"""Where the work of a target is cut, so that CONCURRENTLY waits for no transaction of the same run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Transactional(Protocol):
    """A step, or the work that a step is made of."""

    @property
    def transaction(self) -> bool:
        """Whether it runs in one transaction."""


_Work = TypeVar("_Work", bound=Transactional)


def stages(work: Iterable[_Work]) -> tuple[tuple[_Work, ...], ...]:
    """The work in its order, cut where `transaction off` begins and ends.

    Stages 0, 2, 4 ... are transactional, 1, 3, 5 ... `transaction off`: a number means the same for every target. So
    the first stage is empty where the work begins with `transaction off`. No work has no stages.

    A statement with CONCURRENTLY waits for every older snapshot in the database. When a stage ends for all targets
    before the next begins, no worker of the run holds one.
    """
    cut: list[list[_Work]] = []
    for one in work:
        while not cut or one.transaction is not (len(cut) % 2 == 1):
            cut.append([])
        cut[-1].append(one)
    return tuple(map(tuple, cut))

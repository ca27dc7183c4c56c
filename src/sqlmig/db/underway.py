"""One step outside of a transaction, as it goes on: what its statements are run with, and what it cost so far."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlmig.db import records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.polling import POLL
from sqlmig.db.session import Session
from sqlmig.plan.results import Holder
from sqlmig.plan.values import Step
from sqlmig.sql.statements import Statement


@dataclass
class Underway:
    """One step under way."""

    session: Session
    step: Step
    digests: records.Digests
    context: RunContext
    waiting: Waiting
    began: float
    """On the client's monotonic clock."""
    patience: float
    """Seconds to wait, in one place, for whoever may be waited for before anything is begun."""
    attempts: int = 0
    waited: float = 0.0
    blockers: tuple[Holder, ...] = ()
    done: int = 0
    """How many statements are known to have run."""
    statement: Statement | None = None
    """The one that the server is busy with."""
    half_way: bool = False
    """Whether that one stays begun: what became of it, or of what it left, is for the next attempt to settle."""
    pid: int = 0
    """Of the server process."""
    plain: list[int] = field(default_factory=list)
    """The numbers of the statements that ran without CONCURRENTLY."""

    def send(self, text: str) -> None:
        """Sends what takes time."""
        with self.watched():
            self.session.run(text)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What takes time: it is seen who is in the way, and a request to stop cancels it."""
        self.waiting.begin(self.pid, lambda found: self.context.on_wait(self.step.target, found))
        self.context.stop.cancellable(self.session)
        try:
            yield
        finally:
            self.context.stop.cancellable(None)
            self.blockers = tuple(self.waiting.end()) or self.blockers

    def pause(self) -> None:
        """Waits a moment between two looks, outside of the server."""
        self.context.stop.sleep(POLL * (0.5 + random.random()))  # noqa: S311  jitter is no secret

    def hold_on_to_schema(self) -> None:
        """Whatever the statement before set: names are looked up in the target."""
        self.session.set({"search_path": self.context.settings(self.step)["search_path"]})

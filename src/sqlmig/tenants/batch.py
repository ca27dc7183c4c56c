"""Many tenants, made by several workers; each is made whole or not at all, and none speaks for another."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from queue import Queue

from sqlmig.db.context import RunContext, Stop
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.errors import Refused, SqlmigError
from sqlmig.plan.provisioning import Imported, Listed, Making, RowOutcome, RowResult
from sqlmig.plan.results import Failure
from sqlmig.plan.steps import StepMaker
from sqlmig.project.load import ProjectFiles
from sqlmig.tenants.comparing import Asked, compare_tenants, find_there
from sqlmig.tenants.create import create_tenant
from sqlmig.tenants.wanted import wanted_tenant

Connect = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What making many tenants takes."""

    files: ProjectFiles
    connect: Connect
    context: Callable[[], RunContext]
    """A new one for each tenant."""
    stop: Stop
    """When it is requested, tenants under way are finished, and no other is begun."""
    on_row: Callable[[RowResult], None]
    """Called from the thread that called `make_all`."""


def make_all(batch: Batch, rows: Sequence[Listed], workers: int, making: Making) -> Imported:
    """Makes those of the tenants that are not there, and compares those that are.

    Args:
        batch: how.
        rows: a list that was checked.
        workers: how many are made at once.
        making: how their objects may be made.

    Raises:
        ConnectionFailed: the server could not be used before anything was done.
    """
    began = time.monotonic()
    with batch.connect() as session:
        results = {result.row.slug: result for result in _there(session, batch.files, rows)}
    for result in results.values():
        batch.on_row(result)
    missing = [row for row in rows if row.slug not in results]
    for result in _made(batch, missing, workers, making):
        results[result.row.slug] = result
        batch.on_row(result)
    ordered = tuple(results.get(row.slug, RowResult(row, RowOutcome.NOT_STARTED)) for row in rows)
    return Imported(ordered, time.monotonic() - began, batch.stop.requested)


def _there(session: Session, files: ProjectFiles, rows: Sequence[Listed]) -> list[RowResult]:
    """The tenants that are there, compared with what the list says of them."""
    wanted = {row.slug: wanted_tenant(files, row.slug, row.values, row.template) for row in rows}
    known = find_there(session, files, list(wanted.values()))
    listed = [row for row in rows if row.slug in known]
    asked = [Asked(known[row.slug], wanted[row.slug].schema, row.values, row.template) for row in listed]
    compared = compare_tenants(session, files, asked) if asked else ()
    return [
        RowResult(row, RowOutcome.DIFFERS if one.differences else RowOutcome.THERE, compared=one)
        for row, one in zip(listed, compared, strict=True)
    ]


def _made(batch: Batch, rows: Sequence[Listed], workers: int, making: Making) -> Iterator[RowResult]:
    """Tenants as they are made, by so many threads with a connection each."""
    left = deque(rows)
    news: Queue[RowResult | None] = Queue()
    maker = StepMaker(batch.files)
    threads = [
        threading.Thread(target=_work, args=(batch, left, making, maker, news), name=f"sqlmig-import-{number}")
        for number in range(min(workers, len(rows)))
    ]
    for thread in threads:
        thread.start()
    running = len(threads)
    while running:
        result = news.get()
        if result is None:
            running -= 1
        else:
            yield result
    for thread in threads:
        thread.join()


def _work(batch: Batch, left: deque[Listed], making: Making, maker: StepMaker, news: Queue[RowResult | None]) -> None:
    """One worker: the next tenant, until there is none or the batch shall stop."""
    with ExitStack() as closing:
        session: Session | None = None
        while not batch.stop.requested:
            try:
                row = left.popleft()
            except IndexError:
                break
            try:
                if session is None:
                    session = closing.enter_context(batch.connect())
                elif session.broken:
                    session.reopen()
                news.put(_row(batch, session, row, making, maker))
            except SqlmigError as error:
                news.put(RowResult(row, RowOutcome.FAILED, failure=_failure(error)))
            except BaseException as error:
                failure = Failure(f"{type(error).__name__}: {error}", "", "please report this", None)
                news.put(RowResult(row, RowOutcome.FAILED, failure=failure))
                news.put(None)
                raise
    news.put(None)


def _failure(error: SqlmigError) -> Failure:
    # What the server said is what equal failures are told by.
    cause = error if isinstance(error, ServerRefused) else error.__cause__
    said = cause.said if isinstance(cause, ServerRefused) else None
    return Failure(error.message, error.state or "", error.next or "", error.place, error=said)


def _row(batch: Batch, session: Session, row: Listed, making: Making, maker: StepMaker) -> RowResult:
    try:
        created = create_tenant(
            session,
            batch.files,
            batch.context(),
            row.slug,
            row.values,
            template=row.template,
            making=making,
            maker=maker,
        )
    except Refused:
        # Another import may have made it since this one looked.
        for result in _there(session, batch.files, [row]):
            return result
        raise
    return RowResult(row, RowOutcome.MADE, created=created)

"""Who a CONCURRENTLY statement would wait for: looked up before it begins, so that it neither hangs nor dies half way.

CREATE INDEX and REINDEX wait for every old snapshot of the database before they end, and what they have built is
INVALID until then. Before they begin, waiting costs nothing: nothing is left behind when patience ends.
"""

from __future__ import annotations

import time
from typing import Final

from sqlmig.db import failures
from sqlmig.db.composing import text_of
from sqlmig.db.plain import Located
from sqlmig.db.polling import Ended
from sqlmig.db.session import Session
from sqlmig.db.underway import Underway
from sqlmig.plan.results import Failure, Holder, Outcome
from sqlmig.sql.leftovers import IndexBuilt, IndexDropped, IndexRebuilt, Leftover, PartitionDetached
from sqlmig.sql.statements import Statement

YOUNG: Final = 1.0
"""Seconds; who has been at it for less is gone before long, and no reason to wait."""

_AGAINST_SHARE: Final = (
    *("RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"),
)
_ANY: Final = ("AccessShareLock", "RowShareLock", "ShareLock", *_AGAINST_SHARE)


def wait_for_the_old(run: Underway, statement: Statement, leftover: Leftover | None, table: Located | None) -> None:
    """Waits until nobody is left whom the statement would wait for, of those who are there now.

    Who comes later is not waited for: on a busy database somebody is always there. The server waits for those, and it
    is told who they are while the statement runs.

    Args:
        run: the step; outside of a transaction, so that no look keeps a snapshot.
        statement: the one that is about to run.
        leftover: what it leaves when it dies, which tells what it waits for.
        table: that it is on, when it is on one.

    Raises:
        Ended: patience has ended, or the run shall stop; the statement was not begun.
    """
    if not isinstance(leftover, IndexBuilt | IndexRebuilt | IndexDropped | PartitionDetached):
        return
    began = time.monotonic()
    told = False
    while found := in_the_way(run.session, leftover, table, age=YOUNG + time.monotonic() - began):
        run.blockers = found
        if not told:
            run.context.on_wait(run.step.target, list(found))
            told = True
        waited = time.monotonic() - began
        if run.context.stop.requested:
            raise Ended(Outcome.INTERRUPTED, failures.interrupted_outside(run.step, run.done))
        if waited >= run.patience:
            run.waited += waited
            raise Ended(Outcome.BLOCKED, _not_begun(run, statement, leftover, found))
        run.pause()
    run.waited += time.monotonic() - began if told else 0.0


def in_the_way(session: Session, leftover: Leftover, table: Located | None, *, age: float) -> tuple[Holder, ...]:
    """The sessions and prepared transactions that a statement would wait for.

    Args:
        session: outside of a transaction.
        leftover: what the statement leaves.
        table: that it is on.
        age: seconds; transactions that began later are left out.
    """
    builds = isinstance(leftover, IndexBuilt | IndexRebuilt)
    parameters = {
        "age": age,
        "snapshots": builds,
        "table": table.oid if table is not None else None,
        "modes": list(_AGAINST_SHARE if builds else _ANY),
    }
    return tuple(
        Holder(pid, user or "?", application or "", client, state or "?", query or "", since)
        for pid, user, application, client, state, query, since in session.rows(text_of("snapshots"), parameters)
    )


def _not_begun(run: Underway, statement: Statement, leftover: Leftover, found: tuple[Holder, ...]) -> Failure:
    step, many = run.step, f" and {len(found) - 1} more" if len(found) > 1 else ""
    what = "an old snapshot" if isinstance(leftover, IndexBuilt | IndexRebuilt) else "the table"
    return Failure(
        f"{step.label} in {step.target.label}: statement {statement.number} of {len(step.statements)} would wait"
        f" for {what} that others hold: {found[0]}{many}",
        f"{run.done} of {len(step.statements)} statements ran and stay; this one was not begun, so nothing is INVALID",
        f"wait for that session, or end it; then run `{failures.command(step)}` again",
        step.place(statement.start),
        statement.text,
    )

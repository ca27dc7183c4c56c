"""Jobs of workers that died: they go back into the queue, taken up by whichever worker looks first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from sqlmig.db.session import Session, session
from sqlmig.distributed.door import App, give_back, give_up, stalled_jobs
from sqlmig.distributed.queue import queued, record_attempt
from sqlmig.distributed.tables import turn
from sqlmig.plan.queued import Attempt, Ending
from sqlmig.plan.queueing import MOST_ATTEMPTS


async def put_back(app: App, url: str, queue_schema: str, stalled_after: float) -> tuple[str, ...]:
    """Puts the jobs of dead workers back into the queue.

    A worker that only seemed dead goes on with its job; the target's lock and the history keep the two apart.

    Args:
        app: open.
        url: of the database; secret.
        queue_schema: the queue's.
        stalled_after: seconds without a sign of life.

    Returns:
        The schemas whose jobs went back.
    """
    if not await stalled_jobs(app, stalled_after):
        return ()
    async with _turn(url, queue_schema) as opened:
        # Read again: another worker may have put them back, and somebody may be at work on them.
        found = await stalled_jobs(app, stalled_after)
        for job in found:
            if job.attempts + 1 < MOST_ATTEMPTS:
                await give_back(app, job)
            else:
                await asyncio.to_thread(record_attempt, opened, queue_schema, job.id or 0, _DEADLY)
                await give_up(app, job)
    return tuple(one.job.schema for one in queued(found) if one.attempts + 1 < MOST_ATTEMPTS)


_DEADLY = Attempt(
    Ending.FAILED,
    f"its worker died, and this was the last of {MOST_ATTEMPTS} attempts",
    "every step is in the database together with its history row, or not at all",
    "look why workers die (memory?), then run `sqlmig fleet enqueue` again",
)


@asynccontextmanager
async def _turn(url: str, queue_schema: str) -> AsyncIterator[Session]:
    """`turn` on a connection of its own, waited for beside the event loop."""
    with ExitStack() as stack:

        def enter() -> Session:
            opened = stack.enter_context(session(url, application="sqlmig (queue)"))
            stack.enter_context(turn(opened, queue_schema))
            return opened

        opened = await asyncio.to_thread(enter)
        try:
            yield opened
        finally:
            await asyncio.to_thread(stack.close)

"""Jobs of workers that died: they go back into the queue, taken up by whichever worker looks first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import session
from sqlmig.distributed.door import App, Forgotten, give_back, give_up, stalled_jobs
from sqlmig.distributed.queue import queued, record_attempt
from sqlmig.distributed.tables import turn
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.queued import Attempt, Ending
from sqlmig.plan.queueing import MOST_ATTEMPTS

T = TypeVar("T")


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

    Raises:
        Forgotten: the server was lost.
    """
    if not await stalled_jobs(app, stalled_after):
        return ()
    # The turn is waited for, and given back, on another thread: whatever becomes of this coroutine.
    return await asyncio.to_thread(_put_back, app, url, queue_schema, stalled_after, asyncio.get_running_loop())


def _put_back(
    app: App, url: str, queue_schema: str, stalled_after: float, loop: asyncio.AbstractEventLoop
) -> tuple[str, ...]:
    def ask(coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    try:
        with session(url, application="sqlmig (queue)") as opened, turn(opened, queue_schema):
            # Read again: another worker may have put them back, and somebody may be at work on them.
            found = ask(stalled_jobs(app, stalled_after))
            deadly = [job for job in found if job.attempts + 1 >= MOST_ATTEMPTS]
            back = [job for job in found if job not in deadly]
            for job in back:
                ask(give_back(app, job))
            for job in deadly:
                ask(give_up(app, job))
                record_attempt(opened, queue_schema, job.id or 0, _DEADLY)
    except (ConnectionFailed, ServerRefused) as error:
        raise Forgotten from error
    return tuple(one.job.schema for one in queued(back))


_DEADLY = Attempt(
    Ending.FAILED,
    f"its worker died, and this was the last of {MOST_ATTEMPTS} attempts",
    "every step is in the database together with its history row, or not at all",
    "look why workers die (memory?), then run `sqlmig fleet enqueue` again",
)

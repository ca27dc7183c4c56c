"""Runs in the database: begun, joined, shared out among processes, paused, ended. Listing them is in `runlist`.

Each function but `reopen` is one message. The server's clock alone decides who is alive and what is due. A claim holds
as long as its worker is alive: `run_worker.seen_until` is the lease of all that a worker has. Every statement that
changes an item's state changes the counts of its wave with it, so that nobody counts a fleet to know how it stands; it
locks items first and the wave behind them, so that no two such statements wait for each other.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlmig.db.composing import compose
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import exists, statement_text
from sqlmig.db.locks import key_text

# Callers know them by this module.
from sqlmig.db.runrows import Claimed as Claimed
from sqlmig.db.runrows import Exchange as Exchange
from sqlmig.db.runrows import NewItem as NewItem
from sqlmig.db.runrows import NewRun as NewRun
from sqlmig.db.runrows import Reach as Reach
from sqlmig.db.runrows import Report as Report
from sqlmig.db.runrows import StoredRun as StoredRun
from sqlmig.db.runrows import exchanged, report_row, stored_run
from sqlmig.db.session import Row, Session
from sqlmig.errors import Problem, Refused, UsageError
from sqlmig.plan.results import Outcome, worst
from sqlmig.plan.rollout import Identity, RunState, Wave
from sqlmig.plan.runmoves import move_problem, resume_problem, sources
from sqlmig.plan.values import Target

Message = tuple[str, dict[str, object]]
"""A statement and its parameters."""


def begin(session: Session, context: RunContext, new: NewRun, *, worker: str | None = None, lease: float = 60.0) -> str:
    """Writes down that a run begins, with its frozen list; of processes that begin at once, one does.

    Args:
        session: outside of a transaction.
        context: of the run.
        new: what is written down.
        worker: this process's name in it: it has joined the run from the start.
        lease: seconds without a sign of life after which its items are free again.

    Returns:
        The id of the run to work at: the context's own; or another process's, begun meanwhile with the same manifest
        and alive, which nothing was changed of and which is still to be joined.
    """
    text, parameters = begin_message(context, new, worker=worker, lease=lease)
    statements = [
        # Two that begin at once would not see each other's rows.
        compose("LOCK TABLE {history}.run IN SHARE ROW EXCLUSIVE MODE", history=context.history).as_string(),
        text,
        statement_text("run_prune_old", context.history),
        statement_text("run_begun", context.history),
    ]
    if len(new.items) >= _MANY:
        # The planner would take the table for as small as it was before.
        analyze = compose("ANALYZE {history}.run_item", history=context.history).as_string().replace("%", "%%")
        statements.insert(-1, analyze)
    return str(_transaction(session, "; ".join(statements), parameters)[-1][0][0])


_MANY = 500
"""Items of a run from which on the planner has to know of them."""


def begin_message(context: RunContext, new: NewRun, *, worker: str | None = None, lease: float = 0.0) -> Message:
    """The statement that writes down that a run begins; `begin` sends it with what keeps two from beginning at once."""
    sizes = Counter(item.wave for item in new.items)
    waves = [{"name": w.name, "targets": len(w.targets), "gate": dataclasses.asdict(w.gate)} for w in new.waves]
    return statement_text("begin_run", context.history), {
        "run_id": context.run_id,
        "command": new.command,
        "actor": context.origin.actor,
        "host": context.origin.host,
        "tool": context.origin.tool,
        "git_commit": context.origin.git_commit,
        "reason": new.reason,
        "manifest": bytes.fromhex(new.manifest) if new.manifest is not None else None,
        "goal": json.dumps(new.goal) if new.goal is not None else None,
        "waves": json.dumps(waves),
        "options": json.dumps(new.options),
        "parent": new.parent,
        "worker": worker,
        "pid": os.getpid(),
        "lease": lease,
        "sizes": [sizes[number] for number in range(max(len(new.waves), *(w + 1 for w in sizes), 0))],
        "tracks": [item.target.track for item in new.items],
        "keys": [item.target.key for item in new.items],
        "schemas": [item.target.schema for item in new.items],
        "item_waves": [item.wave for item in new.items],
        "positions": [item.position for item in new.items],
    }


def join(session: Session, history_schema: str, run_id: str, worker: str, host: str, pid: int, lease: float) -> None:
    """Makes this process one of a run's workers, alive for `lease` seconds; each exchange renews that."""
    parameters = {"run_id": run_id, "worker": worker, "host": host, "pid": pid, "lease": lease}
    session.run(statement_text("run_join", history_schema), parameters)


def stay(session: Session, history_schema: str, run_id: str, worker: str, lease: float) -> None:
    """Keeps this process alive for `lease` seconds, in which it makes no exchange; the next one renews that."""
    session.run(statement_text("run_renew", history_schema), {"run_id": run_id, "worker": worker, "lease": lease})


def exchange(
    session: Session,
    history_schema: str,
    run_id: str,
    worker: str,
    reports: Sequence[Report],
    want: int,
    wave: int,
    stage: int,
    lease: float,
    *,
    reach: Reach = Reach.DUE,
) -> Exchange:
    """Writes reports, renews the lease, claims targets, and looks how the run stands: one message.

    It does not wait for the disk. What a crash of the server takes back is what the run knew of its targets, never what
    was done to them: they are claimed again, and found done.

    Args:
        session: outside of a transaction.
        history_schema: the history's schema.
        run_id: of a run that this worker has joined.
        worker: its name.
        reports: of targets that it had claimed; those that another worker has by now are left alone.
        want: how many targets to claim at the most; none are while the run does not go on in this wave.
        wave: the wave to claim from, and to tell of.
        stage: the stage to claim from.
        lease: seconds without a sign of life after which others may take what this worker has.
        reach: which targets may be claimed.

    Raises:
        UsageError: there is no such run.
        ServerRefused: the message was refused, or the connection broke; then the reports may be sent again.
    """
    parameters: dict[str, object] = {"run_id": run_id, "worker": worker, "wave": wave, "stage": stage, "lease": lease}
    names = ["run_renew", "run_standing"]
    if want > 0:
        names.insert(1, "run_claim")
        parameters |= {
            "want": want,
            "unlocked": reach is Reach.UNLOCKED,
            "locked": reach is Reach.LOCKED,
            "key_prefix": key_text(history_schema, "target", ""),
        }
    if reports:
        names.insert(0, "run_report")
        parameters["reports"] = json.dumps([report_row(report) for report in reports])
    statements = ["SET LOCAL synchronous_commit = off", *(statement_text(name, history_schema) for name in names)]
    results = _transaction(session, "; ".join(statements), parameters)
    claimed = tuple(Claimed(*row) for row in results[0]) if want > 0 else ()
    if not results[-1]:
        raise _unknown(run_id)
    return exchanged(claimed, results[-1][0])


def keep_only(session: Session, history_schema: str, run_id: str, worker: str, held: Sequence[Identity]) -> None:
    """Gives back what this worker has claimed besides `held`: after a lost answer it may have more than it knows."""
    parameters = {
        "run_id": run_id,
        "worker": worker,
        "held_tracks": [track for track, _ in held],
        "held_keys": [key for _, key in held],
    }
    session.run(statement_text("run_keep", history_schema), parameters)


def leave(session: Session, history_schema: str, run_id: str, worker: str) -> None:
    """Takes this process out of a run; all that it still has goes back to the others."""
    session.run(statement_text("run_leave", history_schema), {"run_id": run_id, "worker": worker})


def next_wave(
    session: Session, history_schema: str, run_id: str, wave: int, pause: float, *, confirm: str | None = None
) -> bool:
    """Moves a run on from a wave that is over: to the next one with something to do, or behind the last.

    Args:
        session: outside of a transaction.
        history_schema: the history's schema.
        run_id: the run's id.
        wave: the wave that is over.
        pause: seconds before the next one may begin.
        confirm: why somebody has to say that it goes on: the run is paused in front of the next wave.

    Returns:
        Whether this call did; another process may have been first, or a target was given back meanwhile.
    """
    parameters = {"run_id": run_id, "wave": wave, "pause": pause, "confirm": confirm}
    return bool(session.value(statement_text("run_next_wave", history_schema), parameters))


def confirmed(session: Session, history_schema: str, run_id: str, question: str, pause: float) -> None:
    """Lets a run go on that `next_wave` has paused; one that is paused for another reason by now stays as it is.

    Args:
        session: outside of a transaction.
        history_schema: the history's schema.
        run_id: the run's id.
        question: what `next_wave` was given as `confirm`.
        pause: seconds before the wave may begin.
    """
    parameters = {"run_id": run_id, "question": question, "pause": pause}
    session.run(statement_text("run_confirmed", history_schema), parameters)


def set_state(session: Session, history_schema: str, run_id: str, state: RunState, reason: str | None) -> RunState:
    """Moves a run to another state; nothing changes when it is there already.

    One that is paused may be paused again: then the new reason counts, and nobody's answer to the old one.

    Returns:
        The state that it was in.

    Raises:
        UsageError: there is no such run.
        Refused: it may not come from its state to that one, see `plan.runmoves`.
    """
    again = {RunState.PAUSED} & {state}
    allowed = [source.value for source in sources(state) | again]
    parameters = {"run_id": run_id, "state": state.value, "reason": reason, "sources": allowed}
    value = session.value(statement_text("run_set_state", history_schema), parameters)
    if value is None:
        raise _unknown(run_id)
    found = RunState(value)
    if (problem := move_problem(run_id, found, state)) is not None:
        raise _refused(problem)
    return found


def finish(session: Session, context: RunContext, outcome: Outcome) -> RunState:
    """Writes down how a run ended for this process, which has left it.

    The run goes on while others are at work and something is left; a paused or halted one keeps its state as long as
    something is left. Where several processes end, the worst outcome counts.

    Returns:
        The state that it is in now.
    """
    parameters = {
        "run_id": context.run_id,
        "outcome": outcome.value,
        "worst_first": [one.value for one in _worst_first()],
    }
    return RunState(session.value(statement_text("run_finish", context.history), parameters))


def reopen(session: Session, history_schema: str, run_id: str) -> StoredRun:
    """Lets a run go on: what was blocked, and what no live worker has, waits for its turn again.

    A run that goes on already is not disturbed. Failed and quarantined targets stay as they are.

    Raises:
        UsageError: there is no such run.
        Refused: nothing of it can be taken up.
    """
    parameters = {"run_id": run_id}
    names = ("run_reopen_items", "run_reopen", "run_stored")
    text = "; ".join(statement_text(name, history_schema) for name in names)
    try:
        # What is decided here has to hold until it is done.
        found = session.rows(
            f"BEGIN ISOLATION LEVEL READ COMMITTED; {statement_text('run_lock', history_schema)}", parameters
        )
        if not found:
            raise _unknown(run_id)
        state, fleet, left = found[0]
        if (problem := resume_problem(run_id, RunState(state), fleet=fleet, left=left)) is not None:
            raise _refused(problem)
        results = session.run(f"{text}; COMMIT", parameters)
    finally:
        session.rollback()
    return stored_run(results[-2][0], results[-1])


def stored(session: Session, history_schema: str, run_id: str) -> StoredRun:
    """What a run was begun with, for a process that joins it.

    Raises:
        UsageError: there is no such run.
    """
    run, items = session.run(statement_text("run_stored", history_schema), {"run_id": run_id})
    if not run:
        raise _unknown(run_id)
    return stored_run(run[0], items)


def failed_items(session: Session, history_schema: str, run_id: str) -> tuple[Identity, ...]:
    """The targets of a run that failed, were quarantined or blocked, in the order of the run."""
    rows = session.rows(statement_text("run_failed_items", history_schema), {"run_id": run_id})
    return tuple((track, key) for track, key in rows)


def add_wave(session: Session, history_schema: str, run_id: str, wave: Wave, number: int, of: Sequence[Target]) -> None:
    """Puts one more wave behind the last one of a run; when another process was first, its wave is the one that counts.

    Args:
        session: outside of a transaction.
        history_schema: the history's schema.
        run_id: the run's id.
        wave: the wave.
        number: its number, from 0.
        of: its targets.
    """
    parameters = {
        "run_id": run_id,
        "wave": number,
        "named": json.dumps([{"name": wave.name, "targets": len(of), "gate": dataclasses.asdict(wave.gate)}]),
        "tracks": [target.track for target in of],
        "keys": [target.key for target in of],
        "schemas": [target.schema for target in of],
    }
    session.run(statement_text("run_add_wave", history_schema), parameters)


def unfinished_rollbacks(session: Session, history_schema: str) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Rollbacks that did not come to their end and were not given up, the newest first.

    Returns:
        For each its id, and its goal as `plan.takingback` keeps that. Nothing where there is no history.
    """
    if not exists(session, history_schema):
        return ()
    rows = session.rows(statement_text("run_rollbacks", history_schema))
    return tuple((run_id, ends) for run_id, ends in rows)


def weights(session: Session, history_schema: str) -> dict[Identity, float]:
    """The seconds that targets took in the last run that came to its end."""
    rows = session.rows(statement_text("run_weights", history_schema))
    return {(track, key): seconds for track, key, seconds in rows}


def last_run(session: Session, history_schema: str, *, unfinished: bool) -> str | None:
    """The id of the last run over a fleet; with `unfinished`, of the last one of which something is left."""
    found = session.value(statement_text("run_last", history_schema), {"unfinished": unfinished})
    return str(found) if found is not None else None


def _transaction(session: Session, statements: str, parameters: Mapping[str, object]) -> list[list[Row]]:
    try:
        return session.run(f"BEGIN ISOLATION LEVEL READ COMMITTED; {statements}; COMMIT", parameters)
    except ServerRefused:
        session.rollback()
        raise


def _worst_first() -> list[Outcome]:
    left = set(Outcome)
    ordered: list[Outcome] = []
    while left:
        ordered.append(worst(left))
        left.discard(ordered[-1])
    return ordered


def _unknown(run_id: str) -> UsageError:
    return UsageError(f"there is no run {run_id}", next="`sqlmig run list` shows what there is")


def _refused(problem: Problem) -> Refused:
    return Refused(problem.message, state="nothing was changed", next=problem.next)

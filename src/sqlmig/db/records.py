"""Writes the history: what ran, what counts as applied, runs and what is half way. Reading it is in `history`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlmig.db import runs
from sqlmig.db.composing import partly_filled
from sqlmig.db.context import Origin, RunContext
from sqlmig.db.history import read_unfinished, statement_text, target_row
from sqlmig.db.session import Session
from sqlmig.db.traits import traits_of
from sqlmig.plan.repair import Repair
from sqlmig.plan.results import Outcome, ServerError
from sqlmig.plan.resume import first_statements_checksum
from sqlmig.plan.values import Step, Target, Work
from sqlmig.project.checksums import ALGORITHM
from sqlmig.project.model import Migration, Script
from sqlmig.sql.statements import Statement

OWN_ROLE = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE"
"""The history is written by the role that runs sqlmig, whichever one a file has taken on."""


Message = tuple[str, dict[str, object]]
"""A statement and its parameters."""


@dataclass(frozen=True, slots=True)
class Digests:
    """A target's digest before and after a step."""

    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the log says of one attempt besides the step itself."""

    run_id: str
    origin: Origin
    duration: float | None
    """Seconds; None when the step comes with its record in one message: then the server knows."""
    lock_wait: float
    attempts: int
    detail: Mapping[str, object] | None = None
    """What else is worth keeping."""
    behind: bool = False
    """Whether another step's record stands before it in the same message; it counts where there is no duration."""


def record_step(history_schema: str, step: Step, digest: str, attempt: Attempt) -> Message:
    """The statement that records a finished step; sent with COMMIT in one message."""
    call, parameters = step_call(history_schema, step, digest, attempt)
    return f"SELECT {call}", parameters


def step_call(history_schema: str, step: Step, digest: str, attempt: Attempt) -> Message:
    """The call that records a finished step, to stand in a query."""
    of_file = _of_file(step, attempt.run_id, attempt.origin)
    return _record_step(history_schema), of_file | of_target(step, digest, attempt)


def step_template(history_schema: str, step: Step, run_id: str, origin: Origin) -> str:
    """What `step_call` gives, for all targets that a step's file runs in: what `of_target` gives is still to come."""
    return partly_filled(_record_step(history_schema), _of_file(step, run_id, origin), OF_TARGET)


def of_target(step: Step, digest: str, attempt: Attempt) -> dict[str, object]:
    """The parameters of a step's record that are each target's own."""
    return {
        **target_row(step.target),
        "rendered": traits_of(step).rendered,
        "digest": bytes.fromhex(digest),
        "duration": attempt.duration,
        "behind": attempt.behind,
        "lock_wait": attempt.lock_wait,
        "attempts": attempt.attempts,
        "detail": json.dumps(attempt.detail) if attempt.detail is not None else None,
    }


OF_TARGET = (
    "track",
    "target",
    "schema_name",
    "rendered",
    "digest",
    "duration",
    "behind",
    "lock_wait",
    "attempts",
    "detail",
)


def _of_file(step: Step, run_id: str, origin: Origin) -> dict[str, object]:
    down = step.unit.down if isinstance(step.unit, Migration) else None
    return {
        "version": step.version,
        "name": step.unit.name,
        "action": step.direction.value,
        "algorithm": ALGORITHM,
        "checksum": bytes.fromhex(step.script.checksum),
        "down_checksum": bytes.fromhex(down.checksum) if down is not None else None,
        "run_id": run_id,
        "actor": origin.actor,
        "host": origin.host,
        "tool": origin.tool,
        "git_commit": origin.git_commit,
    }


@lru_cache(maxsize=16)
def _record_step(history_schema: str) -> str:
    return statement_text("record_step", history_schema)


def record_failure(
    session: Session,
    history_schema: str,
    step: Step,
    attempt: Attempt,
    outcome: Outcome,
    message: str,
    error: ServerError | None,
) -> None:
    """Puts a failed attempt into the log, in a transaction of its own: the step's is gone."""
    parameters = {
        **target_row(step.target),
        "version": step.version,
        "name": step.unit.name,
        **_log(attempt, step.direction.value, outcome),
        "sqlstate": error.sqlstate if error is not None else None,
        "message": message,
    }
    session.run(statement_text("log", history_schema), parameters)


def store_scripts(session: Session, history_schema: str, scripts: Iterable[Script]) -> None:
    """Keeps the templates that a run is about to use, each once per checksum."""
    rows = {script.checksum: script for script in scripts}
    if rows:
        session.run(*scripts_rows(history_schema, list(rows.values())))


def scripts_of(steps: Iterable[Step | Work]) -> Iterator[Script]:
    """The templates that steps are made of, with the down files that may be needed when theirs are gone."""
    for step in steps:
        yield step.script
        if step.unit.down is not None:
            yield step.unit.down


def scripts_rows(history_schema: str, scripts: Sequence[Script]) -> Message:
    """The statement that keeps templates."""
    return statement_text("store_scripts", history_schema), {
        "algorithm": ALGORITHM,
        "checksums": [bytes.fromhex(script.checksum) for script in scripts],
        "paths": [script.path for script in scripts],
        "bodies": [script.text for script in scripts],
        "macros": [json.dumps(dict(script.macros)) for script in scripts],
    }


def begin_run(
    session: Session, context: RunContext, command: str, targets: Sequence[Target], reason: str | None
) -> None:
    """Writes down that a run without workers begins, with its frozen list of targets."""
    session.run(*run_row(context, command, targets, reason))


def run_row(context: RunContext, command: str, targets: Sequence[Target], reason: str | None) -> Message:
    """The statement that writes down that a run without workers begins."""
    items = [runs.NewItem(target, 0, position) for position, target in enumerate(targets)]
    return runs.begin_message(context, runs.NewRun(command, reason, None, None, (), items))


def finish_run(session: Session, context: RunContext, outcome: Outcome) -> None:
    """Writes down how a run without workers ended."""
    session.run(*run_end(context, outcome))


def settle_runs(session: Session, history_schema: str, targets: Sequence[Target], manifest: str | None = None) -> None:
    """Ends runs that never wrote down how they ended, when all of their targets are known to be where they should be.

    A run with a live worker is left alone, unless it has the manifest (hex) of what has just been read back. A run that
    goes on after all writes its own end over this one.
    """
    if read_unfinished(session, history_schema):
        parameters = {
            "tracks": [target.track for target in targets],
            "keys": [target.key for target in targets],
            "manifest": bytes.fromhex(manifest) if manifest is not None else None,
        }
        session.run(statement_text("settle_runs", history_schema), parameters)


def run_end(context: RunContext, outcome: Outcome) -> Message:
    """The statement that writes down how a run without workers ended."""
    return statement_text("finish_run", context.history), {"run_id": context.run_id, "outcome": outcome.value}


def mend_rows(session: Session, history_schema: str, repair: Repair, values: Mapping[str, object]) -> None:
    """Changes one row of what is applied; the row as it was goes into the log."""
    parameters = {**target_row(repair.target), "version": repair.version, **values}
    session.run(statement_text(f"mend_{repair.mend.name.lower()}", history_schema), parameters)


def insert_baseline(session: Session, context: RunContext, target: Target, migration: Migration, rendered: str) -> None:
    """Makes a migration count as applied that sqlmig did not run."""
    parameters = {
        **target_row(target),
        "version": migration.version,
        "name": migration.name,
        "algorithm": ALGORITHM,
        "checksum": bytes.fromhex(migration.up.checksum),
        "rendered": bytes.fromhex(rendered),
        "down_checksum": bytes.fromhex(migration.down.checksum) if migration.down is not None else None,
        "run_id": context.run_id,
    }
    session.run(statement_text("record_baseline", context.history), parameters)


def adopt_checksum(
    session: Session, history_schema: str, migration: Migration, old: str, targets: Sequence[str]
) -> None:
    """Gives an applied migration the checksum of its file as it is now, in targets that have the old one."""
    down = migration.down
    parameters = {
        "track": migration.track,
        "version": migration.version,
        "name": migration.name,
        "old": bytes.fromhex(old),
        "checksum": bytes.fromhex(migration.up.checksum),
        "down_checksum": bytes.fromhex(down.checksum) if down is not None else None,
        "targets": list(targets),
    }
    session.run(statement_text("adopt_checksum", history_schema), parameters)


def adopt_digest(
    session: Session, history_schema: str, track: str, old: str, digest: str, targets: Sequence[str]
) -> None:
    """Changes a digest, in targets that still have the old one."""
    parameters = {"track": track, "old": bytes.fromhex(old), "digest": bytes.fromhex(digest), "targets": list(targets)}
    session.run(statement_text("adopt_digest", history_schema), parameters)


def set_digest(session: Session, history_schema: str, target: Target, digest: str) -> None:
    """Writes the digest of all that is applied to a target."""
    parameters = {**target_row(target), "digest": bytes.fromhex(digest)}
    session.run(statement_text("record_target", history_schema), parameters)


def forget_target(session: Session, history_schema: str, target: Target) -> None:
    """Takes everything of a target out of what counts as applied; the log keeps what happened."""
    session.run(statement_text("forget_target", history_schema), target_row(target))


def write_log(
    session: Session,
    context: RunContext,
    target: Target,
    action: str,
    *,
    version: int | None,
    name: str,
    reason: str | None,
    detail: object = None,
) -> None:
    """Puts an act that is no step into the log."""
    attempt = Attempt(context.run_id, context.origin, 0.0, 0.0, 1)
    parameters = {
        **target_row(target),
        "version": version,
        "name": name,
        **_log(attempt, action, Outcome.DONE),
        "reason": reason,
        "detail": json.dumps(detail) if detail is not None else None,
    }
    session.run(statement_text("log", context.history), parameters)


def intend(session: Session, context: RunContext, step: Step, statement: Statement, *, existed: bool) -> None:
    """Writes down that a statement is about to run, and whether what it makes is there already."""
    parameters = _progress_row(context, step, statement.number - 1)
    parameters |= {"began": True, "existed": existed, "statement": statement.text}
    session.run(f"BEGIN; {OWN_ROLE}; {statement_text('record_progress', context.history)}; COMMIT", parameters)


def withdraw(session: Session, context: RunContext, step: Step, done: int) -> None:
    """Writes down how many statements have run, none being under way."""
    record, parameters = progress_after(context, step, done)
    session.run(f"BEGIN; {record}; COMMIT", parameters)


def progress_after(context: RunContext, step: Step, done: int) -> tuple[str, dict[str, object]]:
    """The statement that records how many statements have run, to be sent with COMMIT."""
    return f"{OWN_ROLE}; {statement_text('record_progress', context.history)}", _progress_row(context, step, done)


def forget_progress(history_schema: str) -> str:
    """The statement that ends what was half way; parameters `track` and `target`."""
    return statement_text("forget_progress", history_schema)


def _progress_row(context: RunContext, step: Step, done: int) -> dict[str, object]:
    return {
        **target_row(step.target),
        "version": step.version,
        "name": step.unit.name,
        "direction": step.direction.value,
        "checksum": bytes.fromhex(step.script.checksum),
        "rendered": bytes.fromhex(first_statements_checksum(step, done)),
        "done": done,
        "total": len(step.statements),
        "began": False,
        "existed": False,
        "statement": None,
        "run_id": context.run_id,
    }


def _log(attempt: Attempt, action: str, outcome: Outcome) -> dict[str, object]:
    return {
        "run_id": attempt.run_id,
        "action": action,
        "outcome": outcome.value,
        "duration": attempt.duration,
        "behind": attempt.behind,
        "lock_wait": attempt.lock_wait,
        "attempts": attempt.attempts,
        "actor": attempt.origin.actor,
        "host": attempt.origin.host,
        "tool": attempt.origin.tool,
        "git_commit": attempt.origin.git_commit,
        "sqlstate": None,
        "message": None,
        "reason": None,
        "detail": None,
    }

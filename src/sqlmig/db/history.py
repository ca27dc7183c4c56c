"""The history: what is applied per target, every attempt, every run, and the texts that ran.

It is central, in its own schema of the database that it speaks of, so that a change and its record commit together.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlmig import __version__
from sqlmig.db.context import Origin, RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import key_of
from sqlmig.db.session import Session, compose, quoted, text_of
from sqlmig.errors import ConnectionFailed, Refused
from sqlmig.plan.repair import Repair
from sqlmig.plan.results import Outcome, ServerError
from sqlmig.plan.resume import first_statements_checksum
from sqlmig.plan.status import LogEntry
from sqlmig.plan.values import Applied, Progress, Step, Target, TargetState
from sqlmig.project.checksums import ALGORITHM, rendered_checksum
from sqlmig.project.model import Direction, Migration, Repeatable, Script
from sqlmig.sql.statements import Statement, split

FORMAT = 1
"""Of the tables; a database with a higher one was written by a newer sqlmig."""


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
    duration: float
    lock_wait: float
    attempts: int


def prepare(session: Session, history_schema: str) -> None:
    """Makes the history's tables when they are not there, one run at a time.

    Raises:
        Refused: a newer sqlmig wrote them.
        ConnectionFailed: the role may not make them, or the server only reads.
    """
    found = _format(session, history_schema)
    if found is not None and found > FORMAT:
        raise Refused(
            f"the history in schema {history_schema} has format {found}, this sqlmig knows {FORMAT}",
            state="nothing was changed",
            next="upgrade sqlmig",
        )
    if found == FORMAT:
        return
    text = text_of("bootstrap").replace("{format}", str(FORMAT)).replace("{tool}", f"'sqlmig {__version__}'")
    key = {"key": key_of(history_schema, "history")}
    try:
        while not session.value("BEGIN; SELECT pg_catalog.pg_try_advisory_xact_lock(%(key)s)", key):
            session.rollback()
            time.sleep(0.05)
        session.run("SET LOCAL client_min_messages = warning")
        session.run(compose(text, history=history_schema))
        session.run("COMMIT")
    except ServerRefused as error:
        session.rollback()
        if error.said.sqlstate == "25006":
            raise ConnectionFailed(
                "the server only reads", state="nothing was changed", next="connect to the primary"
            ) from error
        if error.said.sqlstate == "42501":
            raise ConnectionFailed(
                f"the role may not create the history: {error.said.message}",
                state="nothing was changed",
                next=f"as an owner of the database: CREATE SCHEMA {quoted(history_schema)} AUTHORIZATION the_role;",
            ) from error
        raise


def exists(session: Session, history_schema: str) -> bool:
    """Whether sqlmig has ever written to this database."""
    return _format(session, history_schema) is not None


def _format(session: Session, history_schema: str) -> int | None:
    if session.value(_THERE, {"history": history_schema}) is None:
        return None
    found = session.value(compose("SELECT max(version) FROM {history}.format", history=history_schema))
    return int(found) if found is not None else None


_THERE = "SELECT pg_catalog.to_regclass(pg_catalog.quote_ident(%(history)s) || '.format')"


def read_states(
    session: Session, history_schema: str, targets: Sequence[Target], current: Mapping[str, str]
) -> dict[tuple[str, str], TargetState]:
    """What is applied to each of the targets.

    Rows of single migrations are read once per digest, and not at all for the digest that is up to date.

    Args:
        session: a session.
        history_schema: the history's schema.
        targets: whose states are wanted.
        current: by track, the digest that needs no closer look; empty to look at all.
    """
    wanted = {target.identity for target in targets}
    digests = {
        (track, key): digest
        for track, key, digest in session.rows(
            _named("states", history_schema), {"tracks": sorted({t for t, _ in wanted})}
        )
        if (track, key) in wanted
    }
    progress = _progress(session, history_schema)
    looked_at: dict[tuple[str, str], TargetState] = {}
    states: dict[tuple[str, str], TargetState] = {}
    for identity, digest in digests.items():
        same = (identity[0], digest)
        if same not in looked_at:
            closer = digest != current.get(identity[0])
            looked_at[same] = _state(session, history_schema, identity, digest) if closer else TargetState(digest)
        states[identity] = looked_at[same]
    for identity, begun in progress.items():
        if identity in wanted:
            state = states.get(identity, TargetState())
            states[identity] = TargetState(state.digest, state.applied, state.repeatables, begun)
    return states


def _state(session: Session, history_schema: str, identity: tuple[str, str], digest: str) -> TargetState:
    parameters = {"track": identity[0], "target": identity[1]}
    applied = tuple(
        Applied(version, name, checksum, down, at, baseline)
        for version, name, checksum, down, at, baseline in session.rows(_named("applied", history_schema), parameters)
    )
    repeatables = session.rows(_named("repeatables", history_schema), parameters)
    return TargetState(digest, applied, {row[0]: row[1] for row in repeatables})


def _progress(session: Session, history_schema: str) -> dict[tuple[str, str], Progress]:
    return {
        (row[0], row[1]): Progress(row[2], row[3], Direction(row[4]), *row[5:])
        for row in session.rows(_named("progress", history_schema))
    }


def rendered_checksums(
    session: Session, history_schema: str, versions: Mapping[str, AbstractSet[int]]
) -> dict[tuple[str, str, int], str]:
    """By track, target and version: what the targets got, for versions whose files changed."""
    found: dict[tuple[str, str, int], str] = {}
    for track, numbers in versions.items():
        parameters = {"track": track, "versions": sorted(numbers)}
        for target, version, rendered in session.rows(_named("rendered", history_schema), parameters):
            found[track, target, version] = rendered
    return found


def stored_migrations(
    session: Session, history_schema: str, track: str, versions: Iterable[int]
) -> tuple[Migration, ...]:
    """Migrations as the history stored them, for those whose files are gone."""
    parameters = {"track": track, "versions": sorted(versions)}
    found = []
    for row in session.rows(_named("stored", history_schema), parameters):
        version, name, up_checksum, up_path, up_body, up_macros, down_checksum, down_path, down_body, down_macros = row
        up = stored_script(up_path, up_body, up_checksum, up_macros)
        down = stored_script(down_path, down_body, down_checksum, down_macros) if down_checksum else None
        found.append(Migration(track, version, name, up, down))
    return tuple(found)


def stored_script(path: str, body: str, checksum: str, macros: Mapping[str, str]) -> Script:
    """A template as the history kept it; its directives are read again from its text."""
    from sqlmig.project.directives import FileKind, read_directives

    kind = FileKind.DOWN if path.endswith(".down.sql") else FileKind.UP
    # A directive that is no longer known was known when the script ran; the others still count.
    directives, _ = read_directives(body, path, kind)
    return Script(path, body, directives, checksum, macros)


def now(history_schema: str) -> str:
    """The last statement of a step's first message: server process, is the schema there, the target's digest."""
    return _text("now", history_schema)


def record_step(history_schema: str, step: Step, digest: str, attempt: Attempt) -> tuple[str, dict[str, object]]:
    """The statements that record a finished step, and their parameters; sent with COMMIT in one message."""
    name = "record_repeatable" if isinstance(step.unit, Repeatable) else "record_migration"
    text = f"{_text(f'{name}_{step.direction.value}', history_schema)}; {_text('record_target', history_schema)}"
    down = step.unit.down if isinstance(step.unit, Migration) else None
    parameters: dict[str, object] = {
        **_target(step.target),
        "version": step.version,
        "name": step.unit.name,
        "algorithm": ALGORITHM,
        "checksum": bytes.fromhex(step.script.checksum),
        "rendered": bytes.fromhex(rendered_checksum(step.sql.text)),
        "down_checksum": bytes.fromhex(down.checksum) if down is not None else None,
        "digest": bytes.fromhex(digest),
        **_log(attempt, step.direction.value, Outcome.DONE),
    }
    return f"{text}; {_text('log', history_schema)}", parameters


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
        **_target(step.target),
        "version": step.version,
        "name": step.unit.name,
        **_log(attempt, step.direction.value, outcome),
        "sqlstate": error.sqlstate if error is not None else None,
        "message": message,
    }
    session.run(_text("log", history_schema), parameters)


def store_scripts(session: Session, history_schema: str, scripts: Iterable[Script]) -> None:
    """Keeps the templates that a run is about to use, each once per checksum."""
    rows = {script.checksum: script for script in scripts}
    if rows:
        session.run(*scripts_rows(history_schema, list(rows.values())))


def scripts_of(steps: Iterable[Step]) -> Iterator[Script]:
    """The templates that steps are made of, with the down files that may be needed when theirs are gone."""
    for step in steps:
        yield step.script
        if step.unit.down is not None:
            yield step.unit.down


def scripts_rows(history_schema: str, scripts: Sequence[Script]) -> Message:
    """The statement that keeps templates."""
    return _text("store_scripts", history_schema), {
        "algorithm": ALGORITHM,
        "checksums": [bytes.fromhex(script.checksum) for script in scripts],
        "paths": [script.path for script in scripts],
        "bodies": [script.text for script in scripts],
        "macros": [json.dumps(dict(script.macros)) for script in scripts],
    }


def begin_run(
    session: Session, context: RunContext, command: str, targets: Sequence[Target], reason: str | None
) -> None:
    """Writes down that a run begins, with its frozen list of targets."""
    session.run(*run_row(context, command, targets, reason))


def run_row(context: RunContext, command: str, targets: Sequence[Target], reason: str | None) -> Message:
    """The statement that writes down that a run begins."""
    return _text("begin_run", context.history), {
        "run_id": context.run_id,
        "command": command,
        "actor": context.origin.actor,
        "host": context.origin.host,
        "tool": context.origin.tool,
        "git_commit": context.origin.git_commit,
        "reason": reason,
        "targets": json.dumps([{"track": t.track, "target": t.key, "schema": t.schema} for t in targets]),
    }


def finish_run(session: Session, context: RunContext, outcome: Outcome) -> None:
    """Writes down how a run ended."""
    session.run(*run_end(context, outcome))


def run_end(context: RunContext, outcome: Outcome) -> Message:
    """The statement that writes down how a run ended."""
    return _text("finish_run", context.history), {"run_id": context.run_id, "outcome": outcome.value}


def read_digests(session: Session, history_schema: str, tracks: Iterable[str]) -> dict[tuple[str, str], str]:
    """By track and target: the digest of what is applied. One query, however many targets there are."""
    rows = session.rows(_named("states", history_schema), {"tracks": sorted(tracks)})
    return {(track, key): digest for track, key, digest in rows}


def read_heads(session: Session, history_schema: str) -> dict[tuple[str, str], tuple[int, datetime.datetime]]:
    """By track and target: the highest applied version, and when the target changed last."""
    return {(row[0], row[1]): (row[2], row[3]) for row in session.rows(_named("heads", history_schema))}


def read_standings(session: Session, history_schema: str) -> dict[tuple[str, str], tuple[str, int]]:
    """By track and target: digest and highest version; empty when sqlmig was never here."""
    try:
        rows = session.rows(_named("standings", history_schema))
    except ServerRefused as error:
        if error.said.sqlstate != "42P01":
            raise
        return {}
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def read_unfinished(session: Session, history_schema: str) -> list[tuple[str, str, datetime.datetime, str, str]]:
    """Runs that never wrote down how they ended: id, command, beginning, actor, host."""
    return [(r[0], r[1], r[2], r[3], r[4]) for r in session.rows(_named("unfinished", history_schema))]


def read_log(
    session: Session, history_schema: str, *, schemas: Sequence[str], limit: int, run: str | None, failed: bool
) -> tuple[LogEntry, ...]:
    """Entries of the log, the newest first."""
    parameters = {"schemas": list(schemas), "limit": limit, "run": run, "failed": failed}
    return tuple(LogEntry(*row) for row in session.rows(_named("log", history_schema), parameters))


def existing_schemas(session: Session, schemas: Iterable[str]) -> frozenset[str]:
    """Those of the schemas that are there."""
    rows = session.rows(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY(%(names)s)", {"names": sorted(set(schemas))}
    )
    return frozenset(row[0] for row in rows)


def make_schema(session: Session, schema: str) -> None:
    """Makes the schema of a shared track."""
    session.run(compose("CREATE SCHEMA IF NOT EXISTS {schema}", schema=schema))


def mend_rows(session: Session, history_schema: str, repair: Repair, values: Mapping[str, object]) -> None:
    """Changes one row of what is applied; the row as it was goes into the log."""
    parameters = {**_target(repair.target), "version": repair.version, **values}
    session.run(_text(f"mend_{repair.mend.name.lower()}", history_schema), parameters)


def applied_row(session: Session, history_schema: str, target: Target, version: int) -> object:
    """A row of what is applied, as JSON, for the log."""
    return session.value(_named("row", history_schema), {**_target(target), "version": version})


def insert_baseline(session: Session, context: RunContext, target: Target, migration: Migration, rendered: str) -> None:
    """Makes a migration count as applied that sqlmig did not run."""
    parameters = {
        **_target(target),
        "version": migration.version,
        "name": migration.name,
        "algorithm": ALGORITHM,
        "checksum": bytes.fromhex(migration.up.checksum),
        "rendered": bytes.fromhex(rendered),
        "down_checksum": bytes.fromhex(migration.down.checksum) if migration.down is not None else None,
        "run_id": context.run_id,
    }
    session.run(_text("record_baseline", context.history), parameters)


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
    session.run(_text("adopt_checksum", history_schema), parameters)


def adopt_digest(
    session: Session, history_schema: str, track: str, old: str, digest: str, targets: Sequence[str]
) -> None:
    """Changes a digest, in targets that still have the old one."""
    parameters = {"track": track, "old": bytes.fromhex(old), "digest": bytes.fromhex(digest), "targets": list(targets)}
    session.run(_text("adopt_digest", history_schema), parameters)


def set_digest(session: Session, history_schema: str, target: Target, digest: str) -> None:
    """Writes the digest of all that is applied to a target."""
    parameters = {**_target(target), "digest": bytes.fromhex(digest)}
    session.run(_text("record_target", history_schema), parameters)


def forget_target(session: Session, history_schema: str, target: Target) -> None:
    """Takes everything of a target out of what counts as applied; the log keeps what happened."""
    session.run(_text("forget_target", history_schema), _target(target))


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
        **_target(target),
        "version": version,
        "name": name,
        **_log(attempt, action, Outcome.DONE),
        "reason": reason,
        "detail": json.dumps(detail) if detail is not None else None,
    }
    session.run(_text("log", context.history), parameters)


def read_progress(session: Session, history_schema: str, target: Target) -> Progress | None:
    """What an earlier run left half way in a target."""
    return _progress(session, history_schema).get(target.identity)


def same_work(progress: Progress | None, step: Step) -> bool:
    """Whether what is half way is this step, its first statements as they ran, so that it can go on."""
    if progress is None:
        return True
    ran = (progress.version, progress.name, progress.direction, progress.rendered)
    return ran == (step.version, step.unit.name, step.direction, first_statements_checksum(step, progress.done))


def statement_of(progress: Progress) -> Statement | None:
    """The statement that was begun."""
    found = split(progress.statement) if progress.statement else ()
    return found[0] if found else None


def intend(session: Session, context: RunContext, step: Step, statement: Statement, *, existed: bool) -> None:
    """Writes down that a statement is about to run, and whether what it makes is there already."""
    parameters = _progress_row(context, step, statement.number - 1)
    parameters |= {"began": True, "existed": existed, "statement": statement.text}
    session.run(f"BEGIN; {OWN_ROLE}; {_text('record_progress', context.history)}; COMMIT", parameters)


def withdraw(session: Session, context: RunContext, step: Step, done: int) -> None:
    """Writes down how many statements have run, none being under way."""
    record, parameters = progress_after(context, step, done)
    session.run(f"BEGIN; {record}; COMMIT", parameters)


def progress_after(context: RunContext, step: Step, done: int) -> tuple[str, dict[str, object]]:
    """The statement that records how many statements have run, to be sent with COMMIT."""
    return f"{OWN_ROLE}; {_text('record_progress', context.history)}", _progress_row(context, step, done)


def forget_progress(history_schema: str) -> str:
    """The statement that ends what was half way; parameters `track` and `target`."""
    return _text("forget_progress", history_schema)


def _progress_row(context: RunContext, step: Step, done: int) -> dict[str, object]:
    return {
        **_target(step.target),
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


def _target(target: Target) -> dict[str, object]:
    return {"track": target.track, "target": target.key, "schema_name": target.schema}


def _log(attempt: Attempt, action: str, outcome: Outcome) -> dict[str, object]:
    return {
        "run_id": attempt.run_id,
        "action": action,
        "outcome": outcome.value,
        "duration": attempt.duration,
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


def _named(name: str, history_schema: str) -> Any:
    return _text(f"read_{name}", history_schema)


def _text(name: str, history_schema: str) -> str:
    # A history schema with a per cent sign in its name must not look like a parameter.
    quoted = compose("{history}", history=history_schema).as_string().replace("%", "%%")
    return text_of(name).replace("{history}", quoted).strip().rstrip(";")

"""The history: what is applied per target, every attempt, every run, and the texts that ran.

It is central, in its own schema of the database that it speaks of, so that a change and its record commit together.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlmig import __version__
from sqlmig.db.composing import Composed, compose, quoted, text_of
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import key_of
from sqlmig.db.session import Row, Session, make_schema
from sqlmig.errors import ConnectionFailed, Refused
from sqlmig.plan.resume import first_statements_checksum
from sqlmig.plan.status import LogEntry
from sqlmig.plan.values import Applied, Progress, Step, Target, TargetState
from sqlmig.project.model import Direction, Migration, Script
from sqlmig.sql.identifiers import quote_literal
from sqlmig.sql.statements import Statement, split

FORMAT = 3
"""Of the tables; a database with a higher one was written by a newer sqlmig."""


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
    try:
        while not _made(session, history_schema):
            session.rollback()
            time.sleep(_PAUSE)
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


_PAUSE = 0.05
"""Seconds between two tries to be the one that makes the tables."""


def _made(session: Session, history_schema: str) -> bool:
    """Makes the tables unless another run is at it, or has just done it."""
    key = {"key": key_of(history_schema, "history")}
    if not session.value("BEGIN; SELECT pg_catalog.pg_try_advisory_xact_lock(%(key)s)", key):
        return False
    # The run that had the lock before may be writing by now: its tables shall not be locked to be made again.
    if _format(session, history_schema) == FORMAT:
        session.rollback()
        return True
    session.run("SET LOCAL client_min_messages = warning")
    if not existing_schemas(session, [history_schema]):
        # An owner may have made it: then the role needs no right to create schemas.
        make_schema(session, history_schema)
    session.run(bootstrap(history_schema))
    session.run("COMMIT")
    return True


def bootstrap(history_schema: str) -> Composed:
    """The statements that make the history's tables and functions, its schema being there."""
    tables = (
        text_of("bootstrap").replace("{format}", str(FORMAT)).replace("{tool}", quote_literal(f"sqlmig {__version__}"))
    )
    return compose(tables + "".join(map(text_of, _FURTHER)), history=history_schema)


def exists(session: Session, history_schema: str) -> bool:
    """Whether sqlmig has ever written to this database."""
    return _format(session, history_schema) is not None


def _format(session: Session, history_schema: str) -> int | None:
    # Asked for first: a service that looks again and again shall not fill the server's log with errors.
    if session.value(_THERE, {"history": history_schema}) is None:
        return None
    found = session.value(compose("SELECT max(version) FROM {history}.format", history=history_schema))
    return int(found) if found is not None else None


_FURTHER = ("tables_tenants", "tables_backups", "tables_undo", "functions")


_THERE = "SELECT pg_catalog.to_regclass(pg_catalog.quote_ident(%(history)s) || '.format')"


def read_states(
    session: Session, history_schema: str, targets: Sequence[Target], current: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], TargetState]:
    """What is applied to each of the targets.

    Rows of single migrations are read once per digest, and not at all for the digest that is up to date.

    Args:
        session: a session.
        history_schema: the history's schema.
        targets: whose states are wanted.
        current: by track and target, the digest that needs no closer look; empty to look at all.
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
    looked_at: dict[tuple[str, str, bool], TargetState] = {}
    states: dict[tuple[str, str], TargetState] = {}
    for identity, digest in digests.items():
        closer = digest != current.get(identity)
        same = (identity[0], digest, closer)
        if same not in looked_at:
            looked_at[same] = _state(session, history_schema, identity, digest) if closer else TargetState(digest)
        states[identity] = looked_at[same]
    for identity, begun in progress.items():
        if identity in wanted:
            state = states.get(identity, TargetState())
            states[identity] = TargetState(state.digest, state.applied, state.repeatables, begun)
    return states


def _state(session: Session, history_schema: str, identity: tuple[str, str], digest: str) -> TargetState:
    parameters = {"track": identity[0], "target": identity[1]}
    applied = tuple(Applied(*row) for row in session.rows(_named("applied", history_schema), parameters))
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
    return statement_text("now", history_schema)


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
    return standings_of(rows)


def standings_of(rows: Iterable[Row]) -> dict[tuple[str, str], tuple[str, int]]:
    """By track and target: digest and highest version."""
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


def applied_row(session: Session, history_schema: str, target: Target, version: int) -> object:
    """A row of what is applied, as JSON, for the log."""
    return session.value(_named("row", history_schema), {**target_row(target), "version": version})


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


def _named(name: str, history_schema: str) -> Any:
    return statement_text(f"read_{name}", history_schema)


def target_row(target: Target) -> dict[str, object]:
    """The parameters that say which target a row is of."""
    return {"track": target.track, "target": target.key, "schema_name": target.schema}


def statement_text(name: str, history_schema: str) -> str:
    """A statement of `db/queries`, the history's schema put in, ready for parameters."""
    # A history schema with a per cent sign in its name must not look like a parameter.
    quoted = compose("{history}", history=history_schema).as_string().replace("%", "%%")
    return text_of(name).replace("{history}", quoted).strip().rstrip(";")

"""The history's rows of backups, and what of the history goes into one."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmig.db import history
from sqlmig.db.composing import quoted, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.history import statement_text
from sqlmig.db.locks import held_locks, key_of
from sqlmig.db.session import Session
from sqlmig.plan.backups import BackupRow, BackupState


def backup_key(history_schema: str, backup_id: str) -> int:
    """The key of the advisory lock that the session which writes a backup holds."""
    return key_of(history_schema, "backup", backup_id)


def read_backups(session: Session, history_schema: str) -> tuple[BackupRow, ...]:
    """All backups that the history knows, the newest first."""
    if not history.exists(session, history_schema):
        return ()
    rows = session.rows(statement_text("backup_list", history_schema))
    running = [row[0] for row in rows if row[5] == BackupState.RUNNING.value]
    alive = _alive(session, history_schema, running)
    return tuple(_row(row, alive) for row in rows)


def begin_backup(session: Session, context: RunContext, row: Mapping[str, object]) -> None:
    """Writes down that a backup begins; the session holds its lock until it ends or lets go.

    Args:
        session: outside of a transaction.
        context: of the run.
        row: `backup_id`, `target`, `slug`, `schema_name`, `url`, `reason`, `run_id`.
    """
    key = backup_key(context.history, str(row["backup_id"]))
    session.run("SELECT pg_catalog.pg_try_advisory_lock(%(key)s)", {"key": key})
    session.run(statement_text("backup_begin", context.history), {**row, "host": context.origin.host})


def end_backup(
    session: Session,
    history_schema: str,
    backup_id: str,
    state: BackupState,
    *,
    manifest: Mapping[str, Any] | None = None,
    size: int | None = None,
    message: str | None = None,
) -> None:
    """Writes down how a backup ended."""
    parameters = {
        "backup_id": backup_id,
        "state": state.value,
        "manifest": json.dumps(manifest or {}),
        "bytes": size,
        "message": message,
    }
    session.run(statement_text("backup_end", history_schema), parameters)
    key = backup_key(history_schema, backup_id)
    session.run("SELECT pg_catalog.pg_advisory_unlock(%(key)s)", {"key": key})


def pruned(session: Session, history_schema: str, backup_id: str) -> None:
    """Writes down that a backup's files are gone."""
    session.run(statement_text("backup_pruned", history_schema), {"backup_id": backup_id})


def rows_of(session: Session, history_schema: str, target: str, tracks: Sequence[str]) -> dict[str, Any]:
    """Everything that the history says of one tenant, as JSON: by table, a list of rows."""
    parameters = {"target": target, "tracks": list(tracks)}
    found: dict[str, Any] = json.loads(session.value(statement_text("backup_rows", history_schema), parameters))
    return found


def heads_of(session: Session, history_schema: str, target: str, tracks: Sequence[str]) -> list[tuple[str, int, str]]:
    """Where one tenant stands: track, highest version, digest in hex."""
    parameters = {"target": target, "tracks": list(tracks)}
    return [
        (row[0], row[1], row[2]) for row in session.rows(statement_text("backup_heads", history_schema), parameters)
    ]


def put_rows(
    session: Session, history_schema: str, target: str, tracks: Sequence[str], rows: Mapping[str, Any]
) -> None:
    """Puts what `rows_of` gave in the place of what the history says of a tenant, in the open transaction."""
    parameters: dict[str, object] = {name: json.dumps(rows[name]) for name in rows if name != "target"}
    parameters |= {"target": target, "tracks": list(tracks), "heads": json.dumps(rows["target"])}
    parameters["log_table"] = f"{quoted(history_schema)}.log"
    session.run(statement_text("backup_put_rows", history_schema), parameters)


def outside(session: Session, schema: str) -> tuple[str, str] | None:
    """A table of the schema, and one elsewhere that holds rows of it; None when there is none."""
    rows = session.rows(text_of("backup_outside"), {"schema": schema})
    return (rows[0][0], rows[0][1]) if rows else None


def extension_in(session: Session, schema: str) -> str | None:
    """An extension that was made in the schema; None when there is none."""
    found: str | None = session.value(text_of("backup_extension"), {"schema": schema})
    return found


def _alive(session: Session, history_schema: str, backup_ids: Collection[str]) -> frozenset[str]:
    """Those that a session still writes."""
    if not backup_ids:
        return frozenset()
    keys = {backup_key(history_schema, backup_id): backup_id for backup_id in backup_ids}
    return frozenset(lock.label for lock in held_locks(session, keys))


def _row(row: tuple[Any, ...], alive: frozenset[str]) -> BackupRow:
    state = BackupState(row[5])
    if state is BackupState.RUNNING and row[0] not in alive:
        state = BackupState.INTERRUPTED
    backup_id, target, slug, schema, url = row[:5]
    return BackupRow(backup_id, target, slug, schema, url, state, *row[6:])

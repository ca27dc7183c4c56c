"""Schemas that step aside for a restore: renamed in its transaction, with what goes on looking at them."""

from __future__ import annotations

from sqlmig.backups.loading import insisting
from sqlmig.db import history
from sqlmig.db.composing import compose, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.dump import LoadingSession
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.db.tenantschemas import writers
from sqlmig.errors import LockNotObtained
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.project.names import MAX_NAME_BYTES
from sqlmig.sql.identifiers import quote_ident


def move_away(session: Session, schema: str, name: str) -> str | None:
    """Renames a schema, when it is there; its new name."""
    if not history.existing_schemas(session, [schema]):
        return None
    rename(session, schema, name)
    return name


def rename(session: Session, old: str, new: str) -> None:
    """Renames a schema."""
    session.run(compose("ALTER SCHEMA {old} RENAME TO {new}", old=old, new=new))


def kept_name(run_id: str, schema: str) -> str:
    """What the schema that was there before is called from then on."""
    return _fitting(f"_before_restore_{run_id[:8]}_{schema}")


def aside_name(run_id: str, schema: str) -> str:
    """What the schema of another tenant is called while the dump runs under its name; nobody ever sees that."""
    return _fitting(f"_aside_{run_id[:8]}_{schema}")


def wait_for_writers(session: LoadingSession, context: RunContext, kept: str) -> None:
    """Lets those finish who write to the old tables, and nobody begin: none shall write half here, half there.

    Raises:
        LockNotObtained: somebody wrote for too long.
        Interrupted: it was asked to stop.
    """
    tables = session.value(text_of("backup_tables"), {"schema": kept})
    if not tables:
        return
    session.set_local({"lock_timeout": context.config.apply.lock_timeout})
    try:
        insisting(session, context, lambda: session.run(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
    except ServerRefused as error:
        if session.broken or remedy(error.said.sqlstate, error.said.message) is not Remedy.RETRY:
            raise
        who = "; ".join(map(str, writers(session, kept))) or "who it is could not be seen"
        raise LockNotObtained(
            f"somebody still writes to the tables that the restore replaces: {who}",
            state="everything was rolled back: nothing was changed",
            next="let that end, keep the application away, then run the command again",
        ) from error


def left_behind(session: Session, schema: str) -> list[str]:
    """Notes on what will go on looking at a schema that steps aside."""
    if not history.existing_schemas(session, [schema]):
        return []
    rows = session.rows(text_of("backup_dependents"), {"schema": quote_ident(schema)})
    notes = [f"{row[0]} still looks at the old schema: make it anew" for row in rows[:_NAMED]]
    return notes + ([f"and {len(rows) - _NAMED} more"] if len(rows) > _NAMED else [])


_NAMED = 5


def _fitting(name: str) -> str:
    while len(name.encode()) > MAX_NAME_BYTES:
        name = name[:-1]
    return name

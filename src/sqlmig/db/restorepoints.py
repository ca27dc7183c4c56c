"""A restore point before a run, so that point-in-time recovery knows where to go."""

from __future__ import annotations

import json

from sqlmig.db.composing import text_of
from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import statement_text
from sqlmig.db.session import Session
from sqlmig.plan.restorepoints import RestorePoint, read_point


def make_restore_point(session: Session, run_id: str) -> RestorePoint | None:
    """Names the moment in the server's WAL; one round trip.

    Args:
        session: outside of a transaction, before the run's first change.
        run_id: the run; its id is part of the name.

    Returns:
        Without a name where the role may not make one; None when the server told nothing at all. A run goes on either
        way: nobody is helped by a migration that does not begin.
    """
    try:
        return read_point(session.value(text_of("restore_point"), {"name": f"sqlmig_{run_id}"}))
    except ServerRefused:
        if session.broken:
            raise
        return None


def record(session: Session, history_schema: str, run_id: str, point: RestorePoint) -> None:
    """Writes a run's restore point into the history; the run has been written down."""
    values = {"run_id": run_id, "point": json.dumps(point.stored)}
    session.run(statement_text("restore_point_record", history_schema), values)


def recorded(session: Session, history_schema: str, run_id: str) -> RestorePoint | None:
    """The restore point of a run; None when it has none."""
    stored = session.value(statement_text("restore_point_of", history_schema), {"run_id": run_id})
    return None if stored is None else read_point(stored)

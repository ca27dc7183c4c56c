"""Backups whose files go, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmig.backups.settings import located
from sqlmig.backups.stores import storage_errors
from sqlmig.db.backups import pruned
from sqlmig.db.context import Stop
from sqlmig.db.session import Session
from sqlmig.errors import Interrupted, SqlmigError
from sqlmig.plan.backups import Prunable
from sqlmig.project.config.values import Config


@dataclass(frozen=True, slots=True)
class Pruned:
    """What became of a backup that may go."""

    prunable: Prunable
    error: SqlmigError | None = None


def prune_backup(session: Session, config: Config, one: Prunable, stop: Stop) -> Pruned:
    """Removes a backup's files, the manifest first, and writes that down afterwards.

    Whoever is killed in between leaves an incomplete backup, which the next prune takes up again. After a request to
    stop nothing is begun.
    """
    backup = one.backup
    if stop.requested:
        return Pruned(
            one, Interrupted("stopped on request", state="it is there", next="run `sqlmig backup prune` again")
        )
    try:
        store, folder = located(config, backup.url)
        with storage_errors(store):
            store.remove(folder)
    except SqlmigError as error:
        return Pruned(one, error)
    pruned(session, config.history_schema, backup.backup_id)
    return Pruned(one)

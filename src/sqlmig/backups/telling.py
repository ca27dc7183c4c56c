"""What can go wrong while a backup is made, in words."""

from __future__ import annotations

from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.programs import ProgramFailed
from sqlmig.db.errors import ServerRefused
from sqlmig.errors import Interrupted, SqlmigError


def backup_error(slug: str, error: Exception, *, stopped: bool) -> SqlmigError:
    """An error in words; a complete backup was not made.

    Args:
        slug: the tenant's.
        error: what went wrong.
        stopped: whether somebody had asked to stop.
    """
    state = "it is marked as failed; `sqlmig backup prune` removes what is there of it"
    if stopped:
        return Interrupted(f"the backup of tenant {slug} was stopped on request", state=state, next="run it again")
    match error:
        case ProgramFailed():
            return BackupFailed(
                f"the backup of tenant {slug} failed: pg_dump: {error}", state=state, next=_advice(str(error))
            )
        case ServerRefused():
            said = error.said.message
            return BackupFailed(f"the backup of tenant {slug} failed: {said}", state=state, next=_advice(said))
        case SqlmigError():
            return type(error)(
                f"the backup of tenant {slug} failed: {error.message}", state=error.state or state, next=error.next
            )
    return BackupFailed(f"the backup of tenant {slug} failed: {error!r}", state=state)


def _advice(said: str) -> str:
    if "row-level security" in said:
        return "let the role see every row: ALTER ROLE ... BYPASSRLS; a backup of some rows would be none"
    # pg_dump limits the wait for its locks with statement_timeout.
    if "lock timeout" in said or "statement timeout" in said:
        return "somebody changes the schema; run it again, or raise backup.lock_timeout"
    if "permission denied" in said:
        return "back up as the owner of the schema, or as a role that may read all of it (pg_read_all_data)"
    return "put that right, then run it again"

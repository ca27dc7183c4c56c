"""What can go wrong with a backup, as errors."""

from __future__ import annotations

from sqlmig.errors import SqlmigError


class BackupFailed(SqlmigError):
    """A backup could not be made, read or restored; the tenant is as it was."""

    exit_status = 3


def missing_extra(what: str) -> BackupFailed:
    """A package that only some backups need is not installed."""
    return BackupFailed(
        f"{what} needs packages that are not installed",
        state="nothing was changed",
        next="pip install 'sqlmig[backup]'",
    )

"""What can go wrong with a backup, as errors."""

from __future__ import annotations

from sqlmig.errors import BackupFailed as BackupFailed  # who speaks of backups knows it by this module
from sqlmig.errors import UsageError


def missing_extra(what: str) -> UsageError:
    """A package that only some backups need is not installed."""
    return UsageError(
        f"{what} needs packages that are not installed",
        state="nothing was changed",
        next="pip install 'sqlmig[backup]'",
    )

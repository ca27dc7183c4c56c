"""Whether a backup can be trusted: read back from where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.keys import Unlocking
from sqlmig.backups.manifest import Manifest
from sqlmig.backups.opening import Feeding, Stored, check_stored, read_rows, stored, unlock
from sqlmig.backups.programs import ProgramFailed, find_program, running
from sqlmig.db.context import Stop
from sqlmig.errors import SqlmigError
from sqlmig.plan.backups import BackupRow
from sqlmig.project.config.values import Config


class Depth(Enum):
    """How far a backup was read. The values are public: they stand in JSON."""

    STORED = "stored"
    """Its checksums are right; there was no key to look inside."""
    CONTENT = "content"
    """It was decrypted and unpacked to its end, and pg_restore reads it."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading a backup back gave."""

    backup: BackupRow
    depth: Depth | None
    """None when it failed, or was not read to its end."""
    entries: int | None = None
    """How many entries pg_restore lists."""
    error: SqlmigError | None = None


def verify(config: Config, row: BackupRow, unlocking: Unlocking, stop: Stop) -> Verified:
    """Reads a backup back.

    Args:
        config: the project's.
        row: the backup.
        unlocking: what it can be decrypted with; with nothing of that, only what is stored is checked.
        stop: ends the reading; the error says so then.
    """
    try:
        found = stored(config, row, stop)
        check_stored(found)
        if not _has_key(found.manifest, unlocking):
            return Verified(row, Depth.STORED)
        return Verified(row, Depth.CONTENT, _entries(found, unlocking))
    except SqlmigError as error:
        return Verified(row, None, error=error)


def _has_key(manifest: Manifest, unlocking: Unlocking) -> bool:
    by_passphrase = manifest.passphrase and unlocking.passphrase is not None
    return not manifest.encrypted or by_passphrase or unlocking.identity is not None


def _entries(found: Stored, unlocking: Unlocking) -> int:
    """Reads all parts to their end, and counts what pg_restore lists.

    Raises:
        BackupFailed: they cannot be read.
    """
    opened = unlock(found, unlocking)
    read_rows(opened)
    program = find_program("pg_restore", int(found.manifest.versions.pg_dump.partition(".")[0]))
    try:
        with running(program, ["--list"], {}) as listing:
            feeding = Feeding(opened, listing.stdin, whole=True)
            lines = listing.stdout.read().splitlines()
            feeding.finish()
            listing.finish()
    except ProgramFailed as error:
        raise BackupFailed(f"pg_restore cannot read backup {found.manifest.backup_id}: {error}") from error
    return sum(1 for line in lines if line and not line.startswith(b";"))

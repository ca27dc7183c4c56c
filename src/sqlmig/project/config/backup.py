"""The sections `backup` and `undo` of the configuration, as values."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from sqlmig.project.config.backupkinds import BACKUP_URL, KEPT_FOR, PASSPHRASE, RECIPIENTS, SIZE
from sqlmig.project.config.keys import Key, Needed, Section
from sqlmig.project.config.kinds import LIMIT, MAX_WORKERS, choice, whole
from sqlmig.project.config.origin import Unset
from sqlmig.project.sizes import NO_SIZE, Size
from sqlmig.secret import Secret

_KEPT = whole(0, 100_000)


@dataclass(frozen=True, slots=True)
class KeepConfig:
    """Which backups `sqlmig backup prune` keeps."""

    daily: Annotated[int, Key(_KEPT, "For so many days with a backup, the last one of the day.")] = 7
    weekly: Annotated[int, Key(_KEPT, "For so many weeks with a backup, the last one of the week.")] = 4
    monthly: Annotated[int, Key(_KEPT, "For so many months with a backup, the last one of the month.")] = 12


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """Where backups of tenants go, and how they are written."""

    url: Annotated[
        Secret | Unset | None,
        Key(
            BACKUP_URL,
            "Where backups are kept: a folder, absolute or relative to that of `sqlmig.yaml`, or a URL that fsspec"
            " knows (`sqlmig[backup]`). A variable in it must be set only for a command that needs it.",
            variables=Needed.WHEN_USED,
        ),
    ] = None
    recipients: Annotated[
        tuple[str, ...],
        Key(
            RECIPIENTS,
            "The age public keys that backups are encrypted for: only who has one of the private keys can read them.",
        ),
    ] = ()
    passphrase: Annotated[
        Secret | Unset | None,
        Key(
            PASSPHRASE,
            "Instead of `recipients`: a passphrase. Keep it out of the file: `${BACKUP_PASSPHRASE}`; the variable must"
            " be set only for a command that needs it.",
            variables=Needed.WHEN_USED,
        ),
    ] = None
    compression: Annotated[
        Literal["zstd", "gzip", "none"],
        Key(choice("zstd", "gzip", "none"), "How backups are compressed. `zstd` needs `sqlmig[backup]`."),
    ] = "gzip"
    workers: Annotated[int, Key(whole(1, MAX_WORKERS), "How many tenants are backed up at once.")] = 2
    keep: Annotated[KeepConfig, Key(Section(KeepConfig), "Which backups of a tenant `sqlmig backup prune` keeps.")] = (
        field(default_factory=KeepConfig)
    )
    lock_timeout: Annotated[
        str, Key(LIMIT, "How long a backup waits for the locks that it reads under, before it fails.")
    ] = "30s"


@dataclass(frozen=True, slots=True)
class UndoConfig:
    """What is copied before a statement destroys it."""

    below: Annotated[
        Size,
        Key(
            SIZE,
            "What a destructive statement is about to drop is copied first, when it is at most so big, and `sqlmig"
            " rollback` brings it back. `0` copies nothing.",
        ),
    ] = NO_SIZE
    """Bytes."""
    keep: Annotated[str, Key(KEPT_FOR, "How long such a copy is kept.")] = "7d"

"""What the configuration says of backups, ready for use: the store is open, the keys are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlmig.backups.keys import Encryption, Unlocking, encryption
from sqlmig.backups.sealing import need_package_of
from sqlmig.backups.stores import Store, open_store
from sqlmig.errors import ConfigError, UsageError
from sqlmig.project.config.origin import Unset
from sqlmig.project.config.values import Config
from sqlmig.project.durations import milliseconds
from sqlmig.secret import Secret, mask_url


@dataclass(frozen=True, slots=True)
class Settings:
    """How a backup is written."""

    store: Store
    encryption: Encryption | None
    recipients: tuple[str, ...]
    """The public keys as people write them."""
    compression: str
    lock_timeout: int
    """Milliseconds."""


def writing(config: Config, to: str | None) -> Settings:
    """What new backups are written with.

    Args:
        config: the project's.
        to: a folder or URL in place of the configured one.

    Raises:
        UsageError: it is not said where backups go, or a package is missing.
        ConfigError: a process variable is not set.
    """
    backup = config.backup
    need_package_of(backup.compression)
    return Settings(
        open_store(to or _configured_url(config), config.root),
        encryption(backup.recipients, passphrase(config)),
        backup.recipients,
        backup.compression,
        milliseconds(backup.lock_timeout),
    )


def unlocking(config: Config, identity: Path | None) -> Unlocking:
    """What backups are read with. A passphrase that is not set is not missed before it is needed."""
    return Unlocking(identity, None if isinstance(config.backup.passphrase, Unset) else config.backup.passphrase)


def located(config: Config, url: str) -> tuple[Store, str]:
    """The store of a backup, and its folder in there.

    Args:
        config: the project's.
        url: the backup's, as the history has it: without a secret that the configured one may have.

    Raises:
        UsageError: no backup can be there, or a package is missing.
    """
    try:
        base, slug, backup_id = url.rstrip("/").rsplit("/", 2)
    except ValueError:
        message = f"{mask_url(url)} is no backup's folder: those are SLUG/ID in the place that has the backups"
        raise UsageError(message, next="`sqlmig backup list` shows where they are") from None
    configured = _url(config)
    if configured is not None:
        store = open_store(configured, config.root)
        if store.url == base:
            return store, f"{slug}/{backup_id}"
    return open_store(base, config.root), f"{slug}/{backup_id}"


def passphrase(config: Config) -> Secret | None:
    """The configured passphrase.

    Raises:
        ConfigError: a process variable that it needs is not set.
    """
    value = config.backup.passphrase
    if isinstance(value, Unset):
        raise ConfigError(list(value.problems))
    return value


def _configured_url(config: Config) -> str:
    value = config.backup.url
    if isinstance(value, Unset):
        raise ConfigError(list(value.problems))
    if value is None:
        raise UsageError(
            "it is not said where backups go",
            state="nothing was changed",
            next="set backup.url in sqlmig.yaml, or give --to FOLDER",
        )
    return value.reveal()


def _url(config: Config) -> str | None:
    return config.backup.url.reveal() if isinstance(config.backup.url, Secret) else None

"""Who can read a backup: age public keys, a passphrase, or everybody.

pyrage encrypts a stream for public keys only. For a passphrase each backup gets an age identity of its own: the parts
are encrypted for that, and the identity with the passphrase. So every object is an ordinary age file:

    age -d key.age > identity; age -d -i identity dump.gz.age
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmig.backups.failures import BackupFailed, missing_extra
from sqlmig.backups.manifest import KEY, Manifest
from sqlmig.backups.stores import Store, read_whole, storage_errors
from sqlmig.errors import UsageError
from sqlmig.secret import Secret


@dataclass(frozen=True, slots=True)
class Encryption:
    """What parts are encrypted with."""

    recipients: tuple[Any, ...]
    """As pyrage has them."""
    key: bytes | None
    """The backup's own identity, encrypted with the passphrase; None without one."""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """What the caller has to read encrypted backups with."""

    identity: Path | None = None
    """A file with private age keys, one a line, or an OpenSSH key."""
    passphrase: Secret | None = None


def encryption(recipients: Sequence[str], passphrase: Secret | None) -> Encryption | None:
    """What a new backup is encrypted with; None when no key is configured.

    Raises:
        UsageError: pyrage is not installed, or a recipient is no public key.
    """
    if not recipients and passphrase is None:
        return None
    pyrage = _pyrage()
    known = [_recipient(pyrage, text) for text in recipients]
    if passphrase is None:
        return Encryption(tuple(known), None)
    own = pyrage.x25519.Identity.generate()
    wrapped = pyrage.passphrase.encrypt(str(own).encode(), passphrase.reveal())
    return Encryption((*known, own.to_public()), wrapped)


def identities(store: Store, folder: str, manifest: Manifest, unlocking: Unlocking) -> list[Any] | None:
    """What a backup is decrypted with; None when it is not encrypted.

    Raises:
        BackupFailed: nothing that was given opens it.
    """
    if not manifest.encrypted:
        return None
    pyrage = _pyrage()
    found = _from_file(pyrage, unlocking.identity) if unlocking.identity is not None else []
    if manifest.passphrase and unlocking.passphrase is not None:
        with storage_errors(store):
            wrapped = read_whole(store, f"{folder}/{KEY}")
        try:
            own = pyrage.passphrase.decrypt(wrapped, unlocking.passphrase.reveal())
        except pyrage.DecryptError:
            if not found:
                raise BackupFailed(
                    f"the passphrase does not open backup {manifest.backup_id}",
                    state="nothing was changed",
                    next=f"set backup.passphrase to the one of {manifest.made_at[:10]}",
                ) from None
        else:
            found.append(pyrage.x25519.Identity.from_str(own.decode()))
    if not found:
        raise BackupFailed(
            f"backup {manifest.backup_id} is encrypted, and {_missing(manifest)}",
            state="nothing was changed",
            next="give the private key with --identity FILE, or set backup.passphrase"
            if manifest.passphrase
            else f"give the private key of {' or '.join(manifest.recipients)} with --identity FILE",
        )
    return found


def wrong_key(manifest: Manifest) -> BackupFailed:
    """None of the keys opens it."""
    whom = " or ".join(manifest.recipients) or "its passphrase"
    return BackupFailed(
        f"the key does not open backup {manifest.backup_id}: it is encrypted for {whom}",
        state="nothing was changed",
        next="give the private key of that with --identity FILE",
    )


def _missing(manifest: Manifest) -> str:
    return "no key was given" if manifest.recipients else "backup.passphrase is not set"


def _from_file(pyrage: Any, file: Path) -> list[Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--identity: {file} cannot be read: {error}") from None
    keys: list[Any]
    if text.startswith("-----BEGIN"):
        keys = [text.encode()]
        read = pyrage.ssh.Identity.from_buffer
    else:
        keys = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        read = pyrage.x25519.Identity.from_str
    try:
        found = [read(key) for key in keys]
    except pyrage.IdentityError:
        found = []
    if not found:
        # What stands in the file is not repeated: it may be a key after all.
        raise UsageError(f"--identity: {file} holds no private age key", next="`age-keygen -o FILE` makes one")
    return found


def _recipient(pyrage: Any, text: str) -> Any:
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise UsageError(f"backup.recipients: '{text}' is no age public key") from None


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise missing_extra("an encrypted backup") from None
    return pyrage

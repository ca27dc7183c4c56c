"""A backup that is there: found, its manifest read and compared, its parts checked and opened."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.keys import Unlocking, identities, wrong_key
from sqlmig.backups.manifest import DUMP, NAME, ROWS, Manifest, Part, manifest_json, read_manifest
from sqlmig.backups.sealing import Damaged, Sink, WrongKey, stored_sums, unseal
from sqlmig.backups.settings import located
from sqlmig.backups.stores import StoppableStore, Store, read_whole, storage_errors
from sqlmig.db.context import Stop
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.backups import BackupRow, BackupState
from sqlmig.project.config.values import Config


@dataclass(frozen=True, slots=True)
class Stored:
    """A complete backup where it is kept."""

    store: Store
    folder: str
    manifest: Manifest
    target: str
    """The tenant's key as the history has it: where that is the schema's name, it follows a rename."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup with what it is decrypted with."""

    stored: Stored
    identities: Sequence[Any] | None


def find(known: Sequence[BackupRow], name: str) -> BackupRow:
    """The backup whose id begins with a text.

    Args:
        known: all that the history knows.
        name: an id, or its beginning.

    Raises:
        UsageError: there is none, or several.
    """
    found = [row for row in known if row.backup_id.startswith(name)]
    if not found:
        raise UsageError(f"there is no backup '{name}'", next="`sqlmig backup list` shows them")
    if len(found) > 1:
        ids = ", ".join(row.backup_id for row in found[:3])
        raise UsageError(f"{len(found)} backups begin with '{name}': {ids}", next="write more of the id")
    return found[0]


def stored(config: Config, row: BackupRow, stop: Stop) -> Stored:
    """A backup that the history knows, its manifest being the one that the history has.

    Args:
        config: the project's.
        row: the backup.
        stop: ends whatever is read of it.

    Raises:
        Interrupted: it was asked to stop.
        Refused: it is not complete, or was removed.
        BackupFailed: it is not there, or somebody changed the manifest.
    """
    if row.state is not BackupState.DONE:
        why = {
            BackupState.RUNNING: "is still being written",
            BackupState.FAILED: f"failed: {row.message}",
            BackupState.INTERRUPTED: "was interrupted, and is not complete",
            BackupState.PRUNED: "was removed by `sqlmig backup prune`",
        }
        raise Refused(
            f"backup {row.backup_id} {why[row.state]}",
            state="nothing was changed",
            next="`sqlmig backup list` shows the others",
        )
    found = stored_at(config, row.url, stop)
    if manifest_differs(found.manifest, row):
        raise BackupFailed(
            f"the manifest of backup {row.backup_id} is not the one that the history has",
            state="nothing was changed",
            next=f"find out who wrote {found.store.url}/{found.folder}; what is in there cannot be trusted",
        )
    return replace(found, target=row.target)


def stored_at(config: Config, url: str, stop: Stop) -> Stored:
    """A backup by the URL of its folder: for one that the history does not know.

    Raises:
        Interrupted: it was asked to stop.
        BackupFailed: there is none, or it cannot be read.
    """
    place, folder = located(config, url)
    store = StoppableStore(place, stop)
    with storage_errors(store):
        try:
            text = read_whole(store, f"{folder}/{NAME}")
        except FileNotFoundError:
            raise BackupFailed(
                f"there is no complete backup in {store.url}/{folder}",
                state="nothing was changed",
                next="somebody removed its files; `sqlmig backup list` shows the others",
            ) from None
    try:
        manifest = read_manifest(text)
    except ValueError as error:
        raise BackupFailed(
            f"{store.url}/{folder}/{NAME} cannot be read: {error}", state="nothing was changed"
        ) from None
    return Stored(store, folder, manifest, manifest.target)


def manifest_differs(manifest: Manifest, row: BackupRow) -> bool:
    """Whether a stored manifest is another one than the history has."""
    return bool(json.loads(json.dumps(manifest_json(manifest))) != dict(row.manifest))


def check_stored(found: Stored) -> None:
    """Reads every part as it is stored; no key is needed.

    Raises:
        BackupFailed: a part is not what was written.
    """
    for part in found.manifest.parts:
        with storage_errors(found.store):
            try:
                with found.store.reader(f"{found.folder}/{part.name}") as file:
                    size, sha256 = stored_sums(file)
            except FileNotFoundError:
                raise damaged(found, part, "it is not there") from None
        if size != part.stored_bytes:
            raise damaged(found, part, f"it has {size:,} bytes, and {part.stored_bytes:,} were written")
        if sha256 != part.stored_sha256:
            raise damaged(found, part, "its checksum is not the one of what was written")


def unlock(found: Stored, unlocking: Unlocking) -> Opened:
    """A backup, ready to be read.

    Raises:
        BackupFailed: nothing that was given opens it.
    """
    return Opened(found, identities(found.store, found.folder, found.manifest, unlocking))


def read_rows(opened: Opened) -> dict[str, Any]:
    """The registry's row and the history's rows.

    Raises:
        BackupFailed: they are damaged, or the key does not open them.
    """
    content = io.BytesIO()
    read_part(opened, ROWS, content)
    rows: dict[str, Any] = json.loads(content.getvalue())
    return rows


def read_part(opened: Opened, name: str, sink: Sink) -> None:
    """Reads a part from its beginning to its end, and checks it.

    Raises:
        BackupFailed: it is damaged, or the key does not open it.
    """
    found = opened.stored
    part = found.manifest.part(name)
    try:
        with storage_errors(found.store), found.store.reader(f"{found.folder}/{part.name}") as file:
            read = unseal(file, part.name, sink, found.manifest.compression, opened.identities)
    except WrongKey:
        raise wrong_key(found.manifest) from None
    except Damaged as error:
        raise damaged(found, part, str(error)) from None
    if read != part:
        raise damaged(found, part, "its checksum is not the one of what was written")


class Feeding(threading.Thread):
    """Reads a backup's dump into a program, which may stop reading when it has what it wants."""

    def __init__(self, opened: Opened, sink: IO[bytes], *, whole: bool) -> None:
        super().__init__(name="sqlmig-backup", daemon=True)
        self._opened = opened
        self._sink = sink
        self._whole = whole
        self._deaf = False
        self._given_up = False
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        """Reads; what goes wrong is kept for `finish`."""
        try:
            read_part(self._opened, DUMP, self)
        except _EnoughError:
            pass
        except Exception as error:  # noqa: BLE001  it is raised again, on the caller's thread
            self._error = error
        finally:
            with contextlib.suppress(BrokenPipeError, ValueError):
                self._sink.close()

    def write(self, data: bytes) -> None:
        """Gives the program what it still wants; the rest is read for its checksum only."""
        if self._given_up:
            raise _EnoughError
        if self._deaf:
            return
        try:
            self._sink.write(data)
        except (BrokenPipeError, ValueError):
            if not self._whole:
                raise _EnoughError from None
            self._deaf = True

    def give_up(self) -> None:
        """Nobody wants the rest."""
        self._given_up = True

    def finish(self) -> None:
        """Waits for the end of the reading.

        Raises:
            BackupFailed: the dump is damaged, or cannot be read.
        """
        self.join()
        if self._error is not None:
            raise self._error


class _EnoughError(Exception):
    """The program has what it wants."""


def damaged(found: Stored, part: Part, why: str) -> BackupFailed:
    """A part is not what was written."""
    return BackupFailed(
        f"backup {found.manifest.backup_id} is damaged: {part.name}: {why}",
        state="nothing was changed",
        next="take another one: `sqlmig backup list`",
    )

"""Where backups are kept: a folder, or whatever fsspec knows. Objects are written whole, read as streams, removed.

A backup is a folder `SLUG/ID`. Its manifest is its last object and appears at once or not at all, so that whoever finds
one finds a complete backup.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from sqlmig.backups.failures import BackupFailed, missing_extra
from sqlmig.db.context import Stop
from sqlmig.errors import Interrupted, UsageError
from sqlmig.secret import mask_url


class Store(Protocol):
    """One place for backups. Names are paths with forward slashes, below that place."""

    @property
    def url(self) -> str:
        """The place, without a secret."""

    def writer(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """A new object, there when the block ends, and gone when that raises."""

    def reader(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """An object as a stream.

        Raises:
            FileNotFoundError: it is not there.
        """

    def remove(self, folder: str) -> None:
        """Removes a backup's folder, the manifest first; one that is not there is no error."""


def open_store(url: str, root: Path) -> Store:
    """The store of a URL.

    Args:
        url: a folder, or a URL that fsspec knows.
        root: what a folder is relative to.

    Raises:
        UsageError: fsspec, or what it needs for this kind of URL, is not installed.
    """
    if "://" not in url:
        return FolderStore(root / url)
    if url.startswith("file://"):
        return FolderStore(Path(url.removeprefix("file://")))
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise missing_extra(f"a backup at {mask_url(url)}") from None
    try:
        filesystem, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(
            f"{mask_url(url)} cannot be used: {error}",
            state="nothing was changed",
            next="install what fsspec needs for it, such as s3fs (it comes with sqlmig[backup]), gcsfs or adlfs",
        ) from None
    return FsspecStore(filesystem, path.rstrip("/"), mask_url(url).rstrip("/"))


def read_whole(store: Store, name: str) -> bytes:
    """A small object."""
    with store.reader(name) as file:
        return file.read()


def write_whole(store: Store, name: str, content: bytes) -> None:
    """A small object."""
    with store.writer(name) as file:
        file.write(content)


@contextmanager
def storage_errors(store: Store) -> Iterator[None]:
    """Says in sqlmig's words what a store refuses."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise unusable(store, error) from error
    except Exception as error:
        # The errors of a cloud's client come from a module that may not be installed.
        if type(error).__module__.partition(".")[0] not in _CLIENTS:
            raise
        raise unusable(store, error) from error


_CLIENTS = ("botocore", "aiobotocore", "aiohttp", "fsspec", "s3fs", "gcsfs", "google", "adlfs", "azure")


def unusable(store: Store, error: Exception) -> BackupFailed:
    """A store that refuses to be read or written."""
    said = mask_url(str(error)) or type(error).__name__
    return BackupFailed(
        f"{store.url} cannot be used: {said}",
        state="what was not complete counts as no backup; `sqlmig backup prune` removes it",
        next="check that the place is there, and that the credentials may read, write and delete",
    )


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A folder; files are for their owner only."""

    folder: Path

    @property
    def url(self) -> str:
        """The folder's path."""
        return str(self.folder)

    @contextmanager
    def writer(self, name: str) -> Iterator[BinaryIO]:
        """A new file under a temporary name, on the disk and renamed when the block ends."""
        file = self.folder / name
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = file.with_name(file.name + ".partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
                yield opened
                opened.flush()
                os.fsync(opened.fileno())
            partial.rename(file)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync(file.parent)

    @contextmanager
    def reader(self, name: str) -> Iterator[BinaryIO]:
        """A file."""
        with (self.folder / name).open("rb") as file:
            yield file

    def remove(self, folder: str) -> None:
        """Removes a folder, its manifest first."""
        whole = self.folder / folder
        # Where a part of the path is a file, there never was a folder either.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (whole / "manifest.json").unlink()
        shutil.rmtree(whole, ignore_errors=not whole.exists())
        with contextlib.suppress(OSError):
            whole.parent.rmdir()


@dataclass(frozen=True, slots=True)
class FsspecStore:
    """A filesystem of fsspec. An object store shows an object when it is whole, so nothing is renamed."""

    filesystem: Any
    path: str
    url: str

    @contextmanager
    def writer(self, name: str) -> Iterator[BinaryIO]:
        """A new object; what was sent of one that fails is given up."""
        path = f"{self.path}/{name}"
        if _OBJECT_STORES.isdisjoint(_protocols(self.filesystem)):
            self.filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
        opened = self.filesystem.open(path, "wb")
        try:
            yield cast("BinaryIO", opened)
        except BaseException:
            # The object may be there in part; without a manifest it counts as nothing.
            with contextlib.suppress(Exception):
                opened.discard()
            opened.closed = True
            with contextlib.suppress(Exception):
                self.filesystem.rm_file(path)
            raise
        opened.close()

    @contextmanager
    def reader(self, name: str) -> Iterator[BinaryIO]:
        """An object, read in the order of its bytes."""
        with self.filesystem.open(f"{self.path}/{name}", "rb", cache_type="readahead") as opened:
            yield opened

    def remove(self, folder: str) -> None:
        """Removes all objects below a folder, the manifest first."""
        self.filesystem.invalidate_cache()
        for name in ("/manifest.json", ""):
            with contextlib.suppress(FileNotFoundError):
                self.filesystem.rm(f"{self.path}/{folder}{name}", recursive=not name)


_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "obs", "oci", "b2"})
"""Where there are no folders to make, and making one would make a bucket."""


def _protocols(filesystem: Any) -> frozenset[str]:
    names = filesystem.protocol
    return frozenset([names] if isinstance(names, str) else names)


@dataclass(frozen=True, slots=True)
class StoppableStore:
    """A store that is read until somebody asks to stop: a backup may take hours to be read."""

    store: Store
    stop: Stop

    @property
    def url(self) -> str:
        """The place, without a secret."""
        return self.store.url

    def writer(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """As the store does it."""
        return self.store.writer(name)

    @contextmanager
    def reader(self, name: str) -> Iterator[BinaryIO]:
        """As the store does it; reading raises `Interrupted` after a request to stop."""
        with self.store.reader(name) as file:
            yield cast("BinaryIO", _StoppableFile(file, self.stop))

    def remove(self, folder: str) -> None:
        """As the store does it."""
        self.store.remove(folder)


@dataclass(frozen=True, slots=True)
class _StoppableFile:
    """An object that is read until somebody asks to stop."""

    file: BinaryIO
    stop: Stop

    def read(self, size: int = -1) -> bytes:
        if self.stop.requested:
            raise Interrupted("stopped on request", state="nothing was changed", next="run the command again")
        return self.file.read(size)


def _sync(folder: Path) -> None:
    """Puts a renamed file's new name on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""A plain stream to what is stored, and back: compressed, encrypted, measured on both sides. Memory stays flat.

source -> measured -> compressed -> encrypted -> measured -> stored
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Protocol

from sqlmig.backups.failures import missing_extra
from sqlmig.backups.keys import Encryption
from sqlmig.backups.manifest import Part

_CHUNK = 1 << 16


class Source(Protocol):
    """A plain stream; its end is an empty answer."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""


class Sink(Protocol):
    """Takes a plain stream."""

    def write(self, data: bytes, /) -> object:
        """All of the bytes."""


class Damaged(Exception):
    """What is stored is not what was written; the text says what is wrong."""


class WrongKey(Exception):
    """None of the keys opens it."""


def seal(name: str, source: Source, stored: BinaryIO, compression: str, encryption: Encryption | None) -> Part:
    """Writes a plain stream as a part of a backup.

    Raises:
        Exception: whatever the source or the sink raised.
    """
    plain, written = _Reading(source), _Writing(stored)
    packed = _Packed(plain, compression)
    if encryption is None:
        while data := packed.read(_CHUNK):
            written.write(data)
    else:
        import pyrage

        try:
            pyrage.encrypt_io(packed, written, encryption.recipients)
        except Exception:
            # pyrage tells of a stream's error in words of its own.
            if (raised := plain.error or written.error) is not None:
                raise raised from None
            raise
    return Part(name, written.size, written.sha256, plain.size, plain.sha256)


def need_package_of(compression: str) -> None:
    """Insists on what a compression needs, before anything is written.

    Raises:
        UsageError: it is not installed.
    """
    if compression == "zstd":
        _zstandard()


def unseal(stored: BinaryIO, name: str, sink: Sink, compression: str, identities: Sequence[Any] | None) -> Part:
    """Reads a part of a backup into a sink, and says what was read.

    Raises:
        WrongKey: none of the identities opens it.
        Damaged: it cannot be decrypted or unpacked.
        Exception: whatever the sink raised.
    """
    read, plain = _Reading(stored), _Writing(sink)
    unpacked = _Unpacked(plain, compression)
    if identities is None:
        while data := read.read(_CHUNK):
            unpacked.write(data)
    else:
        _decrypt(read, unpacked, identities)
    unpacked.finish()
    # What stands behind the end of the encrypted stream is damage too.
    while read.read(_CHUNK):
        pass
    return Part(name, read.size, read.sha256, plain.size, plain.sha256)


def stored_sums(stored: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256 (hex) of what is stored."""
    read = _Reading(stored)
    while read.read(_CHUNK):
        pass
    return read.size, read.sha256


def _decrypt(read: _Reading, unpacked: _Unpacked, identities: Sequence[Any]) -> None:
    import pyrage

    try:
        pyrage.decrypt_io(read, unpacked, identities)
    except Exception as error:  # noqa: BLE001  pyrage gives errors of streams on as several kinds; all are raised again
        if (raised := read.error or unpacked.error) is not None:
            raise raised from None
        if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
            raise WrongKey from None
        raise Damaged(f"it cannot be decrypted: {error}") from None


class _Reading:
    """Measures what is read through it, and keeps the error that ends it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0
        self.error: Exception | None = None

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int = _CHUNK) -> bytes:
        try:
            data = self._source.read(size if size > 0 else _CHUNK)
        except Exception as error:
            self.error = error
            raise
        self._hash.update(data)
        self.size += len(data)
        return data


class _Writing:
    """Measures what is written through it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._hash = hashlib.sha256()
        self.size = 0
        self.error: Exception | None = None

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        try:
            self._sink.write(data)
        except Exception as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Whoever opened the sink flushes it."""


class _Packed:
    """A stream, compressed, to be read in pieces."""

    def __init__(self, source: _Reading, compression: str) -> None:
        self._pieces = _packed(source, compression)
        self._rest = b""

    def read(self, size: int) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def _packed(source: _Reading, compression: str) -> Iterator[bytes]:
    packer: Any = None
    if compression == "gzip":
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    elif compression == "zstd":
        packer = _zstandard().ZstdCompressor().compressobj()
    while data := source.read(_CHUNK):
        yield packer.compress(data) if packer is not None else data
    if packer is not None:
        yield packer.flush()


class _Unpacked:
    """A sink that unpacks what it is given, and keeps the error that ends it."""

    def __init__(self, plain: _Writing, compression: str) -> None:
        self._plain = plain
        self._unpacker: Any = None
        self._unpacker_error: type[Exception] = zlib.error
        if compression == "gzip":
            self._unpacker = zlib.decompressobj(_GZIP)
        elif compression == "zstd":
            self._unpacker = _zstandard().ZstdDecompressor().decompressobj()
            self._unpacker_error = _zstandard().ZstdError
        self.error: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            self._plain.write(self._unpack(data))
        except Exception as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Whoever opened the sink flushes it."""

    def finish(self) -> None:
        """Nothing more comes.

        Raises:
            Damaged: there should have been more.
        """
        if self._unpacker is not None and not self._unpacker.eof:
            raise Damaged("it ends too early")

    def _unpack(self, data: bytes) -> bytes:
        if self._unpacker is None:
            return data
        if self._unpacker.eof:
            raise Damaged("there is something behind its end")
        try:
            unpacked: bytes = self._unpacker.decompress(data)
        except self._unpacker_error as error:
            raise Damaged(f"it cannot be unpacked: {error}") from None
        return unpacked


_GZIP = 16 + zlib.MAX_WBITS


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise missing_extra("a backup compressed with zstd") from None
    return zstandard

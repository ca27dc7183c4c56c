"""Checksums: SHA-256 of what people wrote and of what a target got. What goes in is fixed; see docs/file-format.md."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlmig.sql.canonical import canonical, canonical_of
from sqlmig.sql.statements import Statement

ALGORITHM = 1
"""Stored with every row; a row is always checked with its own algorithm."""


def normalised(data: bytes) -> str:
    """A file's text without byte order mark, every line end a line feed.

    Raises:
        UnicodeDecodeError: the bytes are not UTF-8.
    """
    return data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def source_checksum(text: str, macros: Mapping[str, str]) -> str:
    """The checksum of a normalised template and of every macro file that it imports, in hexadecimal."""
    digest = hashlib.sha256()
    for part in (text, *(part for name in sorted(macros) for part in (name, macros[name]))):
        data = part.encode()
        # The length goes in front, so that text moved from one part to the next is seen.
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def statements_checksum(statements: Iterable[Statement]) -> str:
    """`rendered_checksum` of a text that is cut into its statements already."""
    return hashlib.sha256(canonical_of(statements).encode()).hexdigest()


def rendered_checksum(sql: str) -> str:
    """The checksum of what a target got: its tokens, comments and white space left out, in hexadecimal."""
    return hashlib.sha256(canonical(sql).encode()).hexdigest()


def state_digest(applied: Iterable[tuple[int, str]], repeatables: Iterable[tuple[str, str]]) -> str:
    """One value for all that is applied to a target.

    A target is up to date exactly when its digest is the one that its track's files give.

    Args:
        applied: (version, source checksum) of each applied migration.
        repeatables: (name, source checksum) of each applied repeatable.
    """
    digest = StateDigest(applied)
    return digest.value(repeatables)


class StateDigest:
    """A digest that follows migrations one by one; one above all others costs no new start."""

    def __init__(self, applied: Iterable[tuple[int, str]]) -> None:
        """Takes (version, source checksum) of each applied migration."""
        self._applied = dict(applied)
        self._restart()

    def add(self, version: int, checksum: str) -> None:
        """A migration was applied."""
        self._applied[version] = checksum
        if version > self._highest:
            self._update(version, checksum)
        else:
            self._restart()

    def remove(self, version: int) -> None:
        """A migration was taken back."""
        self._applied.pop(version, None)
        self._restart()

    def value(self, repeatables: Iterable[tuple[str, str]]) -> str:
        """The digest with these repeatables, by name and source checksum, in hexadecimal."""
        digest = self._versions.copy()
        for name, checksum in sorted(repeatables):
            digest.update(f"{name}~{checksum}\n".encode())
        return digest.hexdigest()

    def _restart(self) -> None:
        self._versions = hashlib.sha256()
        self._highest = 0
        for version, checksum in sorted(self._applied.items()):
            self._update(version, checksum)

    def _update(self, version: int, checksum: str) -> None:
        self._versions.update(f"{version}={checksum}\n".encode())
        self._highest = version

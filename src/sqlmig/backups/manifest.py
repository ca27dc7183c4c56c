"""What stands beside a backup: a plain JSON document without secrets. It is written last: without it nothing counts."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

FORMAT: Final = "sqlmig.backup/1"
NAME: Final = "manifest.json"
DUMP: Final = "dump"
"""The part that pg_dump wrote."""
ROWS: Final = "rows"
"""The part with the registry's row, the history's rows and the tenant's state, as JSON."""
KEY: Final = "key.age"
"""Where there is a passphrase: the backup's own age identity, encrypted with it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One object of a backup: what is stored, and the plain stream that it was made of."""

    name: str
    stored_bytes: int
    stored_sha256: str
    plain_bytes: int
    plain_sha256: str


@dataclass(frozen=True, slots=True)
class TrackHead:
    """Where a tenant stood in one track."""

    track: str
    version: int
    """The highest applied version; 0 when none was."""
    digest: str
    """Hex, of all that was applied."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Of the programs that took part."""

    server: str
    pg_dump: str
    sqlmig: str
    history: int
    """The format of the history's tables."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of, and how it can be read and checked."""

    backup_id: str
    made_at: str
    """ISO 8601, by the server's clock: the moment that the backup shows."""
    slug: str
    schema: str
    target: str
    """The registry's id: the tenant's key in the history."""
    versions: Versions
    tracks: tuple[TrackHead, ...]
    fingerprint: str
    """Hex, of the schema's catalog, its own name taken out."""
    aspects: Mapping[str, str]
    """The same for each aspect of it, so that it can be said what differs."""
    compression: str
    """`zstd`, `gzip` or `none`."""
    recipients: tuple[str, ...]
    """The age public keys that can read it."""
    passphrase: bool
    """Whether a passphrase can read it."""
    parts: tuple[Part, ...]
    reason: str | None = None

    @property
    def encrypted(self) -> bool:
        """Whether a key is needed to read it."""
        return bool(self.recipients) or self.passphrase

    @property
    def folder(self) -> str:
        """Where it is below its place."""
        return folder_of(self.slug, self.backup_id)

    @property
    def bytes(self) -> int:
        """What all parts take where they are stored."""
        return sum(part.stored_bytes for part in self.parts)

    def part(self, name: str) -> Part:
        """The part that `name` begins with: DUMP or ROWS."""
        return next(part for part in self.parts if part.name.partition(".")[0] == name)


def folder_of(slug: str, backup_id: str) -> str:
    """Where a backup is below its place; a slug may be any text."""
    return f"{quote(slug, safe='')}/{backup_id}"


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    """The document."""
    return {"format": FORMAT, **dataclasses.asdict(manifest)}


def manifest_text(manifest: Manifest) -> bytes:
    """The document as it is stored."""
    return (json.dumps(manifest_json(manifest), indent=2, ensure_ascii=False) + "\n").encode()


def read_manifest(text: bytes | str) -> Manifest:
    """The value of a stored document.

    Raises:
        ValueError: it is none, or of another format.
    """
    return manifest_of(json.loads(text))


def manifest_of(document: Mapping[str, Any]) -> Manifest:
    """The value of a document that was read already.

    Raises:
        ValueError: it is none, or of another format.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        said = document.get("format") if isinstance(document, Mapping) else None
        raise ValueError(f"its format is {said!r}, this sqlmig reads {FORMAT!r}")
    try:
        values = {field.name: document[field.name] for field in dataclasses.fields(Manifest)}
        values["versions"] = Versions(**values["versions"])
        values["tracks"] = tuple(TrackHead(**one) for one in values["tracks"])
        values["parts"] = tuple(Part(**one) for one in values["parts"])
        values["recipients"] = tuple(values["recipients"])
        return Manifest(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is damaged: {error}") from error


def part_name(part: str, compression: str, *, encrypted: bool) -> str:
    """The object's name, by which people see how to read it: `dump.gz.age`."""
    packed = {"zstd": ".zst", "gzip": ".gz", "none": ""}[compression]
    return f"{part}{packed}{'.age' if encrypted else ''}"

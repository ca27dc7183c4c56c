"""Snapshots: a track's head as one script, kept beside the track, from which a new tenant is made in one message.

The script is a template like every other; see docs/snapshots.md. Its head says which files it stands for, so that one
that is stale is never run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.plan.resolve import track_digest
from sqlmig.project.checksums import source_checksum
from sqlmig.project.config.values import Config, TrackConfig
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Directives, Script, Track
from sqlmig.project.textfile import read_text

FORMAT: Final = "1"
"""Of the file: another one is refused."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a tenant track's files make, as one script."""

    track: str
    digest: str
    """Of a target that has all of the track, as the history keeps it (hex)."""
    fingerprint: str
    """`Fingerprint.portable` of a schema that is made from it, on a server of version `server`."""
    text: str = field(repr=False)
    """The whole file: a template, to be rendered with the tenant's scope and run with the tenant's search path."""
    path: str
    """Relative to the project's root."""
    server: int = 0
    """The major version of the server on which it was proved; others may write the same objects in other words."""
    reads: tuple[str, ...] = ()
    """What the track's templates read besides the tenant: `vars.app_role`, `env`. Their values stand in the script."""
    values: str = ""
    """SHA-256 (hex) of what those values were."""
    provision: str = ""
    """The checksum of provision.sql, whose grants and default privileges the fingerprint includes."""

    @property
    def script(self) -> Script:
        """The file as templates are rendered."""
        return Script(self.path, self.text, Directives(), source_checksum(self.text, {}))

    def fits(self, scope: Mapping[str, object]) -> bool:
        """Whether the values that stand in the script are those of this scope."""
        return values_digest(self.reads, scope) == self.values


def snapshot_path(config: Config, track: Track | TrackConfig) -> str:
    """Where a track's snapshot is kept, relative to the project's root: beside the track's folder."""
    del config  # The rule needs nothing of it yet.
    return (PurePosixPath(track.path).parent / "snapshot" / f"{track.name}.sql").as_posix()


def read_snapshot(files: ProjectFiles, track: Track) -> Snapshot | None:
    """The snapshot that stands for a track's files as they are now.

    Returns:
        None when there is none, or it is stale: files of the track, provision.sql or variables have changed since.

    Raises:
        ProjectError: the file is damaged.
    """
    found = kept_snapshot(files.config, track)
    if found is None or found.digest != track_digest(track) or found.provision != provision_checksum(files):
        return None
    return found if found.fits(files.scope("", None)) else None


def kept_snapshot(config: Config, track: Track) -> Snapshot | None:
    """The snapshot on disk, stale or not; None when there is none.

    Raises:
        ProjectError: the file is damaged.
    """
    path = snapshot_path(config, track)
    file = config.root / path
    if not file.exists():
        return None
    text = read_text(file, path)
    if isinstance(text, Problem):
        raise ProjectError([text])
    return parse_snapshot(text, path, track.name)


def compose_snapshot(
    files: ProjectFiles, track: Track, script: str, *, fingerprint: str, server: int, reads: Iterable[str]
) -> Snapshot:
    """A snapshot with its head.

    Args:
        files: the project.
        track: what it stands for.
        script: the template.
        fingerprint: of a schema that it makes.
        server: the major version of the server that says so.
        reads: what the track's templates read besides the tenant.
    """
    names = tuple(sorted(reads))
    values = values_digest(names, files.scope("", None))
    path, provision = snapshot_path(files.config, track), provision_checksum(files)
    digest = track_digest(track)
    content = hashlib.sha256(script.encode()).hexdigest()
    said = " ".join((values, *names))
    head = (track.name, FORMAT, digest, fingerprint, str(server), provision or "none", said, content)
    lines = (f"-- {key}: {value}\n" for key, value in zip(_KEYS, head, strict=True))
    text = "".join((_TITLE, *lines, "\n", script))
    return Snapshot(track.name, digest, fingerprint, text, path, server, names, values, provision)


def parse_snapshot(text: str, path: str, track: str) -> Snapshot:
    """Reads a snapshot's text.

    Raises:
        ProjectError: it is none, or not as it was made.
    """
    lines = text.split("\n")
    found: dict[str, str] = {}
    for number, key in enumerate(_KEYS, start=2):
        line = lines[number - 1] if number <= len(lines) else ""
        match = re.fullmatch(rf"-- {key}: (.+)", line)
        if match is None:
            raise _damaged(f"line {number} of a snapshot reads `-- {key}: ...`", path, number, line)
        found[key] = match[1]
        if key == "format" and match[1] != FORMAT:
            raise _damaged(f"format {match[1]} is not known, only {FORMAT}", path, number, line)
    script = "\n".join(lines[len(_KEYS) + 2 :])
    last = len(_KEYS) + 1
    if hashlib.sha256(script.encode()).hexdigest() != found["content"]:
        raise _damaged("what follows was changed after the snapshot was made", path, last, lines[last - 1])
    if found["track"] != track:
        raise _damaged(f"this is the snapshot of track {found['track']}, not {track}", path, 2, lines[1])
    values, *reads = found["values"].split()
    server = int(found["postgres"]) if found["postgres"].isdecimal() else 0
    provision = "" if found["provision"] == "none" else found["provision"]
    return Snapshot(track, found["digest"], found["fingerprint"], text, path, server, tuple(reads), values, provision)


def provision_checksum(files: ProjectFiles) -> str:
    """The checksum of provision.sql with its macros (hex); empty when there is none."""
    script = files.lifecycle("provision")
    return script.checksum if script is not None else ""


def values_digest(names: Iterable[str], scope: Mapping[str, object]) -> str:
    """SHA-256 of what a scope gives for names such as `vars.app_role` and `env`, in hexadecimal."""
    variables = scope.get("vars")
    given = variables if isinstance(variables, Mapping) else {}
    values = [[name, scope.get("env") if name == "env" else given.get(name.removeprefix("vars."))] for name in names]
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


_TITLE: Final = "-- Made by `sqlmig snapshot` from the files of a track; do not edit, make it again.\n"
_KEYS: Final = ("track", "format", "digest", "fingerprint", "postgres", "provision", "values", "content")


def _damaged(message: str, path: str, line: int, excerpt: str) -> ProjectError:
    return ProjectError(
        [Problem(f"the snapshot is damaged: {message}", Place(path, line, None, excerpt), "run `sqlmig snapshot`")]
    )

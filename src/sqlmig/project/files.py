"""Files: finds and reads the migrations of a track, and says everything that is wrong with them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlmig.errors import Place, Problem
from sqlmig.project.directives import FileKind
from sqlmig.project.model import Migration, Requirement, Scope, Script, Track, version_label
from sqlmig.project.nearest import did_you_mean
from sqlmig.project.repeatables import REPEATABLES, read_repeatables
from sqlmig.project.scripts import Reading
from sqlmig.project.templates import Templates

MAX_VERSION = 2**63 - 1
"""Versions are stored as bigint."""
MAX_GAP = 1000
"""The widest gap in a sequence that may be an oversight."""

_NAME = re.compile(r"(?P<version>[0-9]+)_(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*)\.(?P<kind>up|down|verify)\.sql")
_KINDS = {"up": FileKind.UP, "down": FileKind.DOWN, "verify": FileKind.VERIFY}


def read_track(
    root: Path,
    name: str,
    path: str,
    scope: Scope,
    schema: str | None,
    templates: Templates,
    texts: Mapping[Path, str] | None = None,
) -> tuple[Track, tuple[Problem, ...]]:
    """Reads all files of a track: those that are in order, and everything that is wrong with the others.

    Args:
        root: the project's folder.
        name: the track's name.
        path: the track's folder, relative to `root`.
        scope: where the track runs.
        schema: the schema of a shared track, None on a tenant track.
        templates: knows the macro files.
        texts: what stands in place of files, by their paths below `root`.
    """
    reading = Reading(root, templates, texts=texts or {})
    folder = root / path
    migrations = _pairs(name, _numbered(reading, reading.sql_files(folder)), reading)
    repeatables = read_repeatables(name, reading, folder / REPEATABLES)
    return Track(name, scope, path, schema, migrations, repeatables), tuple(reading.problems)


def read_further_repeatables(
    root: Path, track: Track, path: str, templates: Templates, texts: Mapping[Path, str] | None = None
) -> tuple[Track, tuple[Problem, ...]]:
    """Reads a folder of repeatables that some targets of a track get behind those that all of them get.

    Returns:
        A part of the track that has these only, and what is wrong with them.
    """
    reading = Reading(root, templates, texts=texts or {})
    found = read_repeatables(track.name, reading, root / path, track.repeatables)
    return Track(track.name, track.scope, path, track.schema, (), found), tuple(reading.problems)


def next_version(track: Track) -> str:
    """The number that a new migration of the track gets, in the digits that the track's files use."""
    if not track.migrations:
        return version_label(1)
    return f"{track.head + 1:0{len(_digits(track.migrations[-1]))}d}"


def gaps(track: Track) -> tuple[int, ...]:
    """The numbers that a zero-padded sequence leaves out between its first and its last.

    Timestamps have none. Numbers more than `MAX_GAP` apart begin a new block, and nothing is missing between them.
    """
    padded = [migration for migration in track.migrations if _digits(migration).startswith("0")]
    if not padded:
        return ()
    width = len(_digits(padded[0]))
    versions = [migration.version for migration in track.migrations if len(_digits(migration)) == width]
    return tuple(
        missing for one, other in pairwise(versions) if other - one <= MAX_GAP for missing in range(one + 1, other)
    )


def _digits(migration: Migration) -> str:
    """The version as the file's name writes it."""
    return Path(migration.up.path).name.split("_")[0]


def requirement_problems(tracks: Sequence[Track], parts: Iterable[Track] = ()) -> list[Problem]:
    """Every `requires` that names a track or a version that there is not; `parts` are further files of the tracks."""
    by_name = {track.name: track for track in tracks}
    return [
        Problem(message, Place(script.path), "correct the track and the version")
        for track in (*tracks, *parts)
        for script in (*(m.up for m in track.migrations), *(r.script for r in track.repeatables))
        for wanted in script.directives.requires
        if (message := _unmeetable(wanted, by_name)) is not None
    ]


def _unmeetable(wanted: Requirement, tracks: dict[str, Track]) -> str | None:
    track = tracks.get(wanted.track)
    if track is None:
        return f"requires track '{wanted.track}'; {did_you_mean(wanted.track, tracks)}"
    if track.scope is Scope.TENANT:
        return f"requires '{wanted.track}', a tenant track; only shared tracks can be required"
    if track.migration(wanted.version) is None:
        return f"requires {wanted.track} {version_label(wanted.version)}, which has no file"
    return None


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A file of a pair, known by its name alone."""

    file: Path
    version: int
    name: str
    kind: str


def _numbered(reading: Reading, files: Iterable[Path]) -> list[_Numbered]:
    found = []
    for file in files:
        match = _NAME.fullmatch(file.name)
        if match is None:
            reading.problem(
                file, "is no migration's name", "name it NUMBER_name.up.sql, .down.sql or .verify.sql, or move it away"
            )
        elif not 1 <= int(match["version"]) <= MAX_VERSION:
            reading.problem(file, f"has number {match['version']}; numbers go from 1 to {MAX_VERSION}", "renumber it")
        else:
            found.append(_Numbered(file, int(match["version"]), match["name"], match["kind"]))
    return found


def _pairs(track: str, files: Sequence[_Numbered], reading: Reading) -> tuple[Migration, ...]:
    by_version: dict[int, list[_Numbered]] = {}
    for file in files:
        by_version.setdefault(file.version, []).append(file)
    found = (_pair(track, by_version[version], reading) for version in sorted(by_version))
    return tuple(migration for migration in found if migration is not None)


def _pair(track: str, files: Sequence[_Numbered], reading: Reading) -> Migration | None:
    by_kind = {kind: [file for file in files if file.kind == kind] for kind in _KINDS}
    if not by_kind["up"]:
        first = files[0]
        wanted = f"{first.file.name.split('_')[0]}_{first.name}.up.sql"
        reading.problem(first.file, "has no up file", f"write {wanted}, or delete this file")
        return None
    up = by_kind["up"][0]
    _name_strangers(by_kind, reading)
    own = {kind: next((file for file in same if file.name == up.name), None) for kind, same in by_kind.items()}
    scripts = {kind: reading.script(file.file, _KINDS[kind]) for kind, file in own.items() if file is not None}
    script = scripts["up"]
    if script is None:
        return None
    _refuse_contradiction(script, by_kind["down"], reading)
    return Migration(track, up.version, up.name, script, scripts.get("down"), scripts.get("verify"))


def _name_strangers(by_kind: dict[str, list[_Numbered]], reading: Reading) -> None:
    """Files that share a number with others, but belong to no pair with them."""
    up = by_kind["up"][0]
    names = {file.name for file in by_kind["up"]}
    for kind, same in by_kind.items():
        for other in same:
            if other.name not in names:
                reading.problem(
                    other.file,
                    f"has number {version_label(up.version)}, but another name than {up.file.name}",
                    "give both files of a pair the same name, or one of them another number",
                )
            elif other is not same[0] and (kind == "up" or len(names) == 1):
                reading.problem(
                    other.file,
                    f"has the number of {same[0].file.name}: {version_label(up.version)} is taken",
                    "give the newer one the next free number",
                )


def _refuse_contradiction(up: Script, downs: Sequence[_Numbered], reading: Reading) -> None:
    if up.directives.irreversible is not None and downs:
        message = f"takes back {Path(up.path).name}, which says that it is irreversible"
        reading.problem(downs[0].file, message, "delete this file, or take the directive out of the up file")

"""Files: finds and reads the migrations of a track, and says everything that is wrong with them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.project.checksums import normalised, source_checksum
from sqlmig.project.directives import FileKind, read_directives
from sqlmig.project.model import Migration, Repeatable, Scope, Script, Track, version_label
from sqlmig.project.nearest import did_you_mean
from sqlmig.project.templates import Templates

MAX_VERSION = 2**63 - 1
"""Versions are stored as bigint."""

_NAME = re.compile(r"(?P<version>\d+)_(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*)\.(?P<kind>up|down|verify)\.sql")
_REPEATABLE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*)(?P<down>\.down)?\.sql")
_KINDS = {"up": FileKind.UP, "down": FileKind.DOWN, "verify": FileKind.VERIFY}
REPEATABLES = "repeatable"
"""The folder of a track that holds its repeatables."""


def read_track(root: Path, name: str, path: str, scope: Scope, schema: str | None, templates: Templates) -> Track:
    """Reads all files of a track.

    Args:
        root: the project's folder.
        name: the track's name.
        path: the track's folder, relative to `root`.
        scope: where the track runs.
        schema: the schema of a shared track, None on a tenant track.
        templates: knows the macro files.

    Raises:
        ProjectError: with every problem of every file.
    """
    reading = _Reading(root, templates)
    folder = root / path
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    migrations = _pairs(name, _numbered(reading, entries), reading)
    repeatables = _repeatables(name, reading, folder / REPEATABLES)
    if reading.problems:
        raise ProjectError(reading.problems)
    return Track(name, scope, path, schema, migrations, repeatables)


def read_script(root: Path, file: Path, kind: FileKind, templates: Templates) -> Script:
    """Reads one template.

    Raises:
        ProjectError: the file is no text, a directive is wrong, or a macro file is missing.
    """
    reading = _Reading(root, templates)
    script = reading.script(file, kind)
    if script is None:
        raise ProjectError(reading.problems)
    return script


def next_version(track: Track) -> str:
    """The number that a new migration of the track gets, in the digits that the track's files use."""
    if not track.migrations:
        return version_label(1)
    last = Path(track.migrations[-1].up.path).name.split("_")[0]
    return f"{track.head + 1:0{len(last)}d}"


@dataclass
class _Reading:
    """One reading of a project's files: where they are, and what was found wrong so far."""

    root: Path
    templates: Templates
    problems: list[Problem] = field(default_factory=list)

    def relative(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()

    def problem(self, file: Path, message: str, advice: str) -> None:
        self.problems.append(Problem(message, Place(self.relative(file)), advice))

    def script(self, file: Path, kind: FileKind) -> Script | None:
        path = self.relative(file)
        try:
            text = normalised(file.read_bytes())
        except UnicodeDecodeError as error:
            self.problem(file, f"is not UTF-8 text: byte {error.start + 1} cannot be read", "save the file as UTF-8")
            return None
        except OSError as error:
            self.problem(file, f"cannot be read: {error.strerror}", "check the file and its rights")
            return None
        if "\x00" in text:
            line = text.count("\n", 0, text.index("\x00")) + 1
            place = Place(path, line)
            self.problems.append(Problem("has a NUL byte, which SQL cannot carry", place, "save the file as UTF-8"))
            return None
        directives, problems = read_directives(text, path, kind)
        try:
            macros = self.templates.imported(text, path)
        except ProjectError as error:
            problems += error.problems
            macros = {}
        self.problems += problems
        if problems:
            return None
        return Script(path, text, directives, source_checksum(text, macros), macros)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A file of a pair, known by its name alone."""

    file: Path
    version: int
    name: str
    kind: str


def _numbered(reading: _Reading, entries: Iterable[Path]) -> list[_Numbered]:
    found = []
    for file in entries:
        if file.suffix != ".sql" or not file.is_file():
            continue
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


def _pairs(track: str, files: Sequence[_Numbered], reading: _Reading) -> tuple[Migration, ...]:
    by_version: dict[int, list[_Numbered]] = {}
    for file in files:
        by_version.setdefault(file.version, []).append(file)
    found = (_pair(track, by_version[version], reading) for version in sorted(by_version))
    return tuple(migration for migration in found if migration is not None)


def _pair(track: str, files: Sequence[_Numbered], reading: _Reading) -> Migration | None:
    by_kind = {kind: [file for file in files if file.kind == kind] for kind in _KINDS}
    if not by_kind["up"]:
        first = files[0]
        wanted = f"{first.file.name.split('_')[0]}_{first.name}.up.sql"
        reading.problem(first.file, "has no up file", f"write {wanted}, or delete this file")
        return None
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
    scripts = {kind: reading.script(same[0].file, _KINDS[kind]) for kind, same in by_kind.items() if same}
    if scripts["up"] is None:
        return None
    return Migration(track, up.version, up.name, scripts["up"], scripts.get("down"), scripts.get("verify"))


def _repeatables(track: str, reading: _Reading, folder: Path) -> tuple[Repeatable, ...]:
    found: dict[str, Repeatable] = {}
    downs: dict[str, Path] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if file.suffix != ".sql" or not file.is_file():
            continue
        match = _REPEATABLE.fullmatch(file.name)
        if match is None:
            reading.problem(file, "is no repeatable's name", "name it NAME.sql, or NAME.down.sql for what removes it")
        elif match["down"]:
            downs[match["name"]] = file
        else:
            script = reading.script(file, FileKind.REPEATABLE)
            if script is not None:
                found[match["name"]] = Repeatable(track, match["name"], script)
    for name, file in downs.items():
        if name in found:
            found[name] = replace(found[name], down=reading.script(file, FileKind.DOWN))
        elif not (folder / f"{name}.sql").exists():
            reading.problem(file, f"has no {name}.sql beside it", f"write {name}.sql, or delete this file")
    return _ordered(found, reading)


def _ordered(found: dict[str, Repeatable], reading: _Reading) -> tuple[Repeatable, ...]:
    """In name order, each behind those that it names in `after`."""
    ordered: dict[str, Repeatable] = {}

    def place(repeatable: Repeatable, path: tuple[str, ...]) -> None:
        if repeatable.name in ordered:
            return
        if repeatable.name in path:
            circle = " after ".join((*path[path.index(repeatable.name) :], repeatable.name))
            _blame(reading, repeatable, f"repeatables wait for each other: {circle}", "take one `after` out")
            return
        for name in repeatable.script.directives.after:
            if name in found:
                place(found[name], (*path, repeatable.name))
            else:
                message = f"is after '{name}', which is no repeatable of this track; {did_you_mean(name, found)}"
                _blame(reading, repeatable, message, "correct the name")
        ordered[repeatable.name] = repeatable

    for repeatable in found.values():
        place(repeatable, ())
    return tuple(ordered.values())


def _blame(reading: _Reading, repeatable: Repeatable, message: str, advice: str) -> None:
    reading.problems.append(Problem(message, Place(repeatable.script.path), advice))


def requirement_problems(tracks: Sequence[Track]) -> list[Problem]:
    """Every `requires` that names a track or a version that there is not."""
    by_name = {track.name: track for track in tracks}
    problems = []
    for track in tracks:
        for script in (*(m.up for m in track.migrations), *(r.script for r in track.repeatables)):
            for wanted in script.directives.requires:
                message = None
                if wanted.track not in by_name:
                    message = f"requires track '{wanted.track}'; {did_you_mean(wanted.track, by_name)}"
                elif by_name[wanted.track].scope is Scope.TENANT:
                    message = f"requires '{wanted.track}', a tenant track; only shared tracks can be required"
                elif by_name[wanted.track].migration(wanted.version) is None:
                    message = f"requires {wanted.track} {version_label(wanted.version)}, which has no file"
                if message is not None:
                    problems.append(Problem(message, Place(script.path), "correct the track and the version"))
    return problems

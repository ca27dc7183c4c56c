"""What reviewers read: how the rendered SQL of a project's files changed between two states of its tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import Enum

from sqlmig.errors import ProjectError
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope, Script, Tenant, Track


class Change(Enum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file that changed."""

    path: str
    track: str
    change: Change
    unified: str
    """A unified diff of the rendered SQL; a new file whole."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Every file that changed since a ref, in the order in which they would run."""

    ref: str
    files: tuple[FileDiff, ...]


EXAMPLE_TENANT = "tenant_example"
"""The schema that tenant files are rendered for: a diff needs no database and no registry."""


def diff_of(before: ProjectFiles | None, now: ProjectFiles, ref: str) -> Diff:
    """Compares two states of a project, file by file, as a target would get them.

    Args:
        before: as it was at `ref`; None when it was not there yet.
        now: as it is.
        ref: what `before` is called.
    """
    old = _rendered(before) if before is not None else {}
    new = _rendered(now)
    files = []
    for key in sorted(old.keys() | new.keys(), key=lambda key: _order(key, old, new)):
        track, path = key
        left, right = old.get(key), new.get(key)
        if left is None or right is None or left.text != right.text:
            change = Change.ADDED if left is None else Change.DELETED if right is None else Change.CHANGED
            files.append(FileDiff(path, track, change, _unified(path, left, right, ref)))
    return Diff(ref, tuple(files))


@dataclass(frozen=True, slots=True)
class _Text:
    position: int
    text: str


def _rendered(files: ProjectFiles) -> dict[tuple[str, str], _Text]:
    found: dict[tuple[str, str], _Text] = {}
    for track in files.tracks:
        for script in _scripts(track):
            found[track.name, script.path] = _Text(len(found), _render(files, track, script))
    return found


def _scripts(track: Track) -> Iterator[Script]:
    for migration in track.migrations:
        yield from (s for s in (migration.up, migration.verify, migration.down) if s is not None)
    for repeatable in track.repeatables:
        yield from (s for s in (repeatable.script, repeatable.down) if s is not None)


def _render(files: ProjectFiles, track: Track, script: Script) -> str:
    """The text for an example target; the template itself where it needs columns that only a registry has."""
    if track.scope is Scope.SHARED:
        scope = files.scope(track.schema or "", None)
    else:
        slug = EXAMPLE_TENANT.removeprefix("tenant_")
        scope = files.scope(EXAMPLE_TENANT, Tenant("00000000-0000-0000-0000-000000000000", slug, EXAMPLE_TENANT))
    try:
        return files.templates.render(script, scope).text
    except ProjectError:
        return script.text


def _unified(path: str, left: _Text | None, right: _Text | None, ref: str) -> str:
    old = left.text.splitlines(keepends=True) if left is not None else []
    new = right.text.splitlines(keepends=True) if right is not None else []
    source = f"{path} ({ref})" if left is not None else "/dev/null"
    aim = path if right is not None else "/dev/null"
    lines = unified_diff(old, new, source, aim, n=3 if left is not None and right is not None else 10**6)
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _order(
    key: tuple[str, str], old: dict[tuple[str, str], _Text], new: dict[tuple[str, str], _Text]
) -> tuple[int, str]:
    found = new.get(key) or old.get(key)
    return (found.position if found is not None else 0, key[1])

"""What reviewers read: how the rendered SQL of a project's files changed between two states of its tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import Enum

from sqlmig.errors import ProjectError
from sqlmig.project.load import KIND, ProjectFiles
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
    old = _read(before) if before is not None else {}
    new = _read(now)
    files = []
    for key in sorted(old.keys() | new.keys(), key=lambda key: _order(key, old, new)):
        track, path = key
        left, right = _comparable(old.get(key), new.get(key))
        if left != right:
            change = Change.ADDED if left is None else Change.DELETED if right is None else Change.CHANGED
            files.append(FileDiff(path, track, change, _unified(path, left, right, ref)))
    return Diff(ref, tuple(files))


@dataclass(frozen=True, slots=True)
class _File:
    position: int
    template: str
    rendered: str | None
    """None where it needs columns that only a registry has."""


_Files = dict[tuple[str, str], _File]


def _read(files: ProjectFiles) -> _Files:
    found: _Files = {}
    for track in files.tracks:
        for script in _scripts(track):
            found[track.name, script.path] = _File(len(found), script.text, _render(files, track, script))
    for kind, part in files.of_kinds.items():
        for script in _scripts(part):
            # Kinds may share a folder: the first one shows what is in it.
            if (part.name, script.path) not in found:
                text = _render(files, part, script, kind)
                found[part.name, script.path] = _File(len(found), script.text, text)
    return found


def _comparable(left: _File | None, right: _File | None) -> tuple[str | None, str | None]:
    """Both as rendered, or both as templates: one of each would show differences that there are not."""
    rendered = all(file is None or file.rendered is not None for file in (left, right))
    old, new = ((file.rendered if rendered else file.template) if file is not None else None for file in (left, right))
    return old, new


def _scripts(track: Track) -> Iterator[Script]:
    for migration in track.migrations:
        yield from (s for s in (migration.up, migration.verify, migration.down) if s is not None)
    for repeatable in track.repeatables:
        yield from (s for s in (repeatable.script, repeatable.down) if s is not None)


def _render(files: ProjectFiles, track: Track, script: Script, kind: str | None = None) -> str | None:
    """The text for an example target, which is of a kind of tenants where one is given."""
    if track.scope is Scope.SHARED:
        scope = files.scope(track.schema or "", None)
    else:
        slug = EXAMPLE_TENANT.removeprefix("tenant_")
        row = {files.config.lifecycle.template_column or KIND: kind} if kind is not None else {}
        tenant = Tenant("00000000-0000-0000-0000-000000000000", slug, EXAMPLE_TENANT, row)
        scope = files.scope(EXAMPLE_TENANT, tenant)
    try:
        return files.templates.render(script, scope).text
    except ProjectError:
        return None


def _unified(path: str, left: str | None, right: str | None, ref: str) -> str:
    old = left.splitlines(keepends=True) if left is not None else []
    new = right.splitlines(keepends=True) if right is not None else []
    source = f"{path} ({ref})" if left is not None else "/dev/null"
    aim = path if right is not None else "/dev/null"
    lines = unified_diff(old, new, source, aim)
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _order(key: tuple[str, str], old: _Files, new: _Files) -> tuple[int, str]:
    file = new.get(key) or old[key]
    return file.position, key[1]

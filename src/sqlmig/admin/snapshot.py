"""Snapshots of tenant tracks, as calls on a project: make one, or check the one that is kept."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmig.admin.snapshotshadow import Made, Shadow, dumped, replayed_differences, shadow_of, tried
from sqlmig.catalog.difference import Difference
from sqlmig.catalog.snapshot import Snapshot, compose_snapshot, kept_snapshot, read_snapshot, snapshot_path
from sqlmig.catalog.snapshot_grants import grant_statements, read_grants
from sqlmig.catalog.snapshot_reads import different_texts, read_by, refuse_kinds_of_tenants, refuse_touching
from sqlmig.catalog.snapshot_rows import closing_statements, row_statements
from sqlmig.catalog.snapshot_text import template_statements
from sqlmig.db.context import Stop
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.events import Observer, nobody
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Track

if TYPE_CHECKING:
    from sqlmig.api import Project


@dataclass(frozen=True, slots=True)
class MadeSnapshot:
    """A snapshot that was made, proved and written."""

    snapshot: Snapshot
    file: Path
    changed: bool
    """Whether the file was another one before."""
    reordered: tuple[Difference, ...]
    """Tables whose columns stand in another order than after a replay."""
    seconds: float


class Verdict(Enum):
    """What is to be said of the snapshot that is kept. The values are public: they stand in JSON."""

    CURRENT = "current"
    MISSING = "missing"
    STALE = "stale"
    """Files, or variables that they read, have changed since."""
    DIFFERENT = "different"
    """It stands for these files, and does not make what they make."""


@dataclass(frozen=True, slots=True)
class CheckedSnapshot:
    """The snapshot that is kept, against the files."""

    track: str
    path: str
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    """Between a replayed tenant and one that is made from it."""
    rows: tuple[str, ...] = ()
    servers: tuple[int, int] | None = None
    """The major versions of the server that it was made on, and of the one that it was tried on."""
    seconds: float = 0.0


def make_snapshot(
    project: Project,
    *,
    output: Path | None = None,
    shadow_url: str | None = None,
    values: Mapping[str, str] | None = None,
    observer: Observer = nobody,
    stop: Stop | None = None,
) -> MadeSnapshot:
    """Makes the snapshot of the tenant track in a shadow database, proves it there, and writes it.

    Args:
        project: whose track.
        output: the file; without it, the one that new tenants are made from.
        shadow_url: of a server that may have a shadow, or `embedded`.
        values: what the lifecycle files need as `tenant.NAME`.
        observer: is told of every step.
        stop: asks to stop.

    Raises:
        Refused: no script makes what the files make for every tenant; nothing was written.
        UsageError: the project has no tenant track, or several; or the file cannot be written.
        MigrationFailed: a file failed in the shadow.
    """
    began = time.monotonic()
    track = _only_tenant_track(project.files)
    with shadow_of(project, track, shadow_url, values or {}, stop or Stop(), observer) as shadow:
        snapshot, made = _proved(shadow)
    file = output or project.config.root / snapshot.path
    before = file.read_bytes() if file.is_file() else None
    _write(file, snapshot.text)
    return MadeSnapshot(snapshot, file, before != snapshot.text.encode(), made.reordered, time.monotonic() - began)


def check_snapshot(
    project: Project,
    *,
    shadow_url: str | None = None,
    values: Mapping[str, str] | None = None,
    observer: Observer = nobody,
    stop: Stop | None = None,
) -> CheckedSnapshot:
    """Whether the snapshot that is kept makes what the files make. Writes nothing.

    The texts are not compared: another pg_dump may write the same in other words. A tenant is made from the file.

    Raises:
        ProjectError: the file is damaged.
        UsageError: the project has no tenant track, or several.
        MigrationFailed: a file failed in the shadow.
    """
    began = time.monotonic()
    track = _only_tenant_track(project.files)
    path = snapshot_path(project.config, track)
    kept = kept_snapshot(project.config, track)
    if kept is None:
        return CheckedSnapshot(track.name, path, Verdict.MISSING)
    if read_snapshot(project.files, track) is None:
        return CheckedSnapshot(track.name, path, Verdict.STALE)
    with shadow_of(project, track, shadow_url, values or {}, stop or Stop(), observer) as shadow:
        made = tried(shadow, kept.script)
        servers = (kept.server, shadow.server)
    same = not made.differences and not made.rows
    verdict = Verdict.CURRENT if same else Verdict.DIFFERENT
    return CheckedSnapshot(track.name, path, verdict, made.differences, made.rows, servers, time.monotonic() - began)


def _proved(shadow: Shadow) -> tuple[Snapshot, Made]:
    """A snapshot from which a tenant was made that equals a replayed one."""
    files, track = shadow.project.files, shadow.track
    read = read_by(files, track, shadow.one)
    refuse_kinds_of_tenants(read)
    refuse_touching(track)
    _refuse_different_tenants(shadow)
    path = snapshot_path(files.config, track)
    objects, rest = _statements(shadow)
    # Default privileges give some of the grants: what is left to say shows when the objects are there.
    bare = tried(shadow, _script(path, _joined((*objects, *rest))))
    grants = grant_statements(bare.grants, read_grants(shadow.session, shadow.one.schema))
    text = _joined((*objects, *grants, *rest))
    made = tried(shadow, _script(path, text))
    _refuse_unequal(made)
    fingerprint = made.fingerprint.portable
    return compose_snapshot(files, track, text, fingerprint=fingerprint, server=shadow.server, reads=read.names), made


def _statements(shadow: Shadow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements that make objects and rows, and those that close: where sequences stand."""
    one, other = shadow.contents
    before = template_statements(dumped(shadow, "pre-data"), shadow.one.schema)
    # As pg_dump does it: no trigger, foreign key or policy is there yet when the rows are written.
    rows = row_statements(one, other)
    after = template_statements(dumped(shadow, "post-data"), shadow.one.schema)
    return (*before, *rows, *after), closing_statements(one, other)


def _joined(statements: Sequence[str]) -> str:
    if not statements:
        return ""
    # Functions come before the tables that they read.
    lead, trail = "SET LOCAL check_function_bodies = off", "SET LOCAL check_function_bodies = on"
    return "".join(f"{statement};\n\n" for statement in (lead, *statements)) + f"{trail};\n"


def _script(path: str, text: str) -> Script:
    return Snapshot("", "", "", text, path).script


def _refuse_different_tenants(shadow: Shadow) -> None:
    found = replayed_differences(shadow)
    if not found:
        return
    paths = different_texts(shadow.project.files, shadow.track, shadow.one, shadow.other)
    because = f"; what they read of the tenant stands in {', '.join(paths)}" if paths else ""
    raise Refused(
        f"no snapshot can be made: two tenants that ran the same files differ in {_named(found)}{because}",
        state="nothing was written",
        next="make the objects the same for every tenant; what is a tenant's own belongs into rows, or into seed.sql",
    )


def _refuse_unequal(made: Made) -> None:
    if made.differences:
        raise Refused(
            f"a tenant made from the snapshot is not what a replayed one is: {_named(made.differences)}",
            state="nothing was written",
            next="report this with the migration that makes it; until then new tenants replay every file",
        )
    if made.rows:
        raise Refused(
            f"a tenant made from the snapshot has other rows than a replayed one: {'; '.join(made.rows)}",
            state="nothing was written",
            next="let the migration write the same for every tenant, or move it to seed.sql",
        )


def _named(found: Sequence[Difference]) -> str:
    """The first few objects that differ."""
    names = [f"{one.object} ({one.aspect.said})" for one in found[:3]]
    return ", ".join(names) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def _only_tenant_track(files: ProjectFiles) -> Track:
    tracks = files.tenant_tracks
    if len(tracks) == 1:
        return tracks[0]
    if not tracks:
        raise UsageError("this project has no tenant track, and a snapshot is of one")
    names = ", ".join(track.name for track in tracks)
    raise UsageError(
        f"this project has several tenant tracks, {names}: their objects share a schema, and cannot be told apart",
        next="make one track of them; until then new tenants replay every file",
    )


def _write(file: Path, text: str) -> None:
    """In place of the old file at once: nobody reads half of it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}"
        raise UsageError(message, state="nothing was written", next="name another one with --output") from None
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(text.encode())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

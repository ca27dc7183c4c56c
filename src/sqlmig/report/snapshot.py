"""Snapshots of tenant tracks in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlmig.report.words import counted, duration

if TYPE_CHECKING:
    from sqlmig.catalog.difference import Difference
    from sqlmig.catalog.snapshot import Snapshot

_SHOWN = 20
"""Differences that are written out; JSON has them all."""

_SAID = {
    "current": "{path} makes what the files of track {track} make",
    "missing": "track {track} has no snapshot: {path} is not there",
    "stale": "{path} is stale: files of track {track}, or variables that they read, have changed since it was made",
    "different": "{path} does not make what the files of track {track} make",
}


def snapshot_text(snapshot: Snapshot, file: str, *, changed: bool, reordered: Sequence[str], seconds: float) -> str:
    """A snapshot that was made."""
    how = "written" if changed else "the same as before"
    said = [f"snapshot of track {snapshot.track} for PostgreSQL {snapshot.server}: {file}, {how}, {duration(seconds)}"]
    said += [f"note: the columns of {name} stand in another order than after a replay" for name in reordered]
    return "\n".join(said) + "\n"


def snapshot_json(
    snapshot: Snapshot, file: str, *, changed: bool, reordered: Sequence[str], seconds: float
) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.snapshot/1",
        "track": snapshot.track,
        "file": file,
        "digest": snapshot.digest,
        "fingerprint": snapshot.fingerprint,
        "postgres": snapshot.server,
        "changed": changed,
        "reordered": list(reordered),
        "seconds": round(seconds, 3),
    }


def checked_text(
    track: str,
    path: str,
    verdict: str,
    differences: Sequence[Difference],
    rows: Sequence[str],
    seconds: float,
    *,
    servers: tuple[int, int] | None = None,
) -> str:
    """What is to be said of the snapshot that is kept, with what differs."""
    took = f", {duration(seconds)}" if seconds else ""
    lines = [_SAID[verdict].format(path=path, track=track) + took]
    for one in differences[:_SHOWN]:
        lines += [f"  {one.object} ({one.aspect.said})", f"    files:    {_one_line(one.one)}"]
        lines.append(f"    snapshot: {_one_line(one.other)}")
    if len(differences) > _SHOWN:
        lines.append(f"  and {counted(len(differences) - _SHOWN, 'difference')} more")
    lines += [f"  {row}" for row in rows]
    if verdict == "different" and servers is not None and servers[0] != servers[1]:
        made, tried = servers
        lines.append(f"it was made on PostgreSQL {made}, and tried on {tried}: --shadow-url names a server of {made}")
    if verdict != "current":
        lines.append("next: run `sqlmig snapshot`, and check its file in")
    return "\n".join(lines) + "\n"


def checked_json(
    track: str,
    path: str,
    verdict: str,
    differences: Sequence[Difference],
    rows: Sequence[str],
    seconds: float,
    *,
    servers: tuple[int, int] | None = None,
) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.snapshot-check/1",
        "track": track,
        "file": path,
        "verdict": verdict,
        "differences": [
            {"aspect": one.aspect.value, "object": one.object, "files": one.one, "snapshot": one.other}
            for one in differences
        ],
        "rows": list(rows),
        "made_on": servers[0] if servers is not None else None,
        "tried_on": servers[1] if servers is not None else None,
        "seconds": round(seconds, 3),
    }


def _one_line(text: str | None) -> str:
    return "not there" if text is None else " ".join(text.split())

"""Gaps in the numbers of a track."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.rule import track_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.wholes import TrackContext
from sqlmig.project.model import version_label


@track_rule(severity=Severity.WARNING)
def version_gap(track: TrackContext) -> Iterator[tuple[str, Flag]]:
    """A number left out of a sequence of migrations.

    Effect: a file may have been lost in a merge; or it is still to come, and then it arrives below what is applied
    already, where `sqlmig apply` refuses it.

    Instead: number the files one after the other; `sqlmig new` gives the next number.

    Unless: the versions are timestamps, or below `lint.since`.
    """
    open_from = track.settings.since(track.name)
    for file in track.files:
        missing = [version for version in track.gaps if open_from <= version < file.version]
        open_from = file.version
        if missing:
            gone = version_label(missing[0])
            last = f" to {version_label(missing[-1])}" if len(missing) > 1 else ""
            yield (
                file.path,
                Flag(
                    f"Track {track.name} has {version_label(file.version)}, but no {gone}{last}.",
                    f"Bring back the file that was lost. If none was, give this one the number {gone}, as long as it is"
                    " applied nowhere.",
                ),
            )

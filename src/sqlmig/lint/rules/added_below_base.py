"""New migrations numbered below those that others may have applied."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.rule import track_rule
from sqlmig.lint.values import Flag
from sqlmig.lint.wholes import TrackContext
from sqlmig.project.model import version_label


@track_rule()
def added_below_base(track: TrackContext) -> Iterator[tuple[str, Flag]]:
    """A new up file with a number below the highest that the base branch has. It is judged with `--since REF` only.

    Effect: where the higher one is applied, `sqlmig apply` refuses the lower one as too late.

    Instead: give it the next free number. Where it may run late on purpose, say so: `-- sqlmig: out-of-order REASON`.
    """
    known = [file.version for file in track.files if not file.added]
    highest = version_label(max((file.version for file in track.files), default=0))
    for file in track.files:
        if track.base and file.added and not file.out_of_order and known and file.version < known[-1]:
            head = version_label(known[-1])
            yield (
                file.path,
                Flag(
                    f"The base is at {head}: where that is applied, {version_label(file.version)} comes too late.",
                    f"Give its files a number above {highest}; `sqlmig new` takes the next.",
                ),
            )

"""Migrations that others may have applied already."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.rule import track_rule
from sqlmig.lint.values import Flag
from sqlmig.lint.wholes import TrackContext


@track_rule()
def edited_after_base(track: TrackContext) -> Iterator[tuple[str, Flag]]:
    """An up file that the base branch has, with another text. It is judged with `sqlmig lint --since REF` only.

    Effect: where the old text was applied, the new one never runs, and `sqlmig apply` refuses that target from then on.

    Instead: leave the file as it was, and write a new migration.

    Unless: only comments and layout changed: `sqlmig apply` takes those on by itself.
    """
    for file in track.files:
        if file.edited:
            yield (
                file.path,
                Flag(
                    "The base has this migration with another text; wherever that was applied, this one never runs.",
                    f"Put the old text back (`git checkout <base> -- {file.path}`), and change it by a new migration:",
                    f"sqlmig new {track.name} {file.name}_2",
                ),
            )

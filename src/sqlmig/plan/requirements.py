"""What tenant migrations require of the shared tracks, and whether it is there when their turn comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmig.errors import Place
from sqlmig.plan.resolve import track_digest
from sqlmig.plan.values import Reason, Refusal, Target, TargetState, Work
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Direction, Migration, Scope, version_label


class SharedTracks:
    """Which migrations of shared tracks are applied once the steps planned so far have run."""

    def __init__(self, files: ProjectFiles, states: Mapping[tuple[str, str], TargetState]) -> None:
        """Begins with what the history says, by target identity."""
        self._applied: dict[str, set[int]] = {}
        for track in files.shared_tracks:
            state = states.get((track.name, track.schema or ""), TargetState())
            # Of a target that is up to date, only the digest may have been read.
            current = track.migrations if state.digest == track_digest(track) else ()
            self._applied[track.name] = {*state.versions, *(migration.version for migration in current)}

    def follow(self, target: Target, works: Iterable[Work]) -> None:
        """Counts work as done."""
        if target.scope is not Scope.SHARED:
            return
        for work in works:
            if isinstance(work.unit, Migration):
                applied = self._applied[target.track]
                (applied.add if work.direction is Direction.UP else applied.discard)(work.unit.version)

    def missing(self, target: Target, works: Iterable[Work]) -> list[Refusal]:
        """What work requires that is not applied by then."""
        return [
            Refusal(
                Reason.REQUIRES,
                f"{work.label} requires {wanted.track} {version_label(wanted.version)}, which is not applied",
                "run `sqlmig apply --platform` first, or `sqlmig apply` for everything in order",
                target,
                Place(work.script.path),
            )
            for work in works
            for wanted in work.script.directives.requires
            if wanted.version not in self._applied.get(wanted.track, set())
        ]

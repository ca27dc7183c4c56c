"""Where a project's files lead each target: tenants of one kind may get more than those of another."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmig.plan.resolve import track_digest
from sqlmig.plan.values import Target
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Track


@dataclass(frozen=True, slots=True)
class Head:
    """What a target has when nothing is pending."""

    track: Track
    """With the repeatables of the tenant's kind."""
    digest: str
    """Of a target that has all of the track, and nothing else."""
    kind: str | None = None
    """The kind of tenants that it is for; None for all that have no files of their own."""


class Heads:
    """The heads of a project, each worked out once; a target costs no more than looking up its kind."""

    def __init__(self, files: ProjectFiles) -> None:
        """Takes the project."""
        self._files = files
        self._heads: dict[tuple[str, str | None], Head] = {}

    def of(self, target: Target) -> Head:
        """The head of a target."""
        kind = self._files.variant(target.track, target.tenant)
        head = self._heads.get((target.track, kind))
        if head is None:
            track = self._files.track_for(target.track, target.tenant)
            head = self._heads[target.track, kind] = Head(track, track_digest(track), kind)
        return head

"""What would mend a target's history: one version at a time, shown before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlmig.plan.resolve import moved_to
from sqlmig.plan.values import Target, TargetState
from sqlmig.project.model import Migration, Track, version_label


class Mend(Enum):
    """How a row of the history is put right."""

    ACCEPT_FILE = "accept-file"
    """The applied migration was edited: take the file as it is now for what ran."""
    FORGET = "forget"
    """Its file is gone: it no longer counts as applied."""
    RENUMBER = "renumber"
    """Its file has another number now."""
    STATEMENT_DONE = "statement-done"
    """A statement of unknown outcome did run."""
    STATEMENT_NOT_DONE = "statement-not-done"
    """A statement of unknown outcome did not run."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One change to the history of one target."""

    target: Target
    mend: Mend
    version: int
    """The version that the history has now."""
    name: str
    message: str
    """What would change, one sentence."""
    migration: Migration | None = None
    """The file that counts from then on."""


def decide_repair(track: Track, target: Target, state: TargetState, version: int) -> Repair | None:
    """What would put one version right in one target; None when nothing is wrong with it."""
    row = next((row for row in state.applied if row.version == version), None)
    if row is None:
        return None
    file = track.migration(version)
    label = f"{version_label(version)}_{row.name}"
    if file is not None and file.up.checksum == row.checksum:
        return None
    moved = moved_to(track, state, row)
    if moved is not None:
        message = f"{label} counts as {moved.label}, where its file is now"
        return Repair(target, Mend.RENUMBER, version, row.name, message, moved)
    if file is not None:
        message = f"{label} counts as applied in the form that {file.up.path} has now; nothing runs"
        return Repair(target, Mend.ACCEPT_FILE, version, row.name, message, file)
    message = f"{label} no longer counts as applied, for its file is gone; what it made stays in the schema"
    return Repair(target, Mend.FORGET, version, row.name, message)


def decide_statement_repair(target: Target, state: TargetState, mend: Mend) -> Repair | None:
    """What would settle a statement of unknown outcome; None when no migration is half way."""
    progress = state.progress
    if progress is None or not progress.began:
        return None
    number = progress.done + 1
    said = "ran" if mend is Mend.STATEMENT_DONE else "did not run"
    message = f"statement {number} of {progress.label} {said}, on your word"
    return Repair(target, mend, progress.version or 0, progress.name, message)


@dataclass(frozen=True, slots=True)
class Baselined:
    """Migrations that count as applied to a target without having run."""

    target: Target
    versions: tuple[int, ...]

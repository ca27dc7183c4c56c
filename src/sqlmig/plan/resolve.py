"""What shall run in a target: pure functions from a track's files and a target's state to a decision.

Nothing is rendered here. Files whose checksum differs from what was applied come back as `changed`: whether
that is an edit or only another layout shows in the rendered text, which the planner compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlmig.errors import Place
from sqlmig.plan.values import Applied, Reason, Refusal, Standing, TargetState
from sqlmig.plan.values import Work as Work  # whoever decides what shall run speaks of it
from sqlmig.project.checksums import StateDigest, state_digest
from sqlmig.project.model import Direction, Migration, Repeatable, Track, version_label


@dataclass(frozen=True, slots=True)
class Changed:
    """An applied migration whose file differs from what was applied."""

    applied: Applied
    migration: Migration


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall run in a target, and why not."""

    standing: Standing
    digest: str
    """Of the target once the work is done."""
    work: tuple[Work, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    changed: tuple[Changed, ...] = ()
    digests: tuple[str, ...] = ()
    """The target's digest after each part of the work."""


def decide_up(track: Track, state: TargetState, *, to: int | None = None, held_at: int | None = None) -> Decision:
    """What brings a target up: the pending migrations, then the repeatables that changed.

    Args:
        track: the files.
        state: what is applied.
        to: the version to stop at; repeatables then stay as they are.
        held_at: the version that the target is not taken beyond, whatever is asked; repeatables stay as they are, too.
    """
    if to is not None and track.migration(to) is None:
        return _no_decision(track, state, _no_such_version(track, to))
    applied = state.versions
    last = min((version for version in (to, held_at) if version is not None), default=None)
    pending = [m for m in track.migrations if m.version not in applied and (last is None or m.version <= last)]
    work = [Work(migration, Direction.UP) for migration in pending]
    if last is None:
        work += [Work(r, Direction.UP) for r in track.repeatables if state.repeatables.get(r.name) != r.script.checksum]
    refusals = (*_history_refusals(track, state), *_late(pending, state), *_without_down(pending))
    digests = tuple(digests_along(state, work))
    changed = _changed(track, state)
    stands = standing(track, state)
    if held_at is not None and to is None and not work and stands in (Standing.BEHIND, Standing.NEW):
        stands = Standing.HELD
    return Decision(stands, _last(state, digests), tuple(work), refusals, changed, digests)


def decide_down(
    track: Track,
    state: TargetState,
    *,
    to: int | None = None,
    steps: int | None = None,
    stored: Iterable[Migration] = (),
    held_at: int | None = None,
) -> Decision:
    """What takes a target down: down files, newest first.

    Args:
        track: the files.
        state: what is applied.
        to: the version that stays the highest; 0 for nothing.
        steps: how many migrations to take back, instead of `to`.
        stored: migrations as the history stored them, for those whose files are gone.
        held_at: the version that the target is held at: it has not come as far as the others, and stays where it is
            unless it is above what shall stay.
    """
    if held_at is not None and state.head <= held_at and (steps is not None or state.head <= (to or 0)):
        return Decision(standing(track, state), digest_after(state, ()))
    nonsense = _nonsense(track, state, to, steps)
    if nonsense is not None:
        return _no_decision(track, state, nonsense)
    newest_first = list(reversed(state.applied))
    chosen = newest_first[:steps] if steps is not None else [row for row in newest_first if row.version > (to or 0)]
    known = _with_stored(track, stored)
    refusals = tuple(refusal for row in chosen if (refusal := _cannot_go_down(row, known.get(row.version))))
    work: list[Work] = []
    if chosen and not refusals:
        # What repeatables hold on to cannot be dropped: they go first, the last one made before the others.
        gone = [r for r in reversed(track.repeatables) if r.down is not None and r.name in state.repeatables]
        work = [Work(repeatable, Direction.DOWN) for repeatable in gone]
        work += [Work(known[row.version], Direction.DOWN) for row in chosen]
    digests = tuple(digests_along(state, work))
    return Decision(standing(track, state), _last(state, digests), tuple(work), refusals, digests=digests)


def standing(track: Track, state: TargetState) -> Standing:
    """Where a target stands, as far as the history tells."""
    if state.progress is not None:
        return Standing.INTERRUPTED
    if state.digest is None:
        return Standing.NEW
    files = {m.version: m.up.checksum for m in track.migrations}
    missing = [row for row in state.applied if row.version not in files]
    if any(row.version < track.head or moved_to(track, state, row) for row in missing):
        return Standing.DIVERGED
    if any(files.get(row.version, row.checksum) != row.checksum for row in state.applied):
        return Standing.DIVERGED
    if missing:
        return Standing.AHEAD
    repeatables = {r.name: r.script.checksum for r in track.repeatables}
    behind = files.keys() - state.versions or any(state.repeatables.get(n) != c for n, c in repeatables.items())
    return Standing.BEHIND if behind else Standing.CURRENT


def track_digest(track: Track) -> str:
    """The digest of a target that has everything of the track's files, and nothing else."""
    return state_digest(
        ((m.version, m.up.checksum) for m in track.migrations),
        ((r.name, r.script.checksum) for r in track.repeatables),
    )


def digest_of_files(track: Track, state: TargetState) -> str:
    """The digest of what is applied to a target, but for repeatables that have no file there any more."""
    names = {repeatable.name for repeatable in track.repeatables}
    return state_digest(_applied(state), ((name, c) for name, c in state.repeatables.items() if name in names))


def digest_after(state: TargetState, work: Sequence[Work]) -> str:
    """The digest of a target once `work` is done."""
    return _last(state, digests_along(state, work))


def digests_along(state: TargetState, work: Iterable[Work]) -> list[str]:
    """The digest of a target after each piece of `work`."""
    applied = StateDigest(_applied(state))
    repeatables = dict(state.repeatables)
    digests = []
    for item in work:
        match item:
            case Work(Migration() as migration, Direction.UP):
                applied.add(migration.version, migration.up.checksum)
            case Work(Migration() as migration, Direction.DOWN):
                applied.remove(migration.version)
            case Work(Repeatable() as repeatable, Direction.DOWN):
                repeatables.pop(repeatable.name, None)
            case Work(Repeatable() as repeatable, Direction.UP):
                repeatables[repeatable.name] = repeatable.script.checksum
        digests.append(applied.value(repeatables.items()))
    return digests


def _last(state: TargetState, digests: Sequence[str]) -> str:
    """The last digest; without any, that of what is applied."""
    return digests[-1] if digests else state_digest(_applied(state), state.repeatables.items())


def _applied(state: TargetState) -> Iterator[tuple[int, str]]:
    return ((row.version, row.checksum) for row in state.applied)


def _no_decision(track: Track, state: TargetState, refusal: Refusal) -> Decision:
    return Decision(standing(track, state), digest_after(state, ()), refusals=(refusal,))


def _with_stored(track: Track, stored: Iterable[Migration]) -> dict[int, Migration]:
    """The migrations by version: from disk; what is not there, or has lost its down file, from the history."""
    known = {migration.version: migration for migration in stored}
    for migration in track.migrations:
        kept = known.get(migration.version)
        lost = migration.down is None and kept is not None
        known[migration.version] = replace(migration, down=kept.down) if lost and kept is not None else migration
    return known


def _history_refusals(track: Track, state: TargetState) -> list[Refusal]:
    """What of the history the files no longer tell."""
    refusals = []
    files = {m.version: m.up.checksum for m in track.migrations}
    for row in state.applied:
        if files.get(row.version) == row.checksum:
            continue
        label = f"{track.name} {version_label(row.version)}_{row.name}"
        moved = moved_to(track, state, row)
        if moved is not None:
            message = f"{label} is applied, but its file now has number {version_label(moved.version)}"
            advice = f"name the file {version_label(row.version)}_{row.name} again"
            refusals.append(Refusal(Reason.RENUMBERED, message, advice, place=Place(moved.up.path)))
        elif row.version in files:
            continue  # edited, or laid out anew: the rendered text tells
        elif row.version > track.head:
            message = f"{label} is applied, but these files end at {version_label(track.head)}"
            advice = "check out the release that has it, or `sqlmig rollback`: the history kept its down file"
            refusals.append(Refusal(Reason.AHEAD, message, advice))
        else:
            message = f"{label} is applied, but its file is gone"
            advice = f"bring it back with git (git log --diff-filter=D -- '{track.path}/*'), or `sqlmig repair`"
            refusals.append(Refusal(Reason.DELETED, message, advice))
    return refusals


def moved_to(track: Track, state: TargetState, row: Applied) -> Migration | None:
    """The file that an applied migration was renumbered to, if its text is found under another number."""
    applied = state.versions
    return next((m for m in track.migrations if m.up.checksum == row.checksum and m.version not in applied), None)


def _changed(track: Track, state: TargetState) -> tuple[Changed, ...]:
    files = {m.version: m for m in track.migrations}
    rows = ((row, files.get(row.version)) for row in state.applied)
    different = ((row, file) for row, file in rows if file is not None and file.up.checksum != row.checksum)
    return tuple(Changed(row, file) for row, file in different if moved_to(track, state, row) is None)


def _late(pending: Iterable[Migration], state: TargetState) -> list[Refusal]:
    begun = (state.progress.version if state.progress is not None else None) or 0
    head = max(state.head, begun)
    higher = f"the higher {version_label(head)} {'was begun' if begun > state.head else 'is'}"
    return [
        Refusal(
            Reason.LATE,
            f"{migration.label} is not applied, but {higher}",
            "give it the next free number, or, when it may run late, write: -- sqlmig: out-of-order REASON",
            place=Place(migration.up.path),
        )
        for migration in pending
        if migration.version < head and migration.up.directives.out_of_order is None
    ]


def _without_down(pending: Iterable[Migration]) -> list[Refusal]:
    return [
        Refusal(
            Reason.NO_DOWN,
            f"{migration.label} has no down file",
            f"write {migration.up.path.removesuffix('.up.sql')}.down.sql, or: -- sqlmig: irreversible REASON",
            place=Place(migration.up.path),
        )
        for migration in pending
        if migration.down is None and migration.up.directives.irreversible is None
    ]


def _cannot_go_down(row: Applied, migration: Migration | None) -> Refusal | None:
    label = f"{version_label(row.version)}_{row.name}"
    if migration is None:
        message = f"{label} has no down file, neither on disk nor in the history"
        return Refusal(Reason.NO_DOWN, message, "bring its files back from git")
    if migration.up.directives.irreversible is not None and migration.down is None:
        message = f"{label} is irreversible: {migration.up.directives.irreversible}"
        advice = "restore a backup, or write a new migration that goes forward"
        return Refusal(Reason.IRREVERSIBLE, message, advice, place=Place(migration.up.path))
    if migration.down is None:
        advice = f"write {migration.up.path.removesuffix('.up.sql')}.down.sql"
        return Refusal(Reason.NO_DOWN, f"{label} has no down file", advice, place=Place(migration.up.path))
    return None


def _no_such_version(track: Track, version: int) -> Refusal:
    message = f"track {track.name} has no version {version_label(version)}"
    numbers = ", ".join(version_label(m.version) for m in track.migrations[-3:]) or "none at all"
    return Refusal(Reason.UNKNOWN_VERSION, message, f"its last versions are: {numbers}")


def _nonsense(track: Track, state: TargetState, to: int | None, steps: int | None) -> Refusal | None:
    """What is wrong with the way that a rollback says how far it shall go."""
    seen = "see `sqlmig history` for what is applied"
    if (to is None) == (steps is None):
        message = "a rollback needs either the version that stays or a number of steps"
        return Refusal(Reason.UNKNOWN_VERSION, message, "say one of them: --to VERSION or --steps N")
    if to is not None and to != 0 and to not in state.versions:
        message = f"{track.name} {version_label(to)} is not applied, so nothing can be rolled back to it"
        return Refusal(Reason.UNKNOWN_VERSION, message, seen)
    if steps is not None and steps < 1:
        return Refusal(Reason.UNKNOWN_VERSION, f"{steps} steps back lead nowhere", "say how many: --steps 1 or more")
    if steps is not None and 0 < len(state.applied) < steps:
        message = f"only {len(state.applied)} of {track.name} can be taken back, not {steps}"
        return Refusal(Reason.UNKNOWN_VERSION, message, f"{seen}; --to 0 takes everything back")
    return None

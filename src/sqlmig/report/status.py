"""Where targets stand, and whether files and history agree: as tables and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmig.plan.rollout import ItemState, RunState, RunSummary
from sqlmig.plan.status import Status, TargetStatus, UnfinishedRun, Verification, VersionGroup, by_version
from sqlmig.plan.values import Standing
from sqlmig.report.refusals import problems_text, refusal_json
from sqlmig.report.runs import next_of, summary_json
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import counted, moment, moment_json, some, version

MOST_ROWS = 50
"""A fleet larger than this is told by versions."""
_NAMED = 5
"""A group of so many targets is named; of a larger one, examples are."""

_TONES = {
    Standing.CURRENT: Tone.GOOD,
    Standing.BEHIND: Tone.WARN,
    Standing.NEW: Tone.WARN,
    Standing.AHEAD: Tone.WARN,
    Standing.DIVERGED: Tone.BAD,
    Standing.HELD: Tone.WARN,
    Standing.INTERRUPTED: Tone.BAD,
    Standing.MISSING: Tone.BAD,
}


def status_text(status: Status, style: Style = PLAIN) -> str:
    """A table of all targets; of a large fleet, how many are at which version, and the odd ones by name."""
    if len(status.targets) <= MOST_ROWS:
        return whole_status_text(status, style)
    groups = by_version(status.targets)
    odd = [group for group in groups if group.standing is not Standing.CURRENT]
    hint = ["--all shows every target"] if any(len(group.targets) > _NAMED for group in odd) else []
    return _text(status, [_versions(groups, style), *hint])


def whole_status_text(status: Status, style: Style = PLAIN) -> str:
    """A table of all targets, however many there are."""
    return _text(status, [_targets(status.targets, style)] if status.targets else [])


def status_json(status: Status) -> dict[str, object]:
    """Every target, for programs."""
    return {
        "format": "sqlmig.status/1",
        "current": status.current,
        "counts": {standing.value: count for standing, count in status.counts.items()},
        "heads": dict(status.heads),
        "versions": [_version_json(group) for group in by_version(status.targets)],
        "targets": [_target_json(target) for target in status.targets],
        "unfinished": [_unfinished_json(run) for run in status.unfinished],
        "runs": [summary_json(run) for run in status.runs],
        "notes": list(dict.fromkeys(status.notes)),
    }


def verification_text(verification: Verification) -> str:
    """What no longer agrees, or that everything does."""
    parts = [problems_text(verification.problems)] if verification.problems else []
    parts += _unfinished_text(verification.unfinished)
    parts += [f"note: {note}" for note in verification.notes]
    checked = counted(verification.targets, "target")
    verdict = "the files and the history agree" if verification.clean else "the files and the history do not agree"
    return "\n\n".join([*parts, f"{checked} looked at: {verdict}"]) + "\n"


def verification_json(verification: Verification) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.verify/1",
        "clean": verification.clean,
        "targets": verification.targets,
        "problems": [refusal_json(problem) for problem in verification.problems],
        "unfinished": [_unfinished_json(run) for run in verification.unfinished],
        "notes": list(verification.notes),
    }


def _text(status: Status, parts: list[str]) -> str:
    problems = [problem for target in status.targets for problem in target.problems]
    if problems:
        parts.append(problems_text(problems))
    parts += _holds_text(status.targets)
    parts += _runs_text(status.runs)
    told = {run.run_id for run in status.runs}
    parts += _unfinished_text(run for run in status.unfinished if run.run_id not in told)
    if notes := dict.fromkeys(status.notes):
        parts.append("\n".join(f"note: {note}" for note in notes))
    current, held = (status.counts.get(standing, 0) for standing in (Standing.CURRENT, Standing.HELD))
    total = f"{current:,} of {counted(len(status.targets), 'target')} current" + (f", {held:,} held" if held else "")
    return "\n\n".join([*parts, total]) + "\n"


def _versions(groups: Sequence[VersionGroup], style: Style) -> str:
    """`0031  current  9,870`, and below it what lags behind, or has run away."""
    several = len({group.track for group in groups}) > 1
    columns = [*(["track"] if several else []), "version", "standing", "targets", "pending", "which"]
    rows: list[list[Cell | str]] = [
        [
            *([group.track] if several else []),
            version(group.head),
            Cell(group.standing.value, _TONES[group.standing]),
            Cell(f"{len(group.targets):,}", right=True),
            Cell(_range(*group.pending), right=True),
            _which(group),
        ]
        for group in groups
    ]
    return table(columns, rows, style)


def _range(fewest: int, most: int) -> str:
    return f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"


def _which(group: VersionGroup) -> str:
    schemas = [one.target.schema for one in group.targets]
    if len(schemas) <= _NAMED:
        return ", ".join(schemas)
    # Nobody asks which ones are where they should be.
    return "" if group.standing is Standing.CURRENT else some(schemas)


def _targets(targets: Sequence[TargetStatus], style: Style) -> str:
    # The track is worth a column only where the schema alone does not say which target is meant.
    ambiguous = len({one.target.schema for one in targets}) < len(targets)
    columns = ["schema", *(["track"] if ambiguous else []), "standing", "version", "pending", "updated (UTC)"]
    rows: list[list[Cell | str]] = [
        [
            one.target.schema,
            *([one.target.track] if ambiguous else []),
            Cell(one.standing.value, _TONES[one.standing]),
            version(one.head),
            Cell(str(one.pending), right=True),
            moment(one.updated_at),
        ]
        for one in targets
    ]
    return table(columns, rows, style)


def _unfinished_text(runs: Iterable[UnfinishedRun]) -> list[str]:
    lines = [
        f"unfinished: {run.command} of {moment(run.started_at)} UTC by {run.actor} on {run.host}, run {run.run_id}"
        for run in runs
    ]
    if lines:
        lines.append("  next: `sqlmig locks` shows whether it goes on; when it was killed, `sqlmig apply` takes over")
    return ["\n".join(lines)] if lines else []


def _holds_text(targets: Iterable[TargetStatus]) -> list[str]:
    """Who is kept from going further, and why: one line for all that are held alike."""
    alike: dict[str, list[str]] = {}
    for one in targets:
        if one.hold is not None and one.standing is not Standing.CURRENT:
            alike.setdefault(str(one.hold), []).append(one.target.schema)
    return ["\n".join(f"{hold} (in {some(schemas)})" for hold, schemas in alike.items())] if alike else []


def _runs_text(runs: Iterable[RunSummary]) -> list[str]:
    return [_run_line(run) + (f"\n  next: {advice}" if (advice := next_of(run)) else "") for run in runs]


def _run_line(run: RunSummary) -> str:
    state = "unfinished" if run.state is RunState.RUNNING and not run.alive else run.state.value
    counts = [f"{run.counts[of]:,} {of.value}" for of in ItemState if run.counts.get(of)]
    why = f"; {run.reason}" if run.reason else ""
    began = f"{run.command} of {moment(run.started_at)} UTC by {run.actor} on {run.host}"
    return f"{state}: {began}, run {run.run_id}: {', '.join(counts) or 'no targets'}{why}"


def _version_json(group: VersionGroup) -> dict[str, object]:
    fewest, most = group.pending
    return {
        "track": group.track,
        "version": group.head,
        "standing": group.standing.value,
        "targets": len(group.targets),
        "pending": {"fewest": fewest, "most": most},
        "examples": [one.target.schema for one in group.targets[:_NAMED]],
    }


def _target_json(one: TargetStatus) -> dict[str, object]:
    target = one.target
    return {
        "track": target.track,
        "schema": target.schema,
        "tenant": target.tenant.slug if target.tenant is not None else None,
        "standing": one.standing.value,
        "version": one.head,
        "pending": one.pending,
        "updated_at": moment_json(one.updated_at),
        "problems": [refusal_json(problem) for problem in one.problems],
        **({"hold": {"at": one.hold.at, "reason": one.hold.reason}} if one.hold is not None else {}),
    }


def _unfinished_json(run: UnfinishedRun) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "command": run.command,
        "started_at": moment_json(run.started_at),
        "actor": run.actor,
        "host": run.host,
    }

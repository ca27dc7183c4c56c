"""Where targets stand, and whether files and history agree: as tables and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmig.plan.status import Status, TargetStatus, UnfinishedRun, Verification
from sqlmig.plan.values import Standing
from sqlmig.report.refusals import problems_text, refusal_json
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import counted, moment, moment_json, version

MOST_ROWS = 50
"""A fleet larger than this is told as counts and exceptions."""

_TONES = {
    Standing.CURRENT: Tone.GOOD,
    Standing.BEHIND: Tone.WARN,
    Standing.NEW: Tone.WARN,
    Standing.AHEAD: Tone.WARN,
    Standing.DIVERGED: Tone.BAD,
    Standing.INTERRUPTED: Tone.BAD,
    Standing.MISSING: Tone.BAD,
}


def status_text(status: Status, style: Style = PLAIN) -> str:
    """A table of all targets; of a large fleet, how many stand where, and those that are not current."""
    if len(status.targets) <= MOST_ROWS:
        return whole_status_text(status, style)
    exceptions = [one for one in status.targets if one.standing is not Standing.CURRENT]
    shown = exceptions[:MOST_ROWS]
    parts = [_counts(status, style)]
    if shown:
        parts.append(_targets(shown, style))
    if len(exceptions) > len(shown):
        parts.append(f"{len(exceptions) - len(shown):,} more are not current; --all shows every target")
    return _text(status, parts)


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
        "targets": [_target_json(target) for target in status.targets],
        "unfinished": [_unfinished_json(run) for run in status.unfinished],
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
    parts += _unfinished_text(status.unfinished)
    if notes := dict.fromkeys(status.notes):
        parts.append("\n".join(f"note: {note}" for note in notes))
    current = status.counts.get(Standing.CURRENT, 0)
    return "\n\n".join([*parts, f"{current:,} of {counted(len(status.targets), 'target')} current"]) + "\n"


def _counts(status: Status, style: Style) -> str:
    counts = status.counts
    rows = [
        [Cell(standing.value, _TONES[standing]), Cell(f"{counts[standing]:,}", right=True)]
        for standing in Standing
        if counts.get(standing)
    ]
    return table(["standing", "targets"], rows, style)


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
    }


def _unfinished_json(run: UnfinishedRun) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "command": run.command,
        "started_at": moment_json(run.started_at),
        "actor": run.actor,
        "host": run.host,
    }

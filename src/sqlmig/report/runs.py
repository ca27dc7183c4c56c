"""Runs as the history keeps them: a list of the last ones, and one with its waves, its failures and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmig.plan.rollout import ErrorKind, ItemState, RunItem, RunState, RunSummary
from sqlmig.plan.runmoves import SHORT
from sqlmig.report.lines import restore_point_line
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import counted, duration, moment, moment_json, some

MOST_ROWS = 50
"""A run with more targets than this is told as counts and failures."""

_SHOWN = (
    ItemState.DONE,
    ItemState.RUNNING,
    ItemState.PENDING,
    ItemState.FAILED,
    ItemState.QUARANTINED,
    ItemState.BLOCKED,
)
"""In the order of a table's columns."""
_TONES = {
    ItemState.DONE: Tone.GOOD,
    ItemState.FAILED: Tone.BAD,
    ItemState.QUARANTINED: Tone.BAD,
    ItemState.BLOCKED: Tone.WARN,
}
_LEFT = (ItemState.PENDING, ItemState.RUNNING, ItemState.BLOCKED)
_FAILED = (ItemState.FAILED, ItemState.QUARANTINED, ItemState.BLOCKED)
_ROLLBACK = "rollback"
"""The command whose runs go down."""


@dataclass(frozen=True, slots=True)
class SameError:
    """Items of a run that failed alike."""

    kind: ErrorKind
    items: tuple[RunItem, ...]

    @property
    def schemas(self) -> list[str]:
        """Whose they are, in the order of the run."""
        return [item.schema for item in self.items]


def run_list_text(runs: Sequence[RunSummary], style: Style = PLAIN) -> str:
    """A table, one run a row, the newest first."""
    if not runs:
        return "there has been no run yet\n"
    columns = ["run", "began (UTC)", "command", "state", "outcome", "targets", "done", "by", "remark"]
    return table(columns, [_row(run) for run in runs], style) + "\n"


def run_list_json(runs: Sequence[RunSummary]) -> dict[str, object]:
    """The same for programs."""
    return {"format": "sqlmig.run-list/1", "runs": [summary_json(run) for run in runs]}


def run_text(run: RunSummary, items: Sequence[RunItem], style: Style = PLAIN) -> str:
    """One run; of a large one the counts of its waves and its failures, each error once."""
    return _text(run, items, style, listed=len(items) <= MOST_ROWS)


def whole_run_text(run: RunSummary, items: Sequence[RunItem], style: Style = PLAIN) -> str:
    """One run with all of its targets, however many there are."""
    return _text(run, items, style, listed=True)


def run_json(run: RunSummary, items: Sequence[RunItem]) -> dict[str, object]:
    """One run with every target, for programs."""
    return {
        "format": "sqlmig.run/1",
        **summary_json(run),
        "counts_by_wave": [{"name": name, **_counts_json(counts)} for name, counts in _by_wave(run, items)],
        "workers": dict(_at_work(items)),
        "failures": [_failure_json(same) for same in failed_alike(items)],
        "items": [_item_json(run, item) for item in items],
        "next": next_of(run),
    }


def moved_text(run: RunSummary) -> str:
    """What became of a run that was paused or aborted."""
    at_work = (
        "the processes at work on it finish what is under way, then end with status 5"
        if run.alive
        else "no process is at work on it, only its state was set"
    )
    advice = next_of(run)
    return f"run {run.run_id[:SHORT]} is {run.state.value}: {at_work}\n" + (f"  next: {advice}\n" if advice else "")


def moved_json(run: RunSummary, command: str) -> dict[str, object]:
    """The same for programs.

    Args:
        run: as it is now.
        command: `pause` or `abort`: names the document.
    """
    return {"format": f"sqlmig.run-{command}/1", **summary_json(run), "next": next_of(run)}


def summary_json(run: RunSummary) -> dict[str, object]:
    """What a run is and how it stands, for programs."""
    return {
        "run_id": run.run_id,
        "command": run.command,
        "state": run.state.value,
        "outcome": run.outcome,
        "alive": run.alive,
        "started_at": moment_json(run.started_at),
        "finished_at": moment_json(run.finished_at),
        "actor": run.actor,
        "host": run.host,
        "tool": run.tool,
        "git_commit": run.git_commit,
        "reason": run.reason,
        "restore_point": run.restore_point.stored if run.restore_point is not None else None,
        "wave": run.wave,
        "waves": list(run.waves),
        "counts": _counts_json(run.counts),
    }


def next_of(run: RunSummary) -> str | None:
    """What to run next; None when there is nothing to do."""
    short = run.run_id[:SHORT]
    left = sum(run.counts.get(state, 0) for state in _LEFT)
    match run.state:
        case RunState.RUNNING if run.alive:
            return f"it goes on; `sqlmig run pause {short}` makes it wait, `sqlmig run abort {short}` ends it"
        case _ if run.command == _ROLLBACK:
            return _next_of_rollback(run)
        case RunState.RUNNING if not run.waves:
            return f"`sqlmig locks` shows whether it goes on; when it was killed, run `sqlmig {run.command}` again"
        case RunState.RUNNING:
            return f"no process is at work on it: `sqlmig run resume {short}` does what is left"
        case RunState.PAUSED:
            return f"`sqlmig run resume {short}` goes on, `sqlmig run abort {short}` gives it up"
        case RunState.HALTED:
            return (
                f"remove the cause, then `sqlmig run resume {short}`; when the files changed, `sqlmig apply` begins"
                f" a new run, and `sqlmig run abort {short}` gives this one up"
            )
        case RunState.ABORTED:
            return "`sqlmig apply` begins a new run with what is pending" if left else None
        case RunState.FINISHED if left and run.waves:
            return f"`sqlmig run resume {short}` does what is left"
        case RunState.FINISHED if any(run.counts.get(state) for state in _FAILED) and run.waves:
            return "remove the cause, then `sqlmig apply --retry-failed`"
    return None


def _next_of_rollback(run: RunSummary) -> str | None:
    """Nothing else means the same as the run itself: its targets are not where they were when it began."""
    short = run.run_id[:SHORT]
    rest = "takes back what is left, and nothing further"
    left = any(run.counts.get(state) for state in (*_LEFT, *_FAILED)) or (not run.waves and run.outcome != "done")
    match run.state:
        case RunState.ABORTED:
            return None
        case RunState.RUNNING | RunState.PAUSED:
            return f"`sqlmig run resume {short}` {rest}; `sqlmig run abort {short}` gives it up"
        case RunState.HALTED:
            return f"remove the cause, then `sqlmig run resume {short}` {rest}; `sqlmig run abort {short}` gives it up"
        case RunState.FINISHED:
            return f"remove the cause, then `sqlmig run resume {short}` {rest}" if left else None


def failed_alike(items: Sequence[RunItem]) -> tuple[SameError, ...]:
    """What went wrong, what most targets met first."""
    groups: dict[ErrorKind, list[RunItem]] = {}
    for item in items:
        if item.error is not None and item.state in _FAILED:
            groups.setdefault(item.error.kind, []).append(item)
    found = (SameError(kind, tuple(same)) for kind, same in groups.items())
    return tuple(sorted(found, key=lambda same: -len(same.items)))


def _text(run: RunSummary, items: Sequence[RunItem], style: Style, *, listed: bool) -> str:
    parts = [_head(run)]
    if waves := _by_wave(run, items):
        parts.append(_waves(waves, style))
    if workers := _at_work(items):
        names = [f"{worker} ({counted(number, 'target')})" for worker, number in workers]
        parts.append(f"at work: {some(names, 20)}")
    if failures := failed_alike(items):
        parts.append("\n".join(map(_failure, failures)))
    if listed and items:
        parts.append(_items(run, items, style))
    if items and not listed:
        parts.append(f"{counted(len(items), 'target')}; --all lists them")
    if not items and run.counts:
        parts.append("its targets are not listed any more; the log has what happened to each: `sqlmig history --run`")
    if advice := next_of(run):
        parts.append(f"next: {advice}")
    return "\n\n".join(parts) + "\n"


def _head(run: RunSummary) -> str:
    outcome = f", {run.outcome}" if run.outcome is not None else ""
    commit = f", commit {run.git_commit[:12]}" if run.git_commit else ""
    lines = [
        f"run {run.run_id}: {run.command}, {run.state.value}{outcome}",
        f"  began {moment(run.started_at)} UTC, by {run.actor} on {run.host}, {run.tool}{commit}",
    ]
    if run.finished_at is not None:
        took = duration((run.finished_at - run.started_at).total_seconds())
        lines.append(f"  ended {moment(run.finished_at)} UTC, after {took}")
    if run.reason:
        lines.append(f"  reason: {run.reason}")
    if run.restore_point is not None:
        lines.append(f"  {restore_point_line(run.restore_point)}")
    return "\n".join(lines)


def _waves(waves: Sequence[tuple[str, Mapping[ItemState, int]]], style: Style) -> str:
    states = [state for state in _SHOWN if any(counts.get(state) for _, counts in waves)]
    rows: list[list[Cell | str]] = [
        [
            name,
            Cell(f"{sum(counts.values()):,}", right=True),
            *(_number(state, counts.get(state, 0)) for state in states),
        ]
        for name, counts in waves
    ]
    return table(["wave", "targets", *(state.value for state in states)], rows, style)


def _number(state: ItemState, number: int) -> Cell:
    return Cell(f"{number:,}", _TONES.get(state, Tone.PLAIN) if number else Tone.PLAIN, right=True)


def _failure(same: SameError) -> str:
    """`412 targets: 23502 in 0031_add_owner:2 (constraint owner_fk), for example tenant_acme`."""
    example = "" if len(same.items) == 1 else "for example "
    heading = f"{counted(len(same.items), 'target')}: {same.kind}, {example}{some(same.schemas)}"
    return heading if same.kind.sqlstate is None else f"{heading}\n  {same.kind.message}"


def _items(run: RunSummary, items: Sequence[RunItem], style: Style) -> str:
    several = len(run.waves) > 1
    columns = ["schema", *(["wave"] if several else []), "state", "tries", "took", "remark"]
    rows: list[list[Cell | str]] = [
        [
            item.schema,
            *([_wave_name(run, item.wave)] if several else []),
            Cell(item.state.value, _TONES.get(item.state, Tone.PLAIN)),
            Cell(str(item.attempts) if item.attempts else "-", right=True),
            Cell(duration(item.seconds) if item.seconds is not None else "-", right=True),
            " ".join(item.error.message.split()) if item.error is not None else "",
        ]
        for item in items
    ]
    return table(columns, rows, style)


def _row(run: RunSummary) -> list[Cell | str]:
    tones = {RunState.RUNNING: Tone.WARN, RunState.PAUSED: Tone.WARN, RunState.HALTED: Tone.BAD}
    good = run.outcome in (None, "done")
    total = sum(run.counts.values())
    return [
        run.run_id[:SHORT],
        moment(run.started_at),
        run.command,
        Cell(run.state.value, tones.get(run.state, Tone.PLAIN)),
        Cell(run.outcome or "-", Tone.PLAIN if good else Tone.BAD),
        Cell(f"{total:,}" if total else "-", right=True),
        Cell(f"{run.counts.get(ItemState.DONE, 0):,}" if total else "-", right=True),
        f"{run.actor}@{run.host}",
        " ".join((run.reason or "").split()),
    ]


def _by_wave(run: RunSummary, items: Sequence[RunItem]) -> list[tuple[str, Mapping[ItemState, int]]]:
    """Counts by wave; of a run whose items are gone, its counts under one name."""
    if not items:
        return [("all", run.counts)] if run.counts else []
    counts: dict[int, Counter[ItemState]] = {number: Counter() for number in range(len(run.waves))}
    for item in items:
        counts.setdefault(item.wave, Counter())[item.state] += 1
    return [(_wave_name(run, number), found) for number, found in sorted(counts.items())]


def _wave_name(run: RunSummary, number: int) -> str:
    return run.waves[number] if number < len(run.waves) else "all"


def _at_work(items: Sequence[RunItem]) -> list[tuple[str, int]]:
    return Counter(
        item.worker for item in items if item.state is ItemState.RUNNING and item.worker is not None
    ).most_common()


def _counts_json(counts: Mapping[ItemState, int]) -> dict[str, object]:
    return {state.value: counts.get(state, 0) for state in _SHOWN}


def _failure_json(same: SameError) -> dict[str, object]:
    kind = same.kind
    return {
        "targets": len(same.items),
        "track": kind.track,
        "migration": kind.migration,
        "statement": kind.statement,
        "sqlstate": kind.sqlstate,
        "constraint": kind.constraint,
        "message": kind.message,
        "examples": same.schemas[:3],
    }


def _item_json(run: RunSummary, item: RunItem) -> dict[str, object]:
    return {
        "track": item.track,
        "target": item.key,
        "schema": item.schema,
        "wave": _wave_name(run, item.wave),
        "state": item.state.value,
        "attempts": item.attempts,
        "worker": item.worker,
        "seconds": round(item.seconds, 6) if item.seconds is not None else None,
        "sqlstate": item.error.kind.sqlstate if item.error is not None else None,
        "message": item.error.message if item.error is not None else None,
    }

"""The log: what ran, when, by whom, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.plan.results import Outcome
from sqlmig.plan.status import LogEntry
from sqlmig.project.model import version_label
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import duration, moment, moment_json


def history_text(entries: Sequence[LogEntry], style: Style = PLAIN) -> str:
    """A table, one attempt a row."""
    if not entries:
        return "the history has no such entry\n"
    columns = ["at (UTC)", "schema", "what", "action", "outcome", "took", "by", "remark"]
    return table(columns, [_row(entry) for entry in entries], style) + "\n"


def history_json(entries: Sequence[LogEntry]) -> dict[str, object]:
    """Every column of the log, for programs."""
    return {"format": "sqlmig.history/1", "entries": [_entry_json(entry) for entry in entries]}


def _row(entry: LogEntry) -> list[Cell | str]:
    good = entry.outcome == Outcome.DONE.value
    remark = " ".join((entry.message or entry.reason or "").split())
    sqlstate = f"{entry.sqlstate} " if entry.sqlstate else ""
    return [
        moment(entry.at),
        entry.schema,
        _label(entry),
        entry.action,
        Cell(entry.outcome, Tone.GOOD if good else Tone.BAD),
        Cell(duration(entry.duration), right=True),
        f"{entry.actor}@{entry.host}",
        f"{sqlstate}{remark}",
    ]


def _label(entry: LogEntry) -> str:
    return entry.name if entry.version is None else f"{version_label(entry.version)}_{entry.name}"


def _entry_json(entry: LogEntry) -> dict[str, object]:
    return {
        "at": moment_json(entry.at),
        "run_id": entry.run_id,
        "track": entry.track,
        "schema": entry.schema,
        "version": entry.version,
        "name": entry.name,
        "action": entry.action,
        "outcome": entry.outcome,
        "seconds": round(entry.duration, 6),
        "lock_wait": round(entry.lock_wait, 6),
        "attempts": entry.attempts,
        "actor": entry.actor,
        "host": entry.host,
        "tool": entry.tool,
        "git_commit": entry.git_commit,
        "sqlstate": entry.sqlstate,
        "message": entry.message,
        "reason": entry.reason,
        "detail": entry.detail,
    }

"""Backups of tenants as values, and which are kept: of each tenant the newest, and the last of so many periods."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlmig.project.config.backup import KeepConfig


class BackupState(Enum):
    """How a backup stands. The values are public: they stand in the history and in JSON."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Nobody writes it any more, and its end was never written down."""
    PRUNED = "pruned"
    """Its files are gone."""


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A backup as the history knows it."""

    backup_id: str
    target: str
    slug: str
    schema: str
    url: str
    """Its folder, without a secret."""
    state: BackupState
    reason: str | None
    run_id: str | None
    manifest: Mapping[str, Any]
    """The document; empty while the backup is not done."""
    bytes: int | None
    message: str | None
    """Why it failed."""
    actor: str
    host: str
    started_at: datetime.datetime
    finished_at: datetime.datetime | None


class Why(Enum):
    """Why a backup's files go. The values are public: they stand in JSON."""

    OLD = "old"
    """The retention does not keep it."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Prunable:
    """A backup whose files may go."""

    backup: BackupRow
    why: Why


def prunable(known: Iterable[BackupRow], keep: KeepConfig) -> tuple[Prunable, ...]:
    """The backups that may go, the oldest first: of complete ones the newest of a tenant never does.

    What is incomplete holds nothing that anybody could restore. What is being written is left alone.

    Args:
        known: all that the history knows.
        keep: how many days, weeks and months with a backup keep their last one.
    """
    rows = sorted(known, key=lambda row: (row.started_at, row.backup_id))
    kept = {row.backup_id for target in {row.target for row in rows} for row in _kept(rows, target, keep)}
    found = []
    for row in rows:
        match row.state:
            case BackupState.FAILED:
                found.append(Prunable(row, Why.FAILED))
            case BackupState.INTERRUPTED:
                found.append(Prunable(row, Why.INTERRUPTED))
            case BackupState.DONE if row.backup_id not in kept:
                found.append(Prunable(row, Why.OLD))
            case _:
                pass
    return tuple(found)


def _kept(rows: Sequence[BackupRow], target: str, keep: KeepConfig) -> list[BackupRow]:
    """The complete backups of one tenant that stay."""
    newest_first = [row for row in reversed(rows) if row.target == target and row.state is BackupState.DONE]
    periods: tuple[tuple[int, Callable[[datetime.datetime], Hashable]], ...] = (
        (keep.daily, lambda at: at.date()),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    )
    kept = newest_first[:1]
    for count, period in periods:
        last: dict[Hashable, BackupRow] = {}
        for row in newest_first:
            last.setdefault(period(row.started_at.astimezone(datetime.UTC)), row)
        kept += list(last.values())[:count]
    return kept

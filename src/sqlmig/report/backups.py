"""Backups in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlmig.errors import Interrupted, SqlmigError
from sqlmig.plan.backups import BackupRow, BackupState
from sqlmig.report.errors import error_json, error_text
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.tenantstates import size
from sqlmig.report.words import counted, duration, moment, moment_json
from sqlmig.sql.identifiers import quote_ident

if TYPE_CHECKING:
    from sqlmig.admin.backups import BackedUp
    from sqlmig.backups.pruning import Pruned
    from sqlmig.backups.verifying import Verified
    from sqlmig.tenants.restore import Restored


def told_text(one: BackedUp) -> str:
    """One tenant's backup, said as soon as it is over."""
    if isinstance(one.made, SqlmigError):
        return error_text(one.made)
    return f"tenant {one.tenant.slug}: backup {one.made.backup_id}, {size(one.made.bytes)}"


def backed_up_text(found: Sequence[BackedUp]) -> str:
    """Where the backups are; what failed was told already."""
    rows: list[list[Cell | str]] = []
    for one in found:
        if isinstance(one.made, SqlmigError):
            rows.append([one.tenant.slug, Cell("failed", Tone.BAD), "-", "-"])
        else:
            rows.append([one.tenant.slug, one.made.backup_id, Cell(size(one.made.bytes), right=True), one.url or "-"])
    return table(["tenant", "backup", "size", "where"], rows) + "\n"


def backed_up_json(found: Sequence[BackedUp]) -> dict[str, object]:
    """What became of each tenant's backup, for programs."""
    return {"format": "sqlmig.tenant-backup/1", "backups": [_backed_up(one) for one in found]}


def _backed_up(one: BackedUp) -> dict[str, object]:
    about: dict[str, object] = {"tenant": one.tenant.slug, "schema": one.tenant.schema}
    if isinstance(one.made, SqlmigError):
        return {**about, "backup": None, "error": error_json(one.made)}
    made = one.made
    return {
        **about,
        "backup": made.backup_id,
        "url": one.url,
        "bytes": made.bytes,
        "encrypted": made.encrypted,
        "fingerprint": made.fingerprint,
        "error": None,
    }


def backups_text(found: Sequence[BackupRow], style: Style = PLAIN) -> str:
    """A table of backups, the newest first."""
    if not found:
        return "there is no backup\n"
    rows: list[list[Cell | str]] = [
        [
            row.backup_id,
            row.slug,
            Cell(row.state.value, _TONES.get(row.state, Tone.PLAIN)),
            moment(row.started_at),
            Cell(size(row.bytes) if row.bytes is not None else "-", right=True),
            row.message or row.url,
        ]
        for row in found
    ]
    return table(["backup", "tenant", "state", "made", "size", "where"], rows, style) + "\n"


_TONES = {BackupState.DONE: Tone.GOOD, BackupState.FAILED: Tone.BAD, BackupState.INTERRUPTED: Tone.WARN}


def backups_json(found: Sequence[BackupRow]) -> dict[str, object]:
    """Backups for programs."""
    return {"format": "sqlmig.backup-list/1", "backups": [_row_json(row) for row in found]}


def _row_json(row: BackupRow) -> dict[str, Any]:
    return {
        "backup": row.backup_id,
        "tenant": row.slug,
        "schema": row.schema,
        "target": row.target,
        "state": row.state.value,
        "url": row.url,
        "bytes": row.bytes,
        "reason": row.reason,
        "run_id": row.run_id,
        "message": row.message,
        "actor": row.actor,
        "host": row.host,
        "started_at": moment_json(row.started_at),
        "finished_at": moment_json(row.finished_at),
        "manifest": dict(row.manifest) or None,
    }


def verified_text(one: Verified) -> str:
    """How a backup stood the reading; nothing of one that was not read to its end."""
    return "" if isinstance(one.error, Interrupted) else f"{_verified(one)}\n"


def _verified(one: Verified) -> str:
    name = f"{one.backup.backup_id} of {one.backup.slug}"
    if one.error is not None:
        return f"{name}: {one.error.message}"
    if one.entries is None:
        return f"{name}: checksums are right; it is encrypted, and no key was given to look inside"
    return f"{name}: good, {counted(one.entries, 'entry').replace('entrys', 'entries')}"


def verified_json(found: Sequence[Verified]) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.backup-verify/1",
        "backups": [
            {
                "backup": one.backup.backup_id,
                "tenant": one.backup.slug,
                "good": one.error is None,
                "depth": one.depth.value if one.depth is not None else None,
                "entries": one.entries,
                "error": error_json(one.error) if one.error is not None else None,
            }
            for one in found
        ],
    }


def pruned_text(found: Sequence[Pruned], dry_run: bool) -> str:
    """Which backups went, or would go."""
    if not found:
        return "there is nothing to remove\n"
    lines = []
    for one in found:
        if isinstance(one.error, Interrupted):
            continue
        backup = one.prunable.backup
        name = f"{backup.backup_id} of {backup.slug}, {one.prunable.why.value}"
        if one.error is not None:
            lines.append(f"not removed: {name}: {one.error.message}")
        else:
            lines.append(f"{'would remove' if dry_run else 'removed'}: {name}")
    return "".join(f"{line}\n" for line in lines)


def stopped_text(errors: Sequence[SqlmigError | None], said: str, state: str) -> str:
    """How far a command came that was stopped; empty when it was not.

    Args:
        errors: of each backup that it was to look at.
        said: what became of those that it came to.
        state: what is true now.
    """
    left = sum(isinstance(error, Interrupted) for error in errors)
    if not left:
        return ""
    so_far = f"stopped on request: {len(errors) - left} of {counted(len(errors), 'backup')} {said}"
    return error_text(Interrupted(so_far, state=state, next="run the command again"))


def pruned_json(found: Sequence[Pruned], dry_run: bool) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.backup-prune/1",
        "dry_run": dry_run,
        "backups": [
            {
                "backup": one.prunable.backup.backup_id,
                "tenant": one.prunable.backup.slug,
                "why": one.prunable.why.value,
                "error": error_json(one.error) if one.error is not None else None,
            }
            for one in found
        ],
    }


def restored_text(restored: Restored) -> str:
    """A tenant that is back, and what to do with what it replaced."""
    tenant = restored.tenant
    took = duration(restored.seconds)
    lines = [f"tenant {tenant.slug} is as in backup {restored.backup_id}: schema {tenant.schema}, {took}"]
    lines += [f"note: {note}" for note in restored.notes]
    if restored.kept is not None:
        lines += [
            f"what was there before is now schema {restored.kept}; when nobody needs it any more:",
            f"  {drop_statement(restored.kept)}",
        ]
    return "\n".join(lines) + "\n"


def restored_json(restored: Restored) -> dict[str, object]:
    """The same for programs."""
    tenant = restored.tenant
    return {
        "format": "sqlmig.tenant-restore/1",
        "tenant": {"id": tenant.id, "slug": tenant.slug, "schema": tenant.schema},
        "backup": restored.backup_id,
        "kept_schema": restored.kept,
        "notes": list(restored.notes),
        "seconds": round(restored.seconds, 3),
    }


def drop_statement(schema: str) -> str:
    """How to drop a schema that was kept."""
    return f"DROP SCHEMA {quote_ident(schema)} CASCADE;"

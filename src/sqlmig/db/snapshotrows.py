"""The history of a tenant that was made from a snapshot: the same rows as after a run of every file, set-based.

The log gets one entry for each track, with action `snapshot`: no file ran, so none has a duration or an outcome.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlmig.db.context import RunContext
from sqlmig.db.history import statement_text, target_row
from sqlmig.db.records import Message, scripts_rows
from sqlmig.db.session import Session
from sqlmig.db.traits import traits_of
from sqlmig.plan.values import Step, Target
from sqlmig.project.checksums import ALGORITHM
from sqlmig.project.model import Migration, Repeatable, Track


def snapshot_rows(context: RunContext, target: Target, steps: Sequence[Step], digest: str, source: str) -> Message:
    """The statement that makes all of a target's steps count as applied.

    Args:
        context: of the run.
        target: the tenant's, nothing being applied to it.
        steps: those that a replay would run, in order.
        digest: the target's, once all of them count (hex).
        source: where the target's objects come from: the snapshot's path, or a schema of the pool.
    """
    migrations = [(step.unit, step) for step in steps if isinstance(step.unit, Migration)]
    repeatables = [(step.unit, step) for step in steps if isinstance(step.unit, Repeatable)]
    head = migrations[-1][0] if migrations else None
    detail = {"snapshot": True, "source": source, "migrations": len(migrations), "repeatables": len(repeatables)}
    return statement_text("record_snapshot", context.history), {
        **target_row(target),
        "algorithm": ALGORITHM,
        "run_id": context.run_id,
        "versions": [unit.version for unit, _ in migrations],
        "names": [unit.name for unit, _ in migrations],
        "checksums": [bytes.fromhex(unit.up.checksum) for unit, _ in migrations],
        "rendered": [traits_of(step).rendered for _, step in migrations],
        "down_checksums": [bytes.fromhex(unit.down.checksum) if unit.down else None for unit, _ in migrations],
        "repeatable_names": [unit.name for unit, _ in repeatables],
        "repeatable_checksums": [bytes.fromhex(unit.script.checksum) for unit, _ in repeatables],
        "repeatable_rendered": [traits_of(step).rendered for _, step in repeatables],
        "digest": bytes.fromhex(digest),
        "head": head.version if head is not None else 0,
        "version": head.version if head is not None else None,
        "name": head.name if head is not None else "repeatables",
        "actor": context.origin.actor,
        "host": context.origin.host,
        "tool": context.origin.tool,
        "git_commit": context.origin.git_commit,
        "detail": json.dumps(detail),
    }


def store_missing_scripts(session: Session, context: RunContext, tracks: Sequence[Track]) -> None:
    """Keeps the templates of tracks, but sends only those that the history has not: they may be a megabyte.

    Outside of a transaction: whoever stores the same ones at the same time would wait for its end.
    """
    migrations = [migration for track in tracks for migration in track.migrations]
    repeatables = [repeatable for track in tracks for repeatable in track.repeatables]
    ups = [*(one.up for one in migrations), *(one.script for one in repeatables)]
    downs = [*(one.down for one in migrations), *(one.down for one in repeatables)]
    scripts = {script.checksum: script for script in (*ups, *downs) if script is not None}
    wanted = {"checksums": [bytes.fromhex(checksum) for checksum in scripts]}
    missing = [row[0] for row in session.rows(statement_text("scripts_missing", context.history), wanted)]
    if missing:
        session.run(*scripts_rows(context.history, [scripts[checksum] for checksum in missing]))

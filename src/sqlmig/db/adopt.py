"""Takes on the checksums of applied files that were only laid out anew, so that the next look is a short one again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmig.db import records
from sqlmig.db.context import RunContext
from sqlmig.db.locks import Keys, key_of, locked, shared_key
from sqlmig.db.session import Session
from sqlmig.plan.values import TargetPlan
from sqlmig.project.checksums import state_digest


def adopt_layouts(session: Session, context: RunContext, plans: Sequence[TargetPlan]) -> None:
    """Writes the new checksums into the history, set by set; the log says so for each target.

    No run changes a target meanwhile: this holds the shared tracks' key exclusively.

    Args:
        session: outside of a transaction.
        context: of the run.
        plans: whose `relaid` migrations say the same as what ran.

    Raises:
        LockNotObtained: other runs did not let go in time.
    """
    keys = Keys(shared_key(context.history), key_of(context.history, "adopt"), exclusive=True)
    with locked(session, keys, "the history", context.lock_wait):
        scripts = [s for plan in plans for m in plan.relaid for s in (m.up, m.down) if s is not None]
        records.store_scripts(session, context.history, scripts)
        for same in _alike(plans):
            _adopt(session, context, same)


def _alike(plans: Iterable[TargetPlan]) -> list[list[TargetPlan]]:
    """Targets of one track with one digest: the same change serves them all."""
    groups: dict[tuple[str, str | None, tuple[int, ...]], list[TargetPlan]] = {}
    for plan in plans:
        key = (plan.target.track, plan.before.digest, tuple(m.version for m in plan.relaid))
        groups.setdefault(key, []).append(plan)
    return list(groups.values())


def _adopt(session: Session, context: RunContext, same: Sequence[TargetPlan]) -> None:
    first = same[0]
    checksums = {row.version: row.checksum for row in first.before.applied}
    targets = [plan.target.key for plan in same]
    for migration in first.relaid:
        old, checksums[migration.version] = checksums[migration.version], migration.up.checksum
        records.adopt_checksum(session, context.history, migration, old, targets)
    digest = state_digest(checksums.items(), first.before.repeatables.items())
    records.adopt_digest(session, context.history, first.target.track, first.before.digest or "", digest, targets)
    for plan in same:
        for migration in plan.relaid:
            records.write_log(
                session,
                context,
                plan.target,
                "adopt",
                version=migration.version,
                name=migration.name,
                reason="laid out anew; it still says the same",
            )

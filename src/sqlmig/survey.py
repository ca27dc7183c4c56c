"""Looks and changes nothing: where targets stand, files against history, what ran, who holds which lock."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.db import history, runlist
from sqlmig.db.locks import held_locks, keys_for, shared_key
from sqlmig.db.readiness import read_readiness
from sqlmig.db.registry import read_tenants
from sqlmig.db.session import Session
from sqlmig.fleet.readback import at_head
from sqlmig.fleet.targets import Selection, read_snapshot, select_targets, shared_target, targets_of, tenant_target
from sqlmig.plan.heads import Heads
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import HeldLock
from sqlmig.plan.status import Check, LogEntry, Status, UnfinishedRun, Verification, status_of, verification_of
from sqlmig.plan.values import Plan, Target
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope

_RUNS = 20
"""So many of the last runs are looked at for those that go on, are paused or halted."""


def status(session: Session, files: ProjectFiles, selection: Selection) -> Status:
    """Where every selected target stands.

    Raises:
        UsageError: the selection names what there is not.
        ConfigError: the registry cannot be used.
    """
    plan = _plan(session, files, selection)
    schema = files.config.history_schema
    if not history.exists(session, schema):
        return status_of(plan, {}, ())
    heads = history.read_heads(session, schema)
    going_on = tuple(run for run in runlist.list_runs(session, schema, _RUNS) if run.finished_at is None)
    return status_of(plan, heads, _unfinished(session, schema), going_on)


def verify(session: Session, files: ProjectFiles, selection: Selection) -> Verification:
    """The files against the history.

    Raises:
        UsageError: the selection names what there is not.
        ConfigError: the registry cannot be used.
    """
    schema = files.config.history_schema
    unfinished = _unfinished(session, schema) if history.exists(session, schema) else ()
    return verification_of(_plan(session, files, selection), unfinished)


def check(session: Session, files: ProjectFiles, selection: Selection) -> Check:
    """Whether all that this release of the files needs is there: for a readiness probe, one round trip.

    Only what is not where the files lead is looked at more closely.

    Raises:
        UsageError: the selection names what there is not.
        ConfigError: the registry cannot be used.
    """
    tenants, rows, holds = read_readiness(session, files)
    if files.of_kinds and files.config.lifecycle.template_column is None:
        # The history knows the kinds, and a probe that reads the registry alone does not ask it.
        tenants = read_tenants(session, files) or ()
    targets = targets_of(files, selection, tenants).targets
    heads = Heads(files)
    behind: list[Target] = []
    ahead: list[str] = []
    for target in targets:
        digest, version = rows.get(target.identity, (None, 0))
        head, hold = heads.of(target), holds.get(target.identity)
        last = head.track.head
        if version > last:
            ahead.append(target.schema)
        elif digest != head.digest and not (hold is not None and min(hold.at, last) <= version):
            behind.append(target)
    perhaps = (target for target in behind if rows.get(target.identity, ("", -1))[1] == heads.of(target).track.head)
    there = at_head(session, files.config.history_schema, heads, perhaps)
    lacking = tuple(target.schema for target in behind if target.identity not in there)
    return Check(not lacking, len(targets), lacking, tuple(ahead))


def log(
    session: Session, files: ProjectFiles, *, schemas: Sequence[str], limit: int, run: str | None, failed: bool
) -> tuple[LogEntry, ...]:
    """What ran, the newest first."""
    schema = files.config.history_schema
    if not history.exists(session, schema):
        return ()
    return history.read_log(session, schema, schemas=schemas, limit=limit, run=run, failed=failed)


def locks(session: Session, files: ProjectFiles) -> tuple[HeldLock, ...]:
    """The advisory locks that runs of sqlmig hold now, with their sessions."""
    schema = files.config.history_schema
    labels = {shared_key(schema): "shared tracks"}
    for target in _all_targets(session, files):
        labels[keys_for(schema, target).target] = target.schema
    return tuple(held_locks(session, labels))


def _plan(session: Session, files: ProjectFiles, selection: Selection) -> Plan:
    selected = select_targets(session, files, selection)
    plan = make_plan(files, selected.targets, read_snapshot(session, files, selected.targets, Up()), Up())
    return Plan(plan.targets, plan.refusals, (*selected.notes, *plan.notes))


def _all_targets(session: Session, files: ProjectFiles) -> list[Target]:
    shared = [shared_target(track) for track in files.tracks if track.scope is Scope.SHARED]
    tenants = read_tenants(session, files) or ()
    return [*shared, *(tenant_target(track, tenant) for track in files.tenant_tracks for tenant in tenants)]


def _unfinished(session: Session, schema: str) -> tuple[UnfinishedRun, ...]:
    return tuple(UnfinishedRun(*row) for row in history.read_unfinished(session, schema))

"""Runs that the database knows, as far as taking them up again needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlmig.db import runlist, runs
from sqlmig.db.history import exists
from sqlmig.db.session import Session
from sqlmig.errors import Refused
from sqlmig.fleet.launch import Rollout, manifest_of_run
from sqlmig.fleet.targets import Selection
from sqlmig.plan.planner import Up
from sqlmig.plan.rollout import Identity
from sqlmig.plan.runmoves import SHORT
from sqlmig.project.load import ProjectFiles


@dataclass(frozen=True, slots=True)
class KnownRun:
    """What a run was begun for."""

    run_id: str
    selection: Selection
    goal: Up
    together: bool
    manifest: str | None
    targets: frozenset[Identity] = frozenset()
    """Those that are to be tried again."""


def unfinished(session: Session, files: ProjectFiles, run_id: str | None) -> KnownRun:
    """A run of which something is left.

    Raises:
        Refused: there is none, or the files are no longer those that it was begun with.
        UsageError: no run's id begins like this.
    """
    history = files.config.history_schema
    found = _full_id(session, history, run_id, unfinished=True)
    if found is None:
        raise Refused(
            "there is no run of which something is left",
            state="nothing was changed",
            next="`sqlmig apply` does what is pending; `sqlmig run list` shows the last runs",
        )
    stored = runs.stored(session, history, found)
    known = _known(found, stored)
    wanted = manifest_of_run(files, known.selection, known.goal, Rollout(together=known.together))
    if stored.manifest is not None and stored.manifest != wanted:
        raise Refused(
            f"run {found[:SHORT]} was begun with other files, or other settings",
            state="nothing was changed",
            next="check out what it was begun with (`sqlmig run show` names the commit), or begin anew: `sqlmig apply`",
        )
    return known


def failed(session: Session, files: ProjectFiles, run_id: str | None) -> KnownRun:
    """A run with the targets that failed in it, were quarantined or blocked.

    Raises:
        Refused: there is no run over a fleet, or nothing failed in it.
        UsageError: no run's id begins like this.
    """
    history = files.config.history_schema
    found = _full_id(session, history, run_id, unfinished=False)
    if found is None:
        raise Refused("there is no run whose failed targets could be tried again", next="`sqlmig apply` begins one")
    targets = frozenset(runs.failed_items(session, history, found))
    if not targets:
        raise Refused(
            f"no target failed in run {found[:SHORT]}",
            state="nothing was changed",
            next="`sqlmig apply` does what is pending",
        )
    known = _known(found, runs.stored(session, history, found))
    return replace(known, targets=targets)


def _full_id(session: Session, history_schema: str, run_id: str | None, *, unfinished: bool) -> str | None:
    if run_id is None:
        if not exists(session, history_schema):
            return None
        return runs.last_run(session, history_schema, unfinished=unfinished)
    summary, _ = runlist.show(session, history_schema, run_id)
    return summary.run_id


def _known(run_id: str, stored: runs.StoredRun) -> KnownRun:
    if stored.goal is None:
        raise Refused(
            f"run {run_id[:SHORT]} ({stored.command}) keeps no goal that it could go on to",
            state="nothing was changed",
            next="run the command again",
        )
    chosen = cast("Mapping[str, Any]", stored.options.get("selection", {}))
    selection = Selection(tuple(chosen.get("schemas", ())), bool(chosen.get("platform")), chosen.get("track"))
    to = stored.goal.get("to")
    return KnownRun(
        run_id, selection, Up(cast("int | None", to)), bool(stored.options.get("together")), stored.manifest
    )

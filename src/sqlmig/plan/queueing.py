"""Decisions about the queue of a fleet: whether files agree, what an attempt came to, when to try again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from sqlmig.plan.queued import Attempt, Ending, FleetJob, JobState, Manifest, QueuedJob, ReadBack
from sqlmig.plan.resolve import track_digest
from sqlmig.plan.results import Failure, Outcome, RunResult
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Track

FORMAT = 1
"""Of a job's arguments."""

FORMAT_WITH_KINDS = 2
"""Of those of a job for files that are not the same for every kind of tenants."""

MOST_ATTEMPTS = 10
"""How often a job is tried when something is in its way: for some six minutes."""

LONGEST_PAUSE = 60.0
"""Seconds."""


def manifest_of(files: ProjectFiles) -> Manifest:
    """The manifest of files on disk."""
    config, lifecycle = files.config, files.config.lifecycle
    seen: dict[str, object] = {"variables": config.variables, "search_path": config.search_path}
    if lifecycle.templates:
        variables = {kind.name: kind.variables for kind in lifecycle.templates}
        seen["kinds"] = [variables, lifecycle.template_column, lifecycle.default_template]
    settings = hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()
    shared, tenant = _digests(files.shared_tracks), _digests(files.tenant_tracks)
    wholes = {kind: files.whole_of_kind(kind) for kind in files.of_kinds}
    kinds = {kind: _digests([whole]) for kind, whole in wholes.items()}
    return Manifest(shared, tenant, settings, config.environment, kinds)


def manifest_id(manifest: Manifest) -> str:
    """A short name for a manifest, the same on every host. Jobs in another form than FORMAT have other names."""
    told = json.dumps([_format(manifest), _manifest_json(manifest)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def differences(wanted: Manifest, here: Manifest) -> tuple[str, ...]:
    """In words, what of two manifests is not the same; empty when they are equal."""
    theirs, ours = ({**manifest.shared, **manifest.tenant} for manifest in (wanted, here))
    tracks = sorted(theirs.keys() | ours.keys())
    found = [f"the files of track {name}" for name in tracks if theirs.get(name) != ours.get(name)]
    kinds = sorted(wanted.kinds.keys() | here.kinds.keys())
    found += [f"the files of kind {kind}" for kind in kinds if wanted.kinds.get(kind) != here.kinds.get(kind)]
    if wanted.settings != here.settings:
        found.append("variables or search_path")
    if wanted.environment != here.environment:
        found.append(f"the environment ({wanted.environment or 'none'}, here {here.environment or 'none'})")
    return tuple(found)


def arguments_of(job: FleetJob) -> dict[str, Any]:
    """A job as the queue keeps it."""
    return {
        "format": _format(job.manifest),
        "key": job.key,
        "schema": job.schema,
        "manifest": _manifest_json(job.manifest),
        "actor": job.actor,
        "git_commit": job.git_commit,
        "reason": job.reason,
    }


def is_known(arguments: Mapping[str, Any]) -> bool:
    """Whether a job is in a form that this sqlmig knows."""
    return arguments.get("format") in (FORMAT, FORMAT_WITH_KINDS)


def job_of(arguments: Mapping[str, Any]) -> FleetJob:
    """A job as it was put into the queue."""
    manifest = Manifest(**arguments["manifest"])
    given = {name: arguments[name] for name in ("key", "schema", "actor", "git_commit", "reason")}
    return FleetJob(manifest=manifest, **given)


def newest_of_each(jobs: Iterable[QueuedJob]) -> tuple[QueuedJob, ...]:
    """The newest job of each target, withdrawn ones left out, in the order in which they were made."""
    newest: dict[str, QueuedJob] = {}
    for job in sorted(jobs, key=lambda job: job.id):
        if job.state is not JobState.WITHDRAWN:
            newest.pop(job.job.key, None)
            newest[job.job.key] = job
    return tuple(newest.values())


def attempt_of(result: RunResult) -> Attempt:
    """What a run of one tenant says of the attempt at its job."""
    failed = next((one for one in result.results if one.outcome is not Outcome.DONE and one.failure is not None), None)
    steps = sum(max(one.ran, sum(s.outcome is Outcome.DONE for s in one.steps)) for one in result.results)
    ending = Ending.LOST if failed is not None and _lost(failed.failure) else _ENDINGS[result.outcome]
    if ending is Ending.DONE:
        return Attempt(ending, steps=steps, seconds=result.seconds)
    if failed is None or failed.failure is None:
        what = result.halted or "the tenant is not where it should be"
        return Attempt(ending, what, next="see `sqlmig status`", steps=steps, seconds=result.seconds)
    failure = failed.failure
    place = str(failure.place) if failure.place is not None else None
    return Attempt(ending, failure.message, failure.state, failure.next, place, steps, result.seconds)


def pause_before_retry(ending: Ending, attempts: int, chance: float) -> float | None:
    """Seconds until a job is tried again; None when it is not.

    What failed would fail again, so it is left to people. What was only in the way is tried with pauses that double.

    Args:
        ending: of the attempt that is over.
        attempts: how often the job was begun before that.
        chance: from 0 to 1, so that jobs that failed together do not come back together.
    """
    if ending is Ending.STOPPED:
        return 0.0
    if ending not in _PASSES or attempts + 1 >= MOST_ATTEMPTS:
        return None
    ceiling: float = min(LONGEST_PAUSE, 2.0 ** (attempts + 1))
    return ceiling * (0.5 + 0.5 * chance)


def read_back(
    jobs: Iterable[QueuedJob],
    here: Manifest,
    tenants: Mapping[str, str | None],
    digests: Mapping[tuple[str, str], str],
    held: AbstractSet[str] = frozenset(),
) -> ReadBack:
    """Where the targets of the queue are: at the goal of their jobs, or where these files lead, or not.

    A job that succeeded with other files than these is over: other files may have had the target since.

    Args:
        jobs: the newest of each target.
        here: the manifest of these files.
        tenants: the kinds of the tenants in the registry, by id.
        digests: what the history says, by track and id.
        held: the ids of tenants that are held at a version: they are where they should be.
    """
    there, behind, gone = [], [], []
    for one in jobs:
        job = one.job
        if one.state is JobState.SUCCEEDED and job.manifest != here:
            continue
        if job.key not in tenants:
            gone.append(job.schema)
        elif job.key in held or any(
            at_goal(job.key, manifest, digests, tenants[job.key]) for manifest in (job.manifest, here)
        ):
            there.append(job.schema)
        else:
            behind.append(job.schema)
    return ReadBack(tuple(there), tuple(behind), tuple(gone))


def at_goal(key: str, manifest: Manifest, digests: Mapping[tuple[str, str], str], kind: str | None = None) -> bool:
    """Whether the history says that a tenant has all that the files hold.

    Args:
        key: the tenant's id.
        manifest: of the files.
        digests: what the history says, by track and id.
        kind: of the tenant.
    """
    return all(digests.get((track, key)) == digest for track, digest in manifest.goal(kind).items())


_PASSES = frozenset({Ending.BUSY, Ending.LOST})
"""Endings that may be different the next time."""

_ENDINGS = {
    Outcome.DONE: Ending.DONE,
    Outcome.MOVED: Ending.BUSY,
    Outcome.NOT_STARTED: Ending.BUSY,
    Outcome.BLOCKED: Ending.BUSY,
    Outcome.INTERRUPTED: Ending.STOPPED,
    Outcome.FAILED: Ending.FAILED,
    Outcome.QUARANTINED: Ending.FAILED,
}


def _digests(tracks: Iterable[Track]) -> dict[str, str]:
    return {track.name: track_digest(track) for track in tracks if track.migrations or track.repeatables}


def _lost(failure: Failure | None) -> bool:
    if failure is None:
        return False
    if failure.error is None:
        # A failure without an answer of the server that no other target would be spared: the connection.
        return failure.halts
    return remedy(failure.error.sqlstate, failure.error.message) is Remedy.RECONNECT


def _format(manifest: Manifest) -> int:
    return FORMAT_WITH_KINDS if manifest.kinds else FORMAT


def _manifest_json(manifest: Manifest) -> dict[str, Any]:
    kinds = {"kinds": {kind: dict(digests) for kind, digests in manifest.kinds.items()}} if manifest.kinds else {}
    return {
        **kinds,
        "shared": dict(manifest.shared),
        "tenant": dict(manifest.tenant),
        "settings": manifest.settings,
        "environment": manifest.environment,
    }

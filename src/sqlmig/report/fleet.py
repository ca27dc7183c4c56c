"""The queue of a fleet in words: what was put into it, what its workers do, how it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmig.plan.queued import (
    Attempt,
    Ending,
    Enqueued,
    FleetStatus,
    JobBegan,
    JobEnded,
    JobsForOthers,
    JobsPutBack,
    JobState,
    QueuedJob,
    ServerLost,
    Worked,
    WorkerEnd,
    WorkerEvent,
)
from sqlmig.plan.queueing import manifest_id
from sqlmig.report.run import run_json
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import counted, duration, some

_TONES = {JobState.SUCCEEDED: Tone.GOOD, JobState.FAILED: Tone.BAD}

_WORDS = {
    Ending.DONE: "done",
    Ending.GONE: "gone",
    Ending.BUSY: "blocked",
    Ending.LOST: "lost its connection",
    Ending.STOPPED: "stopped",
    Ending.REFUSED: "refused",
    Ending.FAILED: "failed",
}


def enqueued_text(result: Enqueued) -> str:
    """What was put into the queue."""
    lines = [f"note: {note}" for note in result.notes]
    if result.queued:
        lines.append(f"{counted(len(result.queued), 'job')} put into the queue: {some(result.queued)}")
    if result.already:
        lines.append(f"{counted(len(result.already), 'tenant')} in the queue already: {some(result.already)}")
    if result.withdrawn:
        lines.append(f"{counted(result.withdrawn, 'waiting job')} for other files gave way")
    if result.queued or result.already:
        lines.append("next: `sqlmig fleet worker` on any host that has these files")
    else:
        lines.append("nothing is pending in any tenant: no job was made")
    return "\n".join(lines) + "\n"


def enqueued_json(result: Enqueued) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.fleet-enqueue/1",
        "manifest": manifest_id(result.manifest),
        "exit_status": result.exit_status,
        "platform": run_json(result.platform, "apply") if result.platform is not None else None,
        "queued": list(result.queued),
        "already": list(result.already),
        "withdrawn": result.withdrawn,
        "notes": list(result.notes),
    }


def event_line(event: WorkerEvent) -> str | None:
    """One line for a log; None for what only a closer look wants to see."""
    match event:
        case JobBegan():
            return None
        case JobEnded(schema, attempt, again_in):
            return _ended_line(schema, attempt, again_in)
        case JobsPutBack(schemas):
            return f"back in the queue, for their workers died: {some(schemas)}"
        case JobsForOthers(jobs, files, different, asked_by):
            return (
                f"{counted(jobs, 'job')} for other files than these left to workers that have them: not the same are"
                f" {', '.join(different)} (files {files}, asked for by {asked_by})"
            )
        case ServerLost(why):
            return f"{why}; connecting again"


def worked_text(result: Worked) -> str:
    """What a worker came to."""
    done = result.endings.get(Ending.DONE, 0)
    others = [f"{count:,} {_WORDS[ending]}" for ending, count in result.endings.items() if ending is not Ending.DONE]
    did = ", ".join([f"this worker: {counted(done, 'job')} done", *others])
    if result.end is WorkerEnd.STOPPED:
        return f"{did}\nstopped on request: what was under way is in the queue again\n"
    found = result.read_back
    total = len(found.there) + len(found.behind)
    lines = [did, f"{len(found.there):,} of {counted(total, 'target')} of the queue where they should be"]
    if found.gone:
        lines.append(f"in the registry no longer: {some(found.gone)}")
    if found.behind:
        lines.append(f"not where they should be: {some(found.behind)}")
        lines.append("next: `sqlmig fleet status` says why")
    return "\n".join(lines) + "\n"


def worked_json(result: Worked) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.fleet-worker/1",
        "end": result.end.value,
        "exit_status": result.exit_status,
        "attempts": {ending.value: count for ending, count in result.endings.items()},
        "there": len(result.read_back.there),
        "behind": list(result.read_back.behind),
        "gone": list(result.read_back.gone),
    }


def fleet_text(status: FleetStatus, style: Style = PLAIN) -> str:
    """How many jobs stand how, and why some failed or wait: each reason once."""
    if not status.jobs:
        return f"nothing was put into this queue; {_workers(status)}\n"
    counts = [
        [Cell(state.value, _TONES.get(state, Tone.PLAIN)), Cell(f"{count:,}", right=True)]
        for state in JobState
        if (count := status.counts.get(state, 0))
    ]
    parts = [table(["jobs", "targets"], counts, style)]
    parts += [f"{group.word}: {group}" for group in _groups(status.jobs)]
    parts.append(_workers(status))
    return "\n\n".join(parts) + "\n"


def fleet_json(status: FleetStatus) -> dict[str, object]:
    """Every target's newest job, for programs."""
    return {
        "format": "sqlmig.fleet/1",
        "workers": status.workers,
        "counts": {state.value: status.counts.get(state, 0) for state in JobState if state is not JobState.WITHDRAWN},
        "groups": [group.json() for group in _groups(status.jobs)],
        "jobs": [_job_json(job) for job in status.jobs],
    }


@dataclass(frozen=True, slots=True)
class _Group:
    """Jobs of one state whose last attempts ended alike."""

    state: JobState
    attempt: Attempt
    schemas: tuple[str, ...]

    @property
    def word(self) -> str:
        return self.state.value if self.state is JobState.FAILED else f"{self.state.value}, to be tried again"

    def __str__(self) -> str:
        attempt = self.attempt
        lines = [f"{attempt.place}: {attempt.message}" if attempt.place else attempt.message]
        if len(self.schemas) > 1:
            lines.append(f"  the same in {counted(len(self.schemas), 'target')}: {some(self.schemas)}")
        lines += [f"  {name}: {text}" for name, text in (("state", attempt.state), ("next", attempt.next)) if text]
        return "\n".join(lines)

    def json(self) -> dict[str, object]:
        return {
            "state": self.state.value,
            "ending": self.attempt.ending.value,
            "message": self.attempt.message,
            "place": self.attempt.place,
            "next": self.attempt.next,
            "count": len(self.schemas),
            "schemas": list(self.schemas),
        }


def _groups(jobs: Sequence[QueuedJob]) -> list[_Group]:
    """Failed ones first, the largest group of each before the others."""
    found: dict[object, list[QueuedJob]] = {}
    for job in jobs:
        if job.last is not None and job.state in (JobState.FAILED, JobState.WAITING):
            message = _nameless(job.last.message, job.job.schema)
            found.setdefault((job.state, job.last.ending, message, job.last.place), []).append(job)
    groups = [
        _Group(same[0].state, same[0].last, tuple(job.job.schema for job in same))
        for same in found.values()
        if same[0].last is not None
    ]
    return sorted(groups, key=lambda group: (group.state is not JobState.FAILED, -len(group.schemas)))


def _nameless(text: str, schema: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(schema)}(?!\w)", "\0", text)


def _ended_line(schema: str, attempt: Attempt, again_in: float | None) -> str:
    if attempt.ending is Ending.DONE:
        return f"{schema}  {counted(attempt.steps, 'step')}  {duration(attempt.seconds)}"
    where = f"{attempt.place}: " if attempt.place else ""
    again = f"; again in {duration(again_in)}" if again_in else "; it goes back" if again_in is not None else ""
    return f"{schema}  {_WORDS[attempt.ending]}{again}: {where}{attempt.message}"


def _workers(status: FleetStatus) -> str:
    return f"{counted(status.workers, 'worker')} alive"


def _job_json(job: QueuedJob) -> dict[str, object]:
    last = job.last
    return {
        "schema": job.job.schema,
        "target": job.job.key,
        "state": job.state.value,
        "attempts": job.attempts,
        "manifest": manifest_id(job.job.manifest),
        "environment": job.job.manifest.environment,
        "actor": job.job.actor,
        "git_commit": job.job.git_commit,
        "last": {"ending": last.ending.value, "message": last.message, "place": last.place} if last else None,
    }

"""What the queue of a fleet holds: jobs, how they stand, and what became of each attempt. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sqlmig.plan.results import RunResult


@dataclass(frozen=True, slots=True)
class Manifest:
    """What decides what a run of these files does: processes with equal manifests apply the same."""

    shared: Mapping[str, str]
    """By shared track: the digest of a target that has everything of its files. Tracks without files are left out."""
    tenant: Mapping[str, str]
    """The same for tenant tracks: where a tenant is when its job is done."""
    settings: str
    """A hash of what else templates and migrations see: variables, search_path."""
    environment: str | None
    """The environment's name, which templates see too."""
    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind of tenants with files of its own, by track: where its tenants are instead when their job is done."""

    def goal(self, kind: str | None) -> Mapping[str, str]:
        """By tenant track the digest of a tenant of a kind whose job is done."""
        return {**self.tenant, **self.kinds.get(kind or "", {})}


@dataclass(frozen=True, slots=True)
class FleetJob:
    """One tenant's work in the queue: what shall be true of it, and who asked. Holds no secret."""

    key: str
    """What history and locks know the tenant by: its id in the registry."""
    schema: str
    """Its schema when the job was made."""
    manifest: Manifest
    actor: str
    git_commit: str | None
    reason: str | None

    @property
    def asked_by(self) -> str:
        """Who made it, and at which commit."""
        return f"{self.actor} at commit {self.git_commit[:12]}" if self.git_commit else self.actor


class JobState(Enum):
    """How a job stands in the queue. The values are public: they stand in JSON."""

    WAITING = "waiting"
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """It is not tried again by itself."""
    WITHDRAWN = "withdrawn"
    """A later `fleet enqueue` with other files took its place."""


class Ending(Enum):
    """How one attempt at a job ended. The values are public: they stand in the queue and in JSON."""

    DONE = "done"
    GONE = "gone"
    """The tenant is in the registry no longer: there is nothing to do."""
    BUSY = "busy"
    """A lock was not obtained in time."""
    LOST = "lost"
    """The connection, or the server, was gone."""
    STOPPED = "stopped"
    """The worker was asked to stop."""
    REFUSED = "refused"
    """The plan may not run; nothing was changed."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt at a job."""

    ending: Ending
    message: str = ""
    """What happened; empty when all went well."""
    state: str | None = None
    """What is true of the database now."""
    next: str | None = None
    """What to do about it."""
    place: str | None = None
    """File, line and column."""
    steps: int = 0
    """How many steps ended well."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job with its place in the queue."""

    id: int
    job: FleetJob
    state: JobState
    attempts: int
    """How often it was begun before."""
    last: Attempt | None = None
    """The last attempt that did not end well; None when there was none."""


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """The queue as it stands: the newest job of each target."""

    jobs: tuple[QueuedJob, ...]
    workers: int
    """How many are alive."""

    @property
    def counts(self) -> Mapping[JobState, int]:
        """How many targets' jobs stand how."""
        return Counter(job.state for job in self.jobs)


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What `fleet enqueue` came to."""

    manifest: Manifest
    platform: RunResult | None
    """The run of the shared tracks; None when none was asked for, or nothing was pending. When it did not end well,
    no job was made."""
    queued: tuple[str, ...] = ()
    """Schemas that got a job."""
    already: tuple[str, ...] = ()
    """Schemas whose job was in the queue before, with the same files."""
    withdrawn: int = 0
    """Jobs with other files that gave way."""
    notes: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """That of the shared tracks' run, when it did not end well."""
        return self.platform.exit_status if self.platform is not None else 0


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Where the targets of the queue are, read from the history."""

    there: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """No longer in the registry: nobody waits for them."""


class WorkerEnd(Enum):
    """Why a worker came to its end."""

    EMPTY = "empty"
    """Nothing was left in the queue."""
    STOPPED = "stopped"
    """It was asked to stop."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a worker came to."""

    end: WorkerEnd
    endings: Mapping[Ending, int]
    """How many attempts of this worker ended how."""
    read_back: ReadBack = ReadBack()
    """Of all targets of the queue, whoever did them; empty for a worker that was stopped."""

    @property
    def exit_status(self) -> int:
        """0 only when every target of the queue was read back where it should be."""
        if self.end is WorkerEnd.STOPPED:
            return 5
        return 3 if self.read_back.behind else 0


@dataclass(frozen=True, slots=True)
class JobBegan:
    """A worker has taken on a job."""

    schema: str


@dataclass(frozen=True, slots=True)
class JobEnded:
    """An attempt at a job is over."""

    schema: str
    attempt: Attempt
    again_in: float | None
    """Seconds until it is tried again; None when it is not."""


@dataclass(frozen=True, slots=True)
class JobsPutBack:
    """Jobs of workers that died are in the queue again."""

    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobsForOthers:
    """Jobs wait for workers with other files than these."""

    jobs: int
    files: str
    """The manifest that they wait for, by its short name."""
    different: tuple[str, ...]
    """What of the files is not the same, in words."""
    asked_by: str
    """Who made them, and at which commit."""


@dataclass(frozen=True, slots=True)
class ServerLost:
    """The worker lost the server, and connects again."""

    why: str


WorkerEvent = JobBegan | JobEnded | JobsPutBack | JobsForOthers | ServerLost

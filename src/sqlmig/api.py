"""The Python interface: what the commands do, returning the values that they print.

    project = sqlmig.Project.load("path/to/project", environment="production")
    if not project.status().current:
        project.apply()

An application's start and its readiness probe are in `sqlmig.readiness`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmig import __version__, engine, mend, runs, survey
from sqlmig.database import database_url, on_database
from sqlmig.db.context import RunContext, Stop, new_run_id, origin
from sqlmig.db.registry import read_tenants
from sqlmig.db.script import script_of
from sqlmig.db.session import Session, session
from sqlmig.errors import ConnectionFailed, Refused, UsageError
from sqlmig.fleet.launch import Rollout, rollout_of
from sqlmig.fleet.targets import Selection, select_targets
from sqlmig.plan.diff import Diff, diff_of
from sqlmig.plan.events import Observer, nobody
from sqlmig.plan.planner import Down, Up
from sqlmig.plan.repair import Baselined, Mend, Repair
from sqlmig.plan.results import HeldLock, Holder, RunResult
from sqlmig.plan.rollout import RunItem, RunSummary
from sqlmig.plan.status import Check, LogEntry, Status, Verification
from sqlmig.plan.values import Plan, Target
from sqlmig.project.config.load import find_config, load_config
from sqlmig.project.config.values import Config
from sqlmig.project.git import checkout, head_commit, merge_base
from sqlmig.project.load import ProjectFiles, load_files
from sqlmig.project.model import Scope, Tenant

if TYPE_CHECKING:
    from sqlmig.plan.provisioning import CreatedTenant
    from sqlmig.review import Review

OnWait = Callable[[Target, list[Holder]], None]


@dataclass(frozen=True)
class Project:
    """A project on disk with its configuration; each call opens a connection of its own and closes it."""

    config: Config

    @classmethod
    def load(
        cls,
        path: str | Path = ".",
        *,
        environment: str | None = None,
        database_url: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Project:
        """Reads the configuration.

        Args:
            path: the project's folder, one below it, or the configuration file.
            environment: its name; SQLMIG_ENV and the configuration's default count without one.
            database_url: goes before every other source.
            environ: in place of the process's environment variables.

        Raises:
            ConfigError: with everything that is wrong.
        """
        start = Path(path)
        file = start if start.is_file() else find_config(start)
        environ = os.environ if environ is None else environ
        return cls(load_config(file, environment=environment, environ=environ, database_url=database_url))

    def databases(self) -> tuple[str, ...]:
        """The names of the databases that the configuration lists; none in a project with one database."""
        return tuple(database.name for database in self.config.databases)

    def on(self, database: str) -> Project:
        """The project on one of its databases; `sqlmig.shards` has calls on several of them at once.

        Args:
            database: its name.

        Raises:
            UsageError: there is no database of that name.
            ConfigError: its URL needs process variables that are not set.
        """
        return Project(on_database(self.config, database))

    @cached_property
    def files(self) -> ProjectFiles:
        """The SQL files, read on first use.

        Raises:
            ProjectError: with every problem of every file.
        """
        return load_files(self.config)

    def plan(
        self,
        *,
        schemas: Sequence[str] = (),
        platform: bool = False,
        track: str | None = None,
        to: int | None = None,
    ) -> Plan:
        """What `apply` would do. Reads only."""
        selection = self._selection(schemas, platform, track)
        self._one_track(selection, to)
        with self.job() as job:
            return engine.plan(job, selection, Up(to))

    def plan_rollback(
        self,
        *,
        schemas: Sequence[str] = (),
        platform: bool = False,
        track: str | None = None,
        to: int | None = None,
        steps: int | None = None,
    ) -> Plan:
        """What `rollback` would do. Reads only."""
        selection = self._selection(schemas, platform, track)
        self._one_track(selection, to or steps)
        with self.job() as job:
            return engine.plan(job, selection, Down(to, steps))

    def apply(
        self,
        *,
        schemas: Sequence[str] = (),
        platform: bool = False,
        track: str | None = None,
        to: int | None = None,
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
        lock_wait: str | None = None,
        reason: str | None = None,
        command: str = "apply",
        rollout: Rollout | None = None,
        before: engine.Before | None = None,
    ) -> RunResult:
        """Brings the shared tracks and then every selected tenant up.

        Args:
            schemas: names or patterns of tenant schemas; without any selection, everything.
            platform: the shared tracks only.
            track: one track only.
            to: a version to stop at.
            observer: is told of every event.
            stop: asks the run to stop.
            on_wait: is told who keeps a target waiting; called from another thread.
            lock_wait: how long to try for another run's locks, such as `30s`.
            reason: is kept in the history.
            command: what the history calls the run.
            rollout: how it reaches its targets; without one, as the configuration says.
            before: is called when all is planned and checked and nothing has run: `sqlmig.admin.backups` has what
                backs tenants up.

        Raises:
            PlanRefused: nothing was changed.
            ConnectionFailed: the server cannot be used.
        """
        selection = self._selection(schemas, platform, track)
        self._one_track(selection, to)
        with self.job(observer, stop, on_wait, lock_wait, rollout) as job:
            return engine.apply(job, selection, Up(to), command=command, reason=reason, before=before)

    def resume(
        self,
        run_id: str | None = None,
        *,
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
        lock_wait: str | None = None,
        rollout: Rollout | None = None,
    ) -> RunResult:
        """Takes up a run that was interrupted, paused or halted, with its frozen list of targets.

        Args:
            run_id: the beginning of its id; without one, the last run of which something is left.
            observer: is told of every event.
            stop: asks the run to stop.
            on_wait: is told who keeps a target waiting; called from another thread.
            lock_wait: how long to try for another run's locks.
            rollout: how it reaches its targets; its waves are those of the run.

        Raises:
            Refused: nothing of it can be taken up, or the files are no longer those that it was begun with.
            UsageError: there is no such run.
        """
        with self.job(observer, stop, on_wait, lock_wait, rollout) as job:
            return engine.resume(job, run_id)

    def retry_failed(
        self,
        run_id: str | None = None,
        *,
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
        lock_wait: str | None = None,
        reason: str | None = None,
        rollout: Rollout | None = None,
        before: engine.Before | None = None,
    ) -> RunResult:
        """Makes a new run of the targets of another one that failed, were quarantined or blocked.

        Args:
            run_id: the beginning of that run's id; without one, the last.
            observer: is told of every event.
            stop: asks the run to stop.
            on_wait: is told who keeps a target waiting; called from another thread.
            lock_wait: how long to try for another run's locks.
            reason: is kept in the history.
            rollout: how it reaches its targets.
            before: see `apply`.

        Raises:
            Refused: no target of that run failed.
            UsageError: there is no such run.
        """
        with self.job(observer, stop, on_wait, lock_wait, rollout) as job:
            return engine.retry_failed(job, run_id, reason=reason, before=before)

    def rollback(
        self,
        *,
        schemas: Sequence[str] = (),
        platform: bool = False,
        track: str | None = None,
        to: int | None = None,
        steps: int | None = None,
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
        lock_wait: str | None = None,
        reason: str | None = None,
        rollout: Rollout | None = None,
    ) -> RunResult:
        """Takes the selected targets down, newest first; refuses before doing anything when one on the way cannot.

        Raises:
            PlanRefused: nothing was changed.
        """
        if (to is None) == (steps is None):
            raise UsageError("rollback needs either a version to stay at or a number of steps")
        selection = self._selection(schemas, platform, track)
        self._one_track(selection, to or steps)
        rollout = rollout or replace(rollout_of(self.config), rules=())
        with self.job(observer, stop, on_wait, lock_wait, rollout) as job:
            return engine.apply(job, selection, Down(to, steps), command="rollback", reason=reason)

    def reset(
        self,
        *,
        schemas: Sequence[str] = (),
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
    ) -> RunResult:
        """Takes targets back to nothing and up again; without schemas everything, the registry included.

        Raises:
            Refused: the environment is not marked `development: true`.
        """
        selection = Selection(tuple(schemas))
        with self.job(observer, stop, on_wait) as job:
            targets = select_targets(job.session, self.files, selection).targets
            mend.empty_targets(job.session, self.files, job.context, targets)
        with self.job(observer, stop, on_wait) as job:
            return engine.apply(job, selection, Up(), command="reset")

    def status(self, *, schemas: Sequence[str] = (), platform: bool = False, track: str | None = None) -> Status:
        """Where every selected target stands."""
        with self.session() as opened:
            return survey.status(opened, self.files, self._selection(schemas, platform, track))

    def verify(self, *, schemas: Sequence[str] = (), platform: bool = False, track: str | None = None) -> Verification:
        """The files against the history."""
        with self.session() as opened:
            return survey.verify(opened, self.files, self._selection(schemas, platform, track))

    def check(self, *, schemas: Sequence[str] = ()) -> Check:
        """Whether all that these files need is in the database; cheap enough for a readiness probe."""
        with self.session() as opened:
            return survey.check(opened, self.files, Selection(tuple(schemas)))

    def history(
        self, *, schemas: Sequence[str] = (), limit: int = 50, run: str | None = None, failed: bool = False
    ) -> tuple[LogEntry, ...]:
        """What ran, the newest first."""
        with self.session() as opened:
            return survey.log(opened, self.files, schemas=schemas, limit=limit, run=run, failed=failed)

    def baseline_preview(
        self, *, to: int, schemas: Sequence[str] = (), platform: bool = False, track: str | None = None
    ) -> tuple[Baselined, ...]:
        """What `baseline` would mark as applied."""
        selection = self._selection(schemas, platform, track)
        self._one_track(selection, to)
        with self.session() as opened:
            return mend.baseline_preview(opened, self.files, selection, to)

    def baseline(
        self, *, to: int, reason: str, schemas: Sequence[str] = (), platform: bool = False, track: str | None = None
    ) -> tuple[Baselined, ...]:
        """Marks versions as applied, after comparing nothing."""
        selection = self._selection(schemas, platform, track)
        self._one_track(selection, to)
        with self.job() as job:
            return mend.baseline(job.session, self.files, job.context, selection, to, reason)

    def repairs(
        self,
        *,
        version: int | None = None,
        mend_as: Mend | None = None,
        schemas: Sequence[str] = (),
        platform: bool = False,
        track: str | None = None,
    ) -> tuple[Repair, ...]:
        """What `repair` would change: one version, or one statement of unknown outcome."""
        with self.session() as opened:
            return mend.repairs(opened, self.files, self._selection(schemas, platform, track), version, mend_as)

    def repair(self, repairs: Sequence[Repair], *, reason: str) -> None:
        """Does what `repairs` showed; the old rows go into the log."""
        with self.job() as job:
            mend.repair(job.session, self.files, job.context, repairs, reason)

    def locks(self) -> tuple[HeldLock, ...]:
        """Who holds which of sqlmig's locks now."""
        with self.session() as opened:
            return survey.locks(opened, self.files)

    def runs(self, *, limit: int = 20) -> tuple[RunSummary, ...]:
        """The last runs, the newest first."""
        with self.session() as opened:
            return runs.listed(opened, self.config.history_schema, limit)

    def run_show(self, run_id: str) -> tuple[RunSummary, tuple[RunItem, ...]]:
        """One run with its targets; the beginning of its id is enough."""
        with self.session() as opened:
            return runs.shown(opened, self.config.history_schema, run_id)

    def pause_run(self, run_id: str, reason: str | None = None) -> RunSummary:
        """Makes a run wait: what is under way is finished, nothing else is begun."""
        with self.session() as opened:
            return runs.pause(opened, self.context(None, None, None), run_id, reason)

    def abort_run(self, run_id: str, reason: str | None = None) -> RunSummary:
        """Gives a run up: what is under way is finished, what was not begun stays as it is."""
        with self.session() as opened:
            return runs.abort(opened, self.context(None, None, None), run_id, reason)

    def wait(self, *, timeout: float, on_try: Callable[[str], None] = lambda _said: None) -> str:
        """Waits until the server answers; returns its version.

        Args:
            timeout: seconds.
            on_try: is told what stood in the way, each time.

        Raises:
            ConnectionFailed: it did not answer in time.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                with self.session() as opened:
                    return str(opened.value("SHOW server_version"))
            except ConnectionFailed as error:
                if time.monotonic() >= deadline:
                    raise
                on_try(error.message)
                time.sleep(min(0.5, max(deadline - time.monotonic(), 0)))

    def tenants(self) -> tuple[Tenant, ...]:
        """The active tenants, in the registry's order."""
        with self.session() as opened:
            found = read_tenants(opened, self.files)
        if found is None:
            raise Refused("the registry's table is not there yet", next="run `sqlmig apply --platform` first")
        return found

    def create_tenant(
        self,
        slug: str,
        *,
        values: Mapping[str, str],
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
    ) -> CreatedTenant:
        """Makes a tenant in one transaction: all of it, or nothing."""
        from sqlmig.tenants.create import create_tenant  # an application that only applies shall not load it
        from sqlmig.tenants.given import check_values

        check_values(self.files, values)
        with self.job(observer, stop, on_wait) as job:
            return create_tenant(job.session, self.files, job.context, slug, values, job.observer)

    def script(self, plan: Plan) -> str:
        """A plan as a script that psql can run: it leaves what `apply` would leave, history included."""
        return script_of(plan, self.context(None, None, None))

    def lint(self, paths: Sequence[str | Path] | None = None, since: str | None = None) -> Review:
        """What the linter finds. Opens no connection, and reads the files anew.

        Args:
            paths: files and folders to judge; without them, everything.
            since: a git ref: only what changed since this branch left it is judged.

        Raises:
            ConfigError: the configuration names a rule that there is not.
            UsageError: a path or a ref that there is not.
        """
        from sqlmig.review import review  # an application that only applies shall not load the rules

        return review(self.config, paths=[Path(path) for path in paths] if paths is not None else None, since=since)

    def diff(self, ref: str | None = None) -> Diff:
        """Migrations that changed since a git ref, as unified diffs of the rendered SQL.

        Args:
            ref: a branch, tag or commit; without one, where this branch left the main one.

        Raises:
            UsageError: this is no git repository, or the ref is not there.
        """
        base = ref or merge_base(self.config.root)
        with checkout(self.config.root, base) as folder:
            before = load_files(replace(self.config, root=folder)) if folder is not None else None
        return diff_of(before, self.files, base)

    @staticmethod
    def _selection(schemas: Sequence[str], platform: bool, track: str | None) -> Selection:
        if schemas and platform:
            raise UsageError("--platform and --schema exclude each other", next="run the command once for each")
        return Selection(tuple(schemas), platform, track)

    def _one_track(self, selection: Selection, version: int | None) -> None:
        """A version belongs to a track: it must be clear to which."""
        if version is None:
            return
        scopes = {Scope.TENANT} if selection.schemas else {Scope.SHARED} if selection.platform else set(Scope)
        tracks = [t for t in self.config.tracks if t.scope in scopes and selection.track in (None, t.name)]
        if len(tracks) > 1:
            names = ", ".join(track.name for track in tracks)
            raise UsageError(
                f"a version belongs to one track, and {len(tracks)} are selected: {names}",
                next="say which with --track NAME, --platform or --schema",
            )

    def context(
        self, stop: Stop | None = None, on_wait: OnWait | None = None, lock_wait: str | None = None
    ) -> RunContext:
        """What a run of its own needs to know: a new id, the configuration, who runs it."""
        config = self.config
        if lock_wait is not None:
            config = replace(config, apply=replace(config.apply, lock_wait=lock_wait))
        who = origin(f"sqlmig {__version__}", self._commit)
        context = RunContext(new_run_id(), config, who, stop or Stop())
        return replace(context, on_wait=on_wait) if on_wait is not None else context

    @cached_property
    def _commit(self) -> str | None:
        return head_commit(self.config.root)

    @contextmanager
    def job(
        self,
        observer: Observer | None = None,
        stop: Stop | None = None,
        on_wait: OnWait | None = None,
        lock_wait: str | None = None,
        rollout: Rollout | None = None,
    ) -> Iterator[engine.Job]:
        """A connection and a run's context, for what the engine does; closed behind the block."""
        files = self.files
        with self.session() as opened:
            context = self.context(stop, on_wait, lock_wait)
            context.stop.follow(opened)
            yield engine.Job(files, opened, context, observer or nobody, rollout or rollout_of(self.config))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection to the project's database, closed behind the block.

        Raises:
            ConnectionFailed: there is none to be had.
        """
        with session(database_url(self.config)) as opened:
            yield opened

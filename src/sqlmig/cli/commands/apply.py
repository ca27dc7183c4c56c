"""`sqlmig apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.backup import backing_up, backup_option, backups_wanted, make_option
from sqlmig.cli.commands.plan import plan_answer
from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, lock_wait_option, reason_option, selection_options
from sqlmig.cli.progress import Progress, detail_of
from sqlmig.cli.rollout import Wanted, rollout_for, rollout_options
from sqlmig.cli.running import answer_of_run
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.errors import UsageError

if TYPE_CHECKING:
    from sqlmig.db.context import Stop
    from sqlmig.plan.results import RunResult


@command("apply")
@selection_options
@click.option("--to", type=VERSION, metavar="V", help="Stop at this version; needs one track.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing, as `sqlmig plan` does.")
@rollout_options
@click.option(
    "--resume",
    metavar="RUN",
    is_flag=False,
    flag_value="",
    help="Take up a run that was interrupted, paused or halted; without RUN, the last one.",
)
@click.option(
    "--retry-failed",
    metavar="RUN",
    is_flag=False,
    flag_value="",
    help="Only the targets that failed in a run; without RUN, in the last one.",
)
@lock_wait_option
@reason_option
@backup_option
@make_option
@format_option("text", "json")
def apply(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    to: int | None,
    dry_run: bool,
    workers: int | None,
    canary: str | None,
    waves: tuple[str, ...],
    confirm: bool,
    together: bool,
    stop_on_failure: bool,
    skip_refused: bool,
    events: str | None,
    resume: str | None,
    retry_failed: str | None,
    lock_wait: str | None,
    reason: str | None,
    backup_done: str | None,
    asked: str | None,
    output: str,
) -> int:
    """Bring the database up to the files.

    Without a selection the shared tracks come first, then every active tenant, many at a time. All steps are planned
    before the first one runs. Each commits together with its history row, unless its file says `transaction off`.
    What fails in one tenant does not stop the others, unless too many fail alike. Safe to run again, and to run on
    several hosts at once: they share the work.
    """
    of_its_own = bool(canary or waves or confirm or together or dry_run)
    _refuse_contradictions(resume, retry_failed, chosen=bool(schemas or platform or track or to), of_its_own=of_its_own)
    wanted = Wanted(workers, canary, waves, together, stop_on_failure, skip_refused, confirm)
    config = invocation.configured().config
    who, kept = (None, None) if dry_run else backups_wanted(config, reason, asked, backup_done)

    def ask(shard: Shard) -> Answer:
        project = shard.project
        if dry_run:
            found = project.plan(schemas=schemas, platform=platform, track=track, to=to)
            return plan_answer(project, found, output, verbose=invocation.verbose)
        detail = detail_of(project.config, schemas, platform=platform, verbose=invocation.verbose)
        # A run that is taken up has its backups from when it was begun.
        before = backing_up(shard, who, stop) if who is not None else None
        progress = Progress(detail, tell=shard.tell, watched=shard.database is None)

        def call(progress: Progress, stop: Stop) -> RunResult:
            asking = progress if shard.database is None else None
            rollout = rollout_for(project.config, wanted, asking, stop)
            if resume is not None:
                return project.resume(
                    resume or None, observer=progress.tell, stop=stop, lock_wait=lock_wait, rollout=rollout
                )
            if retry_failed is not None:
                return project.retry_failed(
                    retry_failed or None,
                    observer=progress.tell,
                    stop=stop,
                    lock_wait=lock_wait,
                    reason=kept,
                    rollout=rollout,
                    before=before,
                )
            return project.apply(
                schemas=schemas,
                platform=platform,
                track=track,
                to=to,
                observer=progress.tell,
                stop=stop,
                lock_wait=lock_wait,
                reason=kept,
                rollout=rollout,
                before=before,
            )

        return answer_of_run("apply", output, progress, call, stop, events=_of(events, shard.database))

    with stopping_on_signals() as stop:
        return on_databases(invocation, "apply", output, ask, stop=stop)


def _refuse_contradictions(resume: str | None, retry_failed: str | None, *, chosen: bool, of_its_own: bool) -> None:
    named = [name for name, value in (("--resume", resume), ("--retry-failed", retry_failed)) if value is not None]
    if len(named) > 1:
        raise UsageError("--resume and --retry-failed exclude each other", next="give one of them")
    if named and chosen:
        raise UsageError(
            f"{named[0]} has the targets of a run, and takes no others",
            next="leave out --schema, --platform, --track and --to",
        )
    if named and of_its_own:
        what = "goes on as the run was begun" if resume is not None else "is one wave, begun at once"
        raise UsageError(
            f"{named[0]} {what}",
            next="leave out --canary, --wave, --confirm, --per-target-transaction and --dry-run",
        )


def _of(events: str | None, database: str | None) -> str | None:
    """The file for a database's events: several databases do not share one."""
    return f"{events}.{database}" if events is not None and database is not None else events

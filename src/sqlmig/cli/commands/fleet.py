"""`sqlmig fleet enqueue`, `worker` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.backup import backup_option, with_backup
from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import DURATION, format_option, reason_option
from sqlmig.cli.output import show, show_json, table_style, tell
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.cli.usage import Group
from sqlmig.project.durations import milliseconds
from sqlmig.report.errors import error_json
from sqlmig.report.fleet import (
    enqueued_json,
    enqueued_text,
    event_line,
    fleet_json,
    fleet_text,
    worked_json,
    worked_text,
)
from sqlmig.report.refusals import refusal_json, refusals_text
from sqlmig.report.run import failures_text, run_summary

if TYPE_CHECKING:
    from sqlmig.plan.queued import WorkerEvent

_SCHEMA = click.option(
    "--queue-schema",
    metavar="SCHEMA",
    default="sqlmig_queue",
    help="The schema of the queue's tables; without it, sqlmig_queue.",
)

_STALLED = click.option(
    "--stalled-after",
    type=DURATION,
    metavar="DURATION",
    default="30s",
    help="How long a worker may give no sign of life before its jobs go to others; without it, 30s.",
)


@click.group("fleet", cls=Group)
def fleet() -> None:
    """Share the work on many tenants between hosts, through a queue in the database.

    Needs the extra `distributed`: pip install 'sqlmig[distributed]'. Several `sqlmig apply` at once share their work
    without it; a queue adds workers that run all the time, and jobs that outlive them.
    """


@fleet.command("enqueue", cls=Command)
@click.option("--no-platform", is_flag=True, help="Leave the shared tracks alone; else they are applied first.")
@_SCHEMA
@reason_option
@backup_option
@format_option("text", "json")
@click.pass_obj
def enqueue(
    invocation: Invocation,
    no_platform: bool,
    queue_schema: str,
    reason: str | None,
    backup_done: str | None,
    output: str,
) -> int:
    """Plan everything, apply the shared tracks, and put one job per pending tenant into the queue.

    Nothing is put into the queue unless everything may run. Safe to run again: a tenant whose job is in the queue
    gets no second one.
    """
    from sqlmig.distributed.enqueue import SharedTracks
    from sqlmig.distributed.enqueue import enqueue as put_in
    from sqlmig.engine import PlanRefused

    shared = SharedTracks.LEFT if no_platform else SharedTracks.FIRST
    project = invocation.project()
    reason = with_backup(project.config, reason, backup_done)
    try:
        with stopping_on_signals() as stop:
            result = put_in(project, queue_schema=queue_schema, shared=shared, stop=stop, reason=reason)
    except PlanRefused as refused:
        refusals = refused.plan.refusals
        if output == "json":
            show_json({**error_json(refused), "refusals": [refusal_json(refusal) for refusal in refusals]})
        else:
            tell(f"{refusals_text(refusals)}\n\nsqlmig: error: the plan may not run; no job was made")
        return refused.exit_status
    if output == "json":
        show_json(enqueued_json(result))
        return result.exit_status
    if result.platform is not None:
        if failures := failures_text(result.platform):
            tell(failures)
        tell(f"shared tracks: {run_summary(result.platform)}")
    if result.exit_status == 0:
        show(enqueued_text(result))
    return result.exit_status


@fleet.command("worker", cls=Command)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    metavar="N",
    default=1,
    help="How many tenants to migrate at once; without it, 1.",
)
@click.option("--until-empty", is_flag=True, help="End when nothing is left in the queue, and read back.")
@_STALLED
@_SCHEMA
@format_option("text", "json")
@click.pass_obj
def worker(
    invocation: Invocation, concurrency: int, until_empty: bool, stalled_after: str, queue_schema: str, output: str
) -> int:
    """Do the queue's jobs until stopped, or until the queue is empty.

    Any number of workers may run, on any hosts that have the files. A worker with other files leaves a job to those
    that have the right ones. What was only in the way is tried again with growing pauses; what failed stays failed,
    and `fleet status` shows it. With --until-empty the exit status is 0 only when every target of the queue was read
    back where it should be.
    """
    from sqlmig.distributed.worker import Until, WorkerOptions, work

    until = Until.EMPTY if until_empty else Until.STOPPED
    options = WorkerOptions(queue_schema, concurrency, until, milliseconds(stalled_after) / 1000)
    project = invocation.project()
    with stopping_on_signals() as stop:
        result = work(project, options, stop=stop, tell=_tell_event)
    if output == "json":
        show_json(worked_json(result))
    else:
        show(worked_text(result))
    return result.exit_status


@fleet.command("status", cls=Command)
@_STALLED
@_SCHEMA
@format_option("text", "json")
@click.pass_obj
def status(invocation: Invocation, stalled_after: str, queue_schema: str, output: str) -> int:
    """Show how the queue stands: jobs by state, why some failed or wait, and the workers that are alive."""
    from sqlmig.distributed.status import status as status_of

    found = status_of(invocation.project(), queue_schema=queue_schema, stalled_after=milliseconds(stalled_after) / 1000)
    if output == "json":
        show_json(fleet_json(found))
    else:
        show(fleet_text(found, table_style()))
    return 0


def _tell_event(event: WorkerEvent) -> None:
    if line := event_line(event):
        tell(line)

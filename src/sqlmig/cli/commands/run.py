"""`sqlmig run list`, `run show`, `run pause`, `run resume` and `run abort`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option, lock_wait_option, reason_option
from sqlmig.cli.output import show, show_json, table_style
from sqlmig.cli.progress import detail_of
from sqlmig.cli.rollout import Wanted, rollout_for, workers_option
from sqlmig.cli.running import run_and_report
from sqlmig.cli.usage import Group
from sqlmig.plan.rollout import RunSummary
from sqlmig.report.runs import (
    moved_json,
    moved_text,
    run_json,
    run_list_json,
    run_list_text,
    run_text,
    whole_run_text,
)


@click.group("run", cls=Group)
def run() -> None:
    """Look at runs, pause them, give them up."""


@run.command("list", cls=Command)
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="How many runs; without it, 20.")
@format_option("text", "json")
@click.pass_obj
def list_runs(invocation: Invocation, limit: int, output: str) -> int:
    """List the last runs, the newest first."""
    found = invocation.project().runs(limit=limit)
    if output == "json":
        show_json(run_list_json(found))
    else:
        show(run_list_text(found, table_style()))
    return 0


@run.command("show", cls=Command)
@click.argument("run_id", metavar="RUN")
@click.option("--all", "everything", is_flag=True, help="List every target, however many there are.")
@format_option("text", "json")
@click.pass_obj
def show_run(invocation: Invocation, run_id: str, everything: bool, output: str) -> int:
    """Show how one run stands: its waves, who is at work, what failed, what to run next.

    RUN is the beginning of its id.
    """
    found, items = invocation.project().run_show(run_id)
    if output == "json":
        show_json(run_json(found, items))
    else:
        text = whole_run_text if everything else run_text
        show(text(found, items, table_style()))
    return 0


@run.command("pause", cls=Command)
@click.argument("run_id", metavar="RUN")
@reason_option
@format_option("text", "json")
@click.pass_obj
def pause(invocation: Invocation, run_id: str, reason: str | None, output: str) -> int:
    """Make a run wait until it is resumed.

    RUN is the beginning of its id. What is under way is finished; then every process at work on it ends.
    """
    return _moved(invocation.project().pause_run(run_id, reason), "pause", output)


@run.command("abort", cls=Command)
@click.argument("run_id", metavar="RUN")
@reason_option
@format_option("text", "json")
@click.pass_obj
def abort(invocation: Invocation, run_id: str, reason: str | None, output: str) -> int:
    """Give a run up for good.

    RUN is the beginning of its id. What is under way is finished, and stays; what was not begun stays as it is.
    """
    return _moved(invocation.project().abort_run(run_id, reason), "abort", output)


@run.command("resume", cls=Command)
@click.argument("run_id", metavar="RUN", required=False)
@workers_option
@lock_wait_option
@format_option("text", "json")
@click.pass_obj
def resume(
    invocation: Invocation,
    run_id: str | None,
    workers: int | None,
    events: str | None,
    lock_wait: str | None,
    output: str,
) -> int:
    """Go on with a run that was interrupted, paused or halted.

    RUN is the beginning of its id; without it, the last run of which something is left. The rest of its frozen list
    of targets is done here, wave by wave, as `sqlmig apply --resume` does.
    """
    project = invocation.project()
    detail = detail_of(project.config, (), platform=False, verbose=invocation.verbose)
    return run_and_report(
        "apply",
        output,
        detail,
        lambda progress, stop: project.resume(
            run_id,
            observer=progress.tell,
            stop=stop,
            lock_wait=lock_wait,
            rollout=rollout_for(project.config, Wanted(workers), progress, stop),
        ),
        events=events,
    )


def _moved(found: RunSummary, command: str, output: str) -> int:
    if output == "json":
        show_json(moved_json(found, command))
    else:
        show(moved_text(found))
    return 0

"""`sqlmig rollback`."""

from __future__ import annotations

from dataclasses import replace

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, lock_wait_option, reason_option, selection_options
from sqlmig.cli.progress import detail_of
from sqlmig.cli.rollout import Wanted, rollout_for, workers_option
from sqlmig.cli.running import run_and_report
from sqlmig.errors import UsageError


@command("rollback")
@selection_options
@click.option("--all-tenants", is_flag=True, help="Every active tenant.")
@click.option("--to", type=VERSION, metavar="V", help="The version that stays the highest; 0 takes everything back.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="How many migrations each target takes back.")
@workers_option
@lock_wait_option
@reason_option
@format_option("text", "json")
def rollback(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    all_tenants: bool,
    to: int | None,
    steps: int | None,
    workers: int | None,
    events: str | None,
    lock_wait: str | None,
    reason: str | None,
    output: str,
) -> int:
    """Take migrations back, newest first.

    Runs the down files: those on disk, or what the history kept of them when they are gone. Refuses before doing
    anything when one on the way is irreversible. Exactly one of --to and --steps says how far; what is taken back
    must be selected, unless the project has one track only. `sqlmig plan --rollback-to V` shows it beforehand.
    """
    if (to is None) == (steps is None):
        raise UsageError(
            "rollback needs one of --to and --steps",
            next="--to V names the version that stays the highest, --steps N how many migrations go",
        )
    if all_tenants and (schemas or platform):
        other = "--schema" if schemas else "--platform"
        raise UsageError(f"--all-tenants and {other} exclude each other", next="give one of them")
    project = invocation.project()
    selected = bool(schemas or platform or track or all_tenants)
    if not selected and len(project.config.tracks) > 1:
        raise UsageError(
            "rollback takes back nothing that was not selected",
            state="nothing was changed",
            next="say what: --platform, --schema SCHEMA, --all-tenants or --track TRACK",
        )
    chosen = ("*",) if all_tenants else schemas
    return run_and_report(
        "rollback",
        output,
        detail_of(project.config, chosen, platform=platform, verbose=invocation.verbose),
        lambda progress, stop: project.rollback(
            schemas=chosen,
            platform=platform,
            track=track,
            to=to,
            steps=steps,
            observer=progress.tell,
            stop=stop,
            lock_wait=lock_wait,
            reason=reason,
            rollout=replace(rollout_for(project.config, Wanted(workers), None, stop), rules=()),
        ),
        events=events,
    )

"""`sqlmig apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.commands.plan import show_plan
from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, lock_wait_option, reason_option, selection_options
from sqlmig.cli.progress import detail_of
from sqlmig.cli.running import run_and_report
from sqlmig.errors import Refused

if TYPE_CHECKING:
    from sqlmig.project.config.values import Config


@command("apply")
@selection_options
@click.option("--to", type=VERSION, metavar="V", help="Stop at this version; needs one track.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing, as `sqlmig plan` does.")
@lock_wait_option
@reason_option
@click.option(
    "--backup-done",
    metavar="REFERENCE",
    help="The backup that was made before, where apply.backup is required; it is kept in the history.",
)
@format_option("text", "json")
def apply(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    to: int | None,
    dry_run: bool,
    lock_wait: str | None,
    reason: str | None,
    backup_done: str | None,
    output: str,
) -> int:
    """Bring the database up to the files.

    Without a selection the shared tracks come first, then every active tenant in the registry's order. All steps
    are planned before the first one runs. Each commits together with its history row, unless its file says
    `transaction off`. What fails in one tenant does not stop the others. Safe to run again.
    """
    project = invocation.project()
    if dry_run:
        found = project.plan(schemas=schemas, platform=platform, track=track, to=to)
        return show_plan(project, found, output, verbose=invocation.verbose)
    reason = _with_backup(project.config, reason, backup_done)
    detail = detail_of(project.config, schemas, platform=platform, verbose=invocation.verbose)
    return run_and_report(
        "apply",
        output,
        detail,
        lambda progress, stop: project.apply(
            schemas=schemas,
            platform=platform,
            track=track,
            to=to,
            observer=progress.tell,
            stop=stop,
            lock_wait=lock_wait,
            reason=reason,
        ),
    )


def _with_backup(config: Config, reason: str | None, reference: str | None) -> str | None:
    """The run's reason with the backup in it.

    Raises:
        Refused: the environment requires a backup, and none was named.
    """
    if reference:
        return f"{reason}; backup: {reference}" if reason else f"backup: {reference}"
    if config.apply.backup == "required":
        raise Refused(
            "this environment requires a backup before a run",
            state="nothing was changed",
            next="make one, then say which with --backup-done REFERENCE",
        )
    return reason

"""`sqlmig tenant drop`, `undrop` and `purge`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import DURATION, format_option, reason_option
from sqlmig.cli.output import show, show_json, tell
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.cli.tenants.states import show_changed
from sqlmig.errors import UsageError
from sqlmig.report.tenantstates import left_text, purged_json, purged_text

if TYPE_CHECKING:
    from sqlmig.api import Project
    from sqlmig.db.context import Stop
    from sqlmig.tenants.dropping import Backup


@click.command("drop", cls=Command)
@click.argument("slug")
@click.option("--yes-drop", metavar="SLUG", help="The slug once more, where nobody can be asked to type it.")
@click.option("--no-backup", is_flag=True, help="Make no backup before.")
@click.option(
    "--keep", type=DURATION, default="7d", metavar="DURATION", help="How long it can be brought back; 7d without it."
)
@reason_option
@format_option("text", "json")
@click.pass_obj
def drop(
    invocation: Invocation,
    slug: str,
    yes_drop: str | None,
    no_backup: bool,
    keep: str,
    reason: str | None,
    output: str,
) -> int:
    """Take a tenant away; it can be brought back for a while.

    Asks for the slug typed again, makes a backup, renames the schema away and runs deprovision.sql for the registry.
    `sqlmig tenant undrop` takes that back; `sqlmig tenant purge` drops the data once the time is over.
    """
    from sqlmig.admin import lifecycle

    project = invocation.project()
    _insist_on_name(slug, yes_drop)
    with stopping_on_signals() as stop:
        backup = None if no_backup else _backup(project, slug, stop)
        changed = lifecycle.drop(project, slug, backup=backup, keep=keep, reason=reason, stop=stop)
    return show_changed(changed, output)


@click.command("undrop", cls=Command)
@click.argument("slug")
@format_option("text", "json")
@click.pass_obj
def undrop(invocation: Invocation, slug: str, output: str) -> int:
    """Bring a dropped tenant back.

    Its schema gets its name back, and undrop.sql brings its row into the registry. Works until `sqlmig tenant purge`
    has begun with it.
    """
    from sqlmig.admin import lifecycle

    with stopping_on_signals() as stop:
        changed = lifecycle.undrop(invocation.project(), slug, stop=stop)
    return show_changed(changed, output)


@click.command("purge", cls=Command)
@click.argument("slug", required=False)
@click.option("--now", is_flag=True, help="Also what could still be brought back.")
@format_option("text", "json")
@click.pass_obj
def purge(invocation: Invocation, slug: str | None, now: bool, output: str) -> int:
    """Drop for good what was dropped and is due.

    Drops the objects in transactions that fit the server's lock table, then the schema; runs purge.sql, if the project
    has one. Goes on where an earlier call was stopped or killed. Without SLUG all tenants that are due go.
    """
    from sqlmig.admin import lifecycle

    with stopping_on_signals() as stop:
        told = lifecycle.purge(
            invocation.project(), slug, now=now, told=lambda schema, left: tell(left_text(schema, left)), stop=stop
        )
    if output == "json":
        show_json(purged_json(told))
    else:
        show(purged_text(told))
    return 0


def _insist_on_name(slug: str, given: str | None) -> None:
    """Lets nobody drop a tenant by a slip.

    Raises:
        UsageError: the name was not typed again.
    """
    if given is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                f"nobody is there to confirm that tenant {slug} is dropped",
                state="nothing was changed",
                next=f"give its slug once more: sqlmig tenant drop {slug} --yes-drop {slug}",
            )
        given = click.prompt(f"To drop tenant {slug}, type its slug again", err=True, default="", show_default=False)
    if given != slug:
        raise UsageError(
            f"'{given}' is not '{slug}'", state="nothing was changed", next="give the slug of the tenant that shall go"
        )


def _backup(project: Project, slug: str, stop: Stop) -> Backup:
    """What makes the backup.

    Raises:
        UsageError: the project has no place for backups.
    """
    if project.config.backup.url is None:
        raise UsageError(
            f"tenant {slug} would be dropped without a backup: `backup.url` is not set",
            state="nothing was changed",
            next=f"write backup.url into sqlmig.yaml; or, to have none: sqlmig tenant drop {slug} --no-backup",
        )
    from sqlmig.admin.backups import backup_one

    return lambda tenant: backup_one(project, tenant, stop=stop)

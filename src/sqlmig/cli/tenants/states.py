"""`sqlmig tenant suspend`, `activate`, `hold` and `rename`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import VERSION, format_option, reason_option
from sqlmig.cli.output import show, show_json, tell
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.errors import UsageError
from sqlmig.report.tenantstates import changed_json, changed_text, warnings_text

if TYPE_CHECKING:
    from sqlmig.plan.tenantstates import Changed


@click.command("suspend", cls=Command)
@click.argument("slug")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is kept in the history.")
@format_option("text", "json")
@click.pass_obj
def suspend(invocation: Invocation, slug: str, reason: str, output: str) -> int:
    """Take the application's access to a tenant away.

    Runs suspend.sql, if the project has one, and records the state, in one transaction. The tenant is migrated on, as
    long as the registry gives it, so that it can come back at once; only `hold` keeps a tenant at a version.
    """
    if not reason:
        raise UsageError(
            "suspend needs a reason: it stands in every list of tenants",
            next=f"sqlmig tenant suspend {slug} --reason '...'",
        )
    from sqlmig.admin import lifecycle

    with stopping_on_signals() as stop:
        changed = lifecycle.suspend(invocation.project(), slug, reason=reason, stop=stop)
    return show_changed(changed, output)


@click.command("activate", cls=Command)
@click.argument("slug")
@reason_option
@format_option("text", "json")
@click.pass_obj
def activate(invocation: Invocation, slug: str, reason: str | None, output: str) -> int:
    """Take a suspension back, and say how far behind the tenant is.

    Runs activate.sql, if the project has one; afterwards the registry has to give the tenant.
    """
    from sqlmig.admin import lifecycle

    with stopping_on_signals() as stop:
        changed = lifecycle.activate(invocation.project(), slug, reason=reason, stop=stop)
    return show_changed(changed, output)


@click.command("hold", cls=Command)
@click.argument("slug")
@click.option("--at", type=VERSION, metavar="V", help="The highest version that the tenant is taken to.")
@click.option("--release", is_flag=True, help="Let the tenant go on.")
@click.option("--track", metavar="TRACK", help="The track; without it, the only tenant track there is.")
@reason_option
@format_option("text", "json")
@click.pass_obj
def hold(
    invocation: Invocation,
    slug: str,
    at: int | None,
    release: bool,
    track: str | None,
    reason: str | None,
    output: str,
) -> int:
    """Keep a tenant from going beyond a version.

    Every run leaves it there, says so, and counts it as where it should be. A hold takes nothing back: a tenant that is
    further already stays where it is. --release ends it.
    """
    if (at is None) != release:
        raise UsageError(
            "hold needs either --at VERSION or --release",
            next=f"sqlmig tenant hold {slug} --at 0012 --reason '...'; or: sqlmig tenant hold {slug} --release",
        )
    from sqlmig.admin import lifecycle

    project = invocation.project()
    if at is None:
        with stopping_on_signals() as stop:
            released = lifecycle.release(project, slug, track=track, reason=reason, stop=stop)
        return show_changed(released, output)
    if not reason:
        raise UsageError(
            "hold --at needs a reason: it stands in every plan and status",
            next=f"sqlmig tenant hold {slug} --at {at:04d} --reason '...'",
        )
    with stopping_on_signals() as stop:
        held = lifecycle.hold(project, slug, at=at, reason=reason, track=track, stop=stop)
    return show_changed(held, output)


@click.command("rename", cls=Command)
@click.argument("slug")
@click.argument("new")
@click.option("--schema", metavar="SCHEMA", help="The schema's new name; without it the schema follows the slug.")
@format_option("text", "json")
@click.pass_obj
def rename(invocation: Invocation, slug: str, new: str, schema: str | None, output: str) -> int:
    """Give a tenant another slug, and its schema another name.

    Renames the schema, runs rename.sql for the registry, and reads the registry back, in one transaction. A schema that
    `tenants.schema_name` has named after the slug follows it; --schema says otherwise. What holds the schema's old
    name in a text is listed as a warning.
    """
    from sqlmig.admin import lifecycle

    with stopping_on_signals() as stop:
        changed = lifecycle.rename(invocation.project(), slug, new, schema=schema, stop=stop)
    return show_changed(changed, output)


def show_changed(changed: Changed, output: str) -> int:
    """Shows what became of a tenant."""
    if output == "json":
        show_json(changed_json(changed))
        return 0
    show(changed_text(changed))
    if changed.warnings:
        tell(warnings_text(changed))
    return 0

"""`sqlmig plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, selection_options
from sqlmig.cli.output import show, show_json, tell
from sqlmig.errors import UsageError
from sqlmig.report.plan import plan_json, plan_json_with_sql, plan_markdown, plan_text, plan_text_with_sql
from sqlmig.report.plan_html import plan_html
from sqlmig.report.refusals import refusals_text

if TYPE_CHECKING:
    from sqlmig.api import Project
    from sqlmig.plan.values import Plan


@command("plan")
@selection_options
@click.option("--to", type=VERSION, metavar="V", help="Stop at this version; needs one track.")
@click.option("--rollback-to", type=VERSION, metavar="V", help="Plan a rollback to this version instead.")
@format_option("text", "json", "sql", "markdown", "html")
def plan(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    to: int | None,
    rollback_to: int | None,
    output: str,
) -> int:
    """Show what apply would do.

    Nothing is changed. Every file is read, rendered and split; what speaks against running it is listed, and then
    the exit status is 1. With -v, or with --format sql, the SQL is shown that each target would get.
    """
    if to is not None and rollback_to is not None:
        raise UsageError("--to and --rollback-to exclude each other", next="give one of them")
    project = invocation.project()
    if rollback_to is not None:
        found = project.plan_rollback(schemas=schemas, platform=platform, track=track, to=rollback_to)
    else:
        found = project.plan(schemas=schemas, platform=platform, track=track, to=to)
    return show_plan(project, found, output, verbose=invocation.verbose)


def show_plan(project: Project, found: Plan, output: str, *, verbose: bool) -> int:
    """Shows a plan; the exit status is 1 when it may not run."""
    status = 1 if found.refusals else 0
    if output == "json":
        show_json(plan_json_with_sql(found) if verbose else plan_json(found))
    elif output == "markdown":
        show(plan_markdown(found))
    elif output == "html":
        show(plan_html(found))
    elif output == "text":
        show(plan_text_with_sql(found) if verbose else plan_text(found))
    elif found.refusals:
        # Half a script would be worse than none.
        tell(refusals_text(found.refusals))
    else:
        show(project.script(found))
    return status

"""`sqlmig plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, selection_options
from sqlmig.cli.sharding import Answer, Shard, on_databases
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

    def ask(shard: Shard) -> Answer:
        if rollback_to is not None:
            found = shard.project.plan_rollback(schemas=schemas, platform=platform, track=track, to=rollback_to)
        else:
            found = shard.project.plan(schemas=schemas, platform=platform, track=track, to=to)
        return plan_answer(shard.project, found, output, verbose=invocation.verbose)

    return on_databases(invocation, "plan", output, ask)


def plan_answer(project: Project, found: Plan, output: str, *, verbose: bool) -> Answer:
    """A plan as it is shown; the exit status is 1 when it may not run."""
    status = 1 if found.refusals else 0
    if output == "json":
        return Answer(plan_json_with_sql(found) if verbose else plan_json(found), status)
    if output == "markdown":
        return Answer(plan_markdown(found), status)
    if output == "html":
        return Answer(plan_html(found), status)
    if output == "text":
        return Answer(plan_text_with_sql(found) if verbose else plan_text(found), status)
    if found.refusals:
        # Half a script would be worse than none.
        return Answer("", status, refusals_text(found.refusals))
    return Answer(project.script(found))

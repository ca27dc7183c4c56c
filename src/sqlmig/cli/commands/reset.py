"""`sqlmig reset`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.progress import detail_of
from sqlmig.cli.running import run_and_report


@command("reset")
@click.option(
    "--schema",
    "schemas",
    metavar="SCHEMA",
    multiple=True,
    help="Only this tenant's schema; may be a pattern, and may be repeated.",
)
@format_option("text", "json")
def reset(invocation: Invocation, schemas: tuple[str, ...], output: str) -> int:
    """Take a development database back to nothing and up again.

    Drops the schemas of the selected targets with all that is in them, then applies every migration. Works only in
    an environment that is marked `development: true`. Without --schema everything goes, the list of tenants included.
    """
    project = invocation.project()
    return run_and_report(
        "reset",
        output,
        detail_of(project.config, schemas, platform=False, verbose=invocation.verbose),
        lambda progress, stop: project.reset(schemas=schemas, observer=progress.tell, stop=stop),
    )

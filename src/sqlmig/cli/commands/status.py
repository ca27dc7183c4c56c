"""`sqlmig status`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option, selection_options
from sqlmig.cli.output import table_style
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.report.status import status_json, status_text, whole_status_text


@command("status")
@selection_options
@click.option("--check", is_flag=True, help="Exit with status 1 when anything is not current.")
@click.option("--all", "everything", is_flag=True, help="Show every target of a large fleet.")
@format_option("text", "json")
def status(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    check: bool,
    everything: bool,
    output: str,
) -> int:
    """Show where every target stands.

    current: all that the files have is applied. behind: something is pending. new: nothing was applied yet. ahead: a
    newer release was here. diverged: applied files were edited, deleted or renumbered. interrupted: a migration
    outside a transaction is half done. missing: the schema is not there. held: `sqlmig tenant hold` keeps it from
    going on, and it is where the hold lets it be; --check is content with that.
    """

    def ask(shard: Shard) -> Answer:
        found = shard.project.status(schemas=schemas, platform=platform, track=track)
        exit_status = 1 if check and not found.current else 0
        if output == "json":
            return Answer(status_json(found), exit_status)
        text = whole_status_text if everything else status_text
        return Answer(text(found, table_style()), exit_status)

    return on_databases(invocation, "status", output, ask)

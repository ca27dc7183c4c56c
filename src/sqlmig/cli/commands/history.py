"""`sqlmig history`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import table_style
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.report.history import history_json, history_text


@command("history")
@click.option("--schema", "schemas", metavar="SCHEMA", multiple=True, help="Only this schema; may be repeated.")
@click.option("--limit", type=click.IntRange(min=1), default=50, metavar="N", help="How many entries; without it, 50.")
@click.option("--run", metavar="ID", help="Only what this run did.")
@click.option("--failed", is_flag=True, help="Only what did not end well.")
@format_option("text", "json")
def history(
    invocation: Invocation, schemas: tuple[str, ...], limit: int, run: str | None, failed: bool, output: str
) -> int:
    """Show what ran, the newest first.

    Every attempt is kept, with who made it, where, how long it took, and what the server said.
    """

    def ask(shard: Shard) -> Answer:
        found = shard.project.history(schemas=schemas, limit=limit, run=run, failed=failed)
        return Answer(history_json(found) if output == "json" else history_text(found, table_style()))

    return on_databases(invocation, "history", output, ask)

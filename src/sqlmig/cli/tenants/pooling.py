"""`sqlmig tenant pool`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, tell
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.report.tenants import pool_json, pool_text


@click.command("pool", cls=Command)
@click.option(
    "--size",
    type=click.IntRange(0, 10_000),
    required=True,
    metavar="N",
    help="How many schemas shall be ready; 0 empties the pool.",
)
@click.option("--template", metavar="NAME", help="The kind of tenant that they are for.")
@format_option("text", "json")
@click.pass_obj
def pool(invocation: Invocation, size: int, template: str | None, output: str) -> int:
    """Keep schemas ready, from which `tenant create` takes one by renaming it.

    They are made from the snapshot (see `sqlmig snapshot`). Run it behind every deployment, and from time to time: what
    is not made from the files as they are now is dropped, and what is missing is made.
    """
    from sqlmig.admin.provisioning import pool as fill

    with stopping_on_signals() as stop:
        on_made = tell if invocation.verbose else lambda _schema: None
        filled = fill(invocation.project(), size, template=template, on_made=on_made, stop=stop)
    if output == "json":
        show_json(pool_json(filled))
    else:
        show(pool_text(filled))
    return 5 if stop.requested and len(filled.made) + len(filled.kept) < size else 0

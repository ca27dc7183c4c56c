"""`sqlmig tenant import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, tell
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.errors import UsageError
from sqlmig.report.tenants import imported_json, imported_text, row_line

if TYPE_CHECKING:
    from sqlmig.plan.provisioning import RowResult


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    metavar="N",
    help="How many tenants are made at once.",
)
@click.option("--replay", is_flag=True, help="Run every migration, though a snapshot or a pooled schema is there.")
@format_option("text", "json")
@click.pass_obj
def import_list(invocation: Invocation, file: Path, workers: int, replay: bool, output: str) -> int:
    """Make the tenants of a list: a CSV, JSON or YAML file with `slug` and what `tenant create` takes with --set.

    The list is checked whole before the first tenant is made. Each is made in a transaction of its own. Run it again
    after a failure, or with a longer list: tenants that are there are compared, and not touched.
    """
    from sqlmig.admin.provisioning import import_tenants
    from sqlmig.plan.provisioning import Making

    project = invocation.project()
    if project.config.databases:
        names = ", ".join(project.databases())
        raise UsageError(f"this project has several databases: {names}", next="name one of them with --database")
    counts = {"done": 0}

    def told(row: RowResult) -> None:
        counts["done"] += 1
        if row.failure is not None or row.created is not None or invocation.verbose:
            tell(row_line(row, counts["done"]))

    with stopping_on_signals() as stop:
        making = Making.REPLAY if replay else Making.QUICKEST
        imported = import_tenants(project, file, workers=workers, making=making, on_row=told, on_note=tell, stop=stop)
    if output == "json":
        show_json(imported_json(imported))
    else:
        show(imported_text(imported))
    return imported.exit_status

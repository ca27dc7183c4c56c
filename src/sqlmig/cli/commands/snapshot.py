"""`sqlmig snapshot`."""

from __future__ import annotations

from pathlib import Path

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.cli.tenants.creating import read_values
from sqlmig.errors import UsageError


@command("snapshot")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 when the file does not make what the migrations make."
)
@click.option(
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it; without it, where new tenants are made from it.",
)
@click.option(
    "--shadow-url",
    metavar="URL",
    envvar="SQLMIG_SHADOW_URL",
    help="The server for the shadow database, or `embedded`; else SQLMIG_SHADOW_URL counts, then the embedded server "
    "where it is installed, then the project's own.",
)
@click.option(
    "--set",
    "values",
    metavar="KEY=VALUE",
    multiple=True,
    help="A value that the lifecycle files need as tenant.KEY, `{slug}` in it being each shadow tenant's slug; "
    "may be repeated.",
)
@format_option("text", "json")
def snapshot(
    invocation: Invocation, check: bool, file: Path | None, shadow_url: str | None, values: tuple[str, ...], output: str
) -> int:
    """Keep the tenant track's head as one script, which new tenants are made from.

    Makes the platform and two tenants in a shadow database, writes what they have in common to sql/snapshot/TRACK.sql,
    and proves that a tenant made from it equals them. The shadow is dropped again.
    """
    from sqlmig.admin.snapshot import Verdict, check_snapshot, make_snapshot
    from sqlmig.report.snapshot import checked_json, checked_text, snapshot_json, snapshot_text

    if check and file is not None:
        raise UsageError("--check and --output exclude each other", next="--check writes nothing")
    if file == Path():
        raise UsageError("--output is empty", next="name a file, or leave it out")
    given = read_values(values)
    project = invocation.configured()
    with stopping_on_signals() as stop:
        if check:
            found = check_snapshot(project, shadow_url=shadow_url, values=given, stop=stop)
            what = (found.track, found.path, found.verdict.value, found.differences, found.rows, found.seconds)
            if output == "json":
                show_json(checked_json(*what, servers=found.servers))
            else:
                show(checked_text(*what, servers=found.servers))
            return 0 if found.verdict is Verdict.CURRENT else 1
        made = make_snapshot(project, output=file, shadow_url=shadow_url, values=given, stop=stop)
    name = str(file) if file is not None else made.snapshot.path
    reordered = [one.object for one in made.reordered]
    if output == "json":
        show_json(snapshot_json(made.snapshot, name, changed=made.changed, reordered=reordered, seconds=made.seconds))
    else:
        show(snapshot_text(made.snapshot, name, changed=made.changed, reordered=reordered, seconds=made.seconds))
    return 0

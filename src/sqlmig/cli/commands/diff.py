"""`sqlmig diff`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.report.diff import diff_json, diff_markdown, diff_text


@command("diff")
@click.argument("ref", required=False)
@format_option("text", "json", "markdown")
def diff(invocation: Invocation, ref: str | None, output: str) -> int:
    """Show how the rendered SQL changed since a git ref.

    For reviews: each migration that was added, changed or deleted since REF, both directions, as a unified diff of
    what a target would get. Without REF, since this branch left the main one. No database is needed.
    """
    found = invocation.project().diff(ref)
    if output == "json":
        show_json(diff_json(found))
    else:
        show(diff_markdown(found) if output == "markdown" else diff_text(found))
    return 0

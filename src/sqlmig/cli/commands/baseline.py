"""`sqlmig baseline`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, reason_option, selection_options
from sqlmig.cli.output import show, show_json
from sqlmig.errors import UsageError
from sqlmig.report.mend import baseline_json, baseline_text


@command("baseline")
@selection_options
@click.option("--to", type=VERSION, metavar="V", required=True, help="The last version that is there already.")
@reason_option
@format_option("text", "json")
def baseline(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    to: int,
    reason: str | None,
    output: str,
) -> int:
    """Mark migrations as applied without running them.

    For schemas that were there before sqlmig. Every version up to --to counts as applied from then on. Nothing is
    compared with the schemas: that they are there is the caller's word, which is why a reason is asked for.
    """
    if not reason:
        raise UsageError(
            "baseline needs a reason: nothing is run, and nothing is compared",
            state="nothing was changed",
            next="say why these schemas are where you say: --reason '...'",
        )
    project = invocation.project()
    marked = project.baseline(to=to, reason=reason, schemas=schemas, platform=platform, track=track)
    if output == "json":
        show_json(baseline_json(marked))
    else:
        show(baseline_text(marked))
    return 0

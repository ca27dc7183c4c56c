"""`sqlmig verify`."""

from __future__ import annotations

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option, selection_options
from sqlmig.cli.output import show, show_json
from sqlmig.report.status import verification_json, verification_text


@command("verify")
@selection_options
@format_option("text", "json")
def verify(invocation: Invocation, schemas: tuple[str, ...], platform: bool, track: str | None, output: str) -> int:
    """Compare the files with what was applied.

    Finds files that were edited, deleted or renumbered after they ran, migrations that were numbered below what is
    applied, missing schemas, half done work and runs without an end. The exit status is 1 when there is any.
    Pending migrations are no fault; `sqlmig status --check` is for those.
    """
    found = invocation.project().verify(schemas=schemas, platform=platform, track=track)
    if output == "json":
        show_json(verification_json(found))
    else:
        show(verification_text(found))
    return 0 if found.clean else 1

"""`sqlmig verify`."""

from __future__ import annotations

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option, selection_options
from sqlmig.cli.sharding import Answer, Shard, on_databases
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

    def ask(shard: Shard) -> Answer:
        found = shard.project.verify(schemas=schemas, platform=platform, track=track)
        shown = verification_json(found) if output == "json" else verification_text(found)
        return Answer(shown, 0 if found.clean else 1)

    return on_databases(invocation, "verify", output, ask)

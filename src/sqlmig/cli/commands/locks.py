"""`sqlmig locks`."""

from __future__ import annotations

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.report.locks import locks_json, locks_text


@command("locks")
@format_option("text", "json")
def locks(invocation: Invocation, output: str) -> int:
    """Show who holds sqlmig's locks, and how to end them.

    A run holds the lock of the target that it changes. Nothing is ended here: the statement that would is shown.
    """

    def ask(shard: Shard) -> Answer:
        held = shard.project.locks()
        return Answer(locks_json(held) if output == "json" else locks_text(held))

    return on_databases(invocation, "locks", output, ask)

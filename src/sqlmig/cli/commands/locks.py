"""`sqlmig locks`."""

from __future__ import annotations

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.report.locks import locks_json, locks_text


@command("locks")
@format_option("text", "json")
def locks(invocation: Invocation, output: str) -> int:
    """Show who holds sqlmig's locks, and how to end them.

    A run holds the lock of the target that it changes. Nothing is ended here: the statement that would is shown.
    """
    held = invocation.project().locks()
    if output == "json":
        show_json(locks_json(held))
    else:
        show(locks_text(held))
    return 0

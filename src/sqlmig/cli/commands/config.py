"""`sqlmig config`."""

from __future__ import annotations

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.report.config import config_json, config_text


@command("config")
@format_option("text", "json")
def config(invocation: Invocation, output: str) -> int:
    """Show the configuration in force, and where each value comes from.

    Secrets are masked.
    """
    found = invocation.project().config
    if output == "json":
        show_json(config_json(found))
    else:
        show(config_text(found))
    return 0

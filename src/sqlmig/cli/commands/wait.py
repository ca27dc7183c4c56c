"""`sqlmig wait`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import DURATION, format_option
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.project.durations import milliseconds


@command("wait")
@click.option("--timeout", type=DURATION, default="60s", metavar="DURATION", help="How long; without it, 60s.")
@format_option("text", "json")
def wait(invocation: Invocation, timeout: str, output: str) -> int:
    """Wait until the server answers.

    For the start of containers. What stands in the way is told each time it changes. The exit status is 2 when the
    server has not answered in time.
    """

    def ask(shard: Shard) -> Answer:
        said = ""

        def on_try(message: str) -> None:
            nonlocal said
            if message != said:
                shard.tell(f"waiting: {message}")
            said = message

        version = shard.project.wait(timeout=milliseconds(timeout) / 1000, on_try=on_try)
        if output == "json":
            return Answer({"format": "sqlmig.wait/1", "server_version": version})
        return Answer(f"PostgreSQL {version} answers")

    return on_databases(invocation, "wait", output, ask)

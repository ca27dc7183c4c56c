"""`sqlmig tenant reconcile`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.report.reconcile import reconciled_json, reconciled_text


@click.command("reconcile", cls=Command)
@format_option("text", "json")
@click.pass_obj
def reconcile(invocation: Invocation, output: str) -> int:
    """Find schemas, registry rows and history that do not belong together.

    Schemas without a tenant, tenants without a schema, names that collide, owners and grants that differ from most
    tenants', and what drops, restores and the pool have left; each with the statement or command that mends it. Reads
    only. The exit status is 1 when there is any.
    """

    def ask(shard: Shard) -> Answer:
        from sqlmig.admin import lifecycle

        found = lifecycle.reconcile(shard.project)
        shown = reconciled_json(found) if output == "json" else reconciled_text(found)
        return Answer(shown, 1 if found.findings else 0)

    return on_databases(invocation, "tenant-reconcile", output, ask)

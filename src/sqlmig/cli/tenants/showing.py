"""`sqlmig tenant show` and `sqlmig tenant list --all`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, table_style
from sqlmig.cli.sharding import Answer, Shard
from sqlmig.report.tenantstates import facts_json, facts_text, known_json, known_text


@click.command("show", cls=Command)
@click.argument("slug")
@format_option("text", "json")
@click.pass_obj
def show_tenant(invocation: Invocation, slug: str, output: str) -> int:
    """Show all that is known of a tenant, suspended and dropped ones included."""
    from sqlmig.admin import lifecycle

    facts = lifecycle.show(invocation.project(), slug)
    if output == "json":
        show_json(facts_json(facts))
    else:
        show(facts_text(facts, table_style()))
    return 0


def list_known(shard: Shard, output: str) -> Answer:
    """`sqlmig tenant list --all`, for one database."""
    from sqlmig.admin import lifecycle

    found = lifecycle.known_tenants(shard.project)
    return Answer(known_json(found) if output == "json" else known_text(found, table_style()))

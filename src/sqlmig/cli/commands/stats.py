"""`sqlmig stats`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import Choice, format_option
from sqlmig.cli.output import table_style
from sqlmig.cli.sharding import Answer, Shard, on_databases

_SORTS = ("size", "rows", "dead", "scans", "unused", "time")


@command("stats")
@click.option(
    "--schema",
    "schemas",
    metavar="SCHEMA",
    multiple=True,
    help="Only this tenant's schema; may be a pattern such as 'tenant_a*', and may be repeated.",
)
@click.option(
    "--top", type=click.IntRange(min=0), default=20, metavar="N", help="How much of each list to show; 0 for all."
)
@click.option(
    "--sort",
    type=Choice(*_SORTS),
    default="size",
    help="What comes first: size of tables and indexes, rows, dead rows, sequential scans, size of unused indexes, or"
    " time of statements.",
)
@format_option("text", "json", "openmetrics")
def stats(invocation: Invocation, schemas: tuple[str, ...], top: int, sort: str, output: str) -> int:
    """Show what each tenant takes and costs: storage, index use, slow statements.

    The figures come from the server's catalog and statistics. Statements need the extension pg_stat_statements; one
    is a tenant's when its text names the tenant's schema, qualified or in a comment such as /* schema=NAME */ (not in
    front of it: PostgreSQL 18 leaves that out).
    """

    def ask(shard: Shard) -> Answer:
        from sqlmig.admin.stats import stats as read
        from sqlmig.plan.tenantstats import Sort
        from sqlmig.report.stats import stats_json, stats_openmetrics, stats_text

        found = read(shard.project, schemas=schemas, sort=Sort(sort))
        if output == "json":
            return Answer(stats_json(found, top))
        return Answer(stats_openmetrics(found) if output == "openmetrics" else stats_text(found, top, table_style()))

    return on_databases(invocation, "stats", output, ask)

"""`sqlmig tenant create` and `sqlmig tenant list`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, table_style
from sqlmig.cli.progress import Detail, Progress
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.errors import Interrupted, MigrationFailed, UsageError
from sqlmig.report.tenants import created_json, created_text, tenants_json, tenants_text


@click.command("create", cls=Command)
@click.argument("slug")
@click.option(
    "--set",
    "values",
    metavar="KEY=VALUE",
    multiple=True,
    help="A value that the lifecycle files see as tenant.KEY; may be repeated. KEY `schema` names the schema.",
)
@format_option("text", "json")
@click.pass_obj
def create(invocation: Invocation, slug: str, values: tuple[str, ...], output: str) -> int:
    """Make a tenant: its schema, its row in the registry, all migrations, its first rows.

    Runs provision.sql, register.sql, every tenant migration and seed.sql in one transaction: when anything fails,
    nothing of the tenant remains.
    """
    given = read_values(values)
    project = invocation.project()
    detail = Detail.STEPS if invocation.verbose else Detail.TARGETS
    with Progress(detail) as progress, stopping_on_signals() as stop:
        try:
            made = project.create_tenant(
                slug, values=given, observer=progress.tell, stop=stop, on_wait=progress.waiting
            )
        except MigrationFailed as error:
            if stop.requested:
                raise Interrupted(
                    f"tenant {slug} was not created: stopped on request",
                    state=error.state,
                    next=f"run `sqlmig tenant create {slug}` again",
                ) from error
            raise
    if output == "json":
        show_json(created_json(made.tenant, made.run_id, made.steps, made.seconds))
    else:
        show(created_text(made.tenant, made.steps, made.seconds))
    return 0


@click.command("list", cls=Command)
@format_option("text", "json")
@click.pass_obj
def list_tenants(invocation: Invocation, output: str) -> int:
    """List the active tenants, in the registry's order."""

    def ask(shard: Shard) -> Answer:
        if shard.project.config.tenants is None:
            raise UsageError("this project has no tenants", next="`sqlmig status` shows what it has")
        found = shard.project.tenants()
        return Answer(tenants_json(found) if output == "json" else tenants_text(found, table_style()))

    return on_databases(invocation, "tenant-list", output, ask)


def read_values(values: tuple[str, ...]) -> dict[str, str]:
    """The values of `--set`, by key.

    Raises:
        UsageError: one has no key, or a key is given twice.
    """
    found: dict[str, str] = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals or not key.isidentifier():
            # What was given is not repeated: it may be a secret.
            raise UsageError("--set needs KEY=VALUE", next="KEY is letters, digits and _: --set name='Acme Partners'")
        if key in found:
            raise UsageError(f"--set gives {key} twice", next="give it once")
        found[key] = text
    return found

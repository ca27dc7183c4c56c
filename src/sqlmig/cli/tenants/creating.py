"""`sqlmig tenant create` and `sqlmig tenant list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, table_style, tell
from sqlmig.cli.progress import Detail, Progress
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.cli.tenants.showing import list_known
from sqlmig.errors import Refused, UsageError
from sqlmig.report.tenants import compared_json, compared_text, created_json, created_text, tenants_json, tenants_text

if TYPE_CHECKING:
    from sqlmig.plan.provisioning import ComparedTenant


@click.command("create", cls=Command)
@click.argument("slug")
@click.option(
    "--set",
    "values",
    metavar="KEY=VALUE",
    multiple=True,
    help="A value that the lifecycle files see as tenant.KEY; may be repeated. KEY `schema` names the schema.",
)
@click.option("--template", metavar="NAME", help="The kind of tenant, of those in lifecycle.templates.")
@click.option(
    "--if-not-exists",
    is_flag=True,
    help="Is the tenant there, compare it with what is asked for instead; exit 1 when something differs.",
)
@click.option("--replay", is_flag=True, help="Run every migration, though a snapshot or a pooled schema is there.")
@format_option("text", "json")
@click.pass_obj
def create(
    invocation: Invocation,
    slug: str,
    values: tuple[str, ...],
    template: str | None,
    if_not_exists: bool,
    replay: bool,
    output: str,
) -> int:
    """Make a tenant: its schema, its row in the registry, all migrations, its first rows.

    Everything runs in one transaction: when anything fails, nothing of the tenant remains. With a snapshot (see
    `sqlmig snapshot`) or a pooled schema (see `sqlmig tenant pool`) no migration has to run.
    """
    from sqlmig.admin.provisioning import compare
    from sqlmig.admin.provisioning import create as make
    from sqlmig.plan.provisioning import Making

    given = read_values(values)
    project = invocation.project()
    if if_not_exists and (found := compare(project, slug, values=given, template=template)) is not None:
        return _show_compared(found, output)
    making = Making.REPLAY if replay else Making.QUICKEST
    detail = Detail.STEPS if invocation.verbose else Detail.TARGETS
    try:
        with Progress(detail) as progress, stopping_on_signals() as stop:
            made = make(
                project,
                slug,
                values=given,
                template=template,
                making=making,
                observer=progress.tell,
                stop=stop,
                on_wait=progress.waiting,
                on_note=tell,
            )
    except Refused:
        # Somebody else may have made it since we looked.
        if if_not_exists and (found := compare(project, slug, values=given, template=template)) is not None:
            return _show_compared(found, output)
        raise
    if output == "json":
        show_json(created_json(made))
    else:
        show(created_text(made))
    return 0


def _show_compared(compared: ComparedTenant, output: str) -> int:
    if output == "json":
        show_json(compared_json(compared))
    else:
        show(compared_text(compared))
    return 1 if compared.differences else 0


@click.command("list", cls=Command)
@click.option(
    "--all", "everything", is_flag=True, help="Also those that are suspended, dropped, or not in the registry."
)
@format_option("text", "json")
@click.pass_obj
def list_tenants(invocation: Invocation, everything: bool, output: str) -> int:
    """List the active tenants, in the registry's order."""

    def ask(shard: Shard) -> Answer:
        if shard.project.config.tenants is None:
            raise UsageError("this project has no tenants", next="`sqlmig status` shows what it has")
        if everything:
            return list_known(shard, output)
        found = shard.project.tenants()
        return Answer(tenants_json(found) if output == "json" else tenants_text(found, table_style()))

    return on_databases(invocation, "tenant-list", output, ask)


def read_values(values: tuple[str, ...]) -> dict[str, str]:
    """The values of `--set`, by key.

    Raises:
        UsageError: one has no key, a key is given twice, or it is the slug's.
    """
    found: dict[str, str] = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals or not key.isidentifier():
            # What was given is not repeated: it may be a secret.
            raise UsageError("--set needs KEY=VALUE", next="KEY is letters, digits and _: --set name='Acme Partners'")
        if key == "slug":
            raise UsageError("--set cannot give the slug", next="leave it out: the command has it already")
        if key in found:
            raise UsageError(f"--set gives {key} twice", next="give it once")
        found[key] = text
    return found

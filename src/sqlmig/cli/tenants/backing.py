"""`sqlmig tenant backup` and `sqlmig tenant restore`."""

from __future__ import annotations

from pathlib import Path

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option, reason_option
from sqlmig.cli.output import show, show_json, tell
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.report.backups import backed_up_json, backed_up_text, restored_json, restored_text, told_text

identity_option = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file with a private age key, for backups that are encrypted for its public key.",
)


@click.command("backup", cls=Command)
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--schema", "schemas", metavar="PATTERN", multiple=True, help="Tenants by schema; may be repeated.")
@click.option("--to", metavar="URL", help="A folder or URL in place of backup.url.")
@reason_option
@format_option("text", "json")
@click.pass_obj
def backup(
    invocation: Invocation,
    slugs: tuple[str, ...],
    schemas: tuple[str, ...],
    to: str | None,
    reason: str | None,
    output: str,
) -> int:
    """Back tenants up, each by itself: its schema, its row in the registry, its history.

    What is outside of the schema is no part of it: roles, extensions, the platform's tables.
    """
    from sqlmig.admin.backups import back_up_tenants

    with stopping_on_signals() as stop:
        found = back_up_tenants(
            invocation.project(),
            slugs,
            schemas=schemas,
            to=to,
            reason=reason,
            stop=stop,
            tell=lambda one: tell(told_text(one)) if output == "text" else None,
        )
    if output == "json":
        show_json(backed_up_json(found))
    else:
        show(backed_up_text(found))
    return max((one.made.exit_status for one in found if isinstance(one.made, Exception)), default=0)


@click.command("restore", cls=Command)
@click.argument("slug")
@click.option("--from", "backup", metavar="ID", required=True, help="The backup: the beginning of its id, or its URL.")
@click.option("--as", "new_slug", metavar="NEW", help="Make another tenant of it, and leave this one as it is.")
@identity_option
@reason_option
@format_option("text", "json")
@click.pass_obj
def restore(
    invocation: Invocation,
    slug: str,
    backup: str,
    new_slug: str | None,
    identity: Path | None,
    reason: str | None,
    output: str,
) -> int:
    """Bring a tenant back as it was when a backup was made, in one transaction.

    The schema that is there now is kept under another name, until you drop it.
    """
    from sqlmig.admin.backups import restore as bring_back

    with stopping_on_signals() as stop:
        restored = bring_back(
            invocation.project(), slug, backup=backup, new_slug=new_slug, identity=identity, reason=reason, stop=stop
        )
    if output == "json":
        show_json(restored_json(restored))
    else:
        show(restored_text(restored))
    return 0

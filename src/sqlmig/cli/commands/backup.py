"""`sqlmig backup list`, `backup verify` and `backup prune`."""

from __future__ import annotations

from pathlib import Path

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, table_style
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.cli.tenants.backing import identity_option
from sqlmig.cli.usage import Group
from sqlmig.report.backups import (
    backups_json,
    backups_text,
    pruned_json,
    pruned_text,
    verified_json,
    verified_text,
)


@click.group("backup", cls=Group)
def backup() -> None:
    """Look at backups of tenants, check them, remove old ones."""


@backup.command("list", cls=Command)
@click.option("--schema", "schemas", metavar="PATTERN", multiple=True, help="Only of such schemas; may be repeated.")
@format_option("text", "json")
@click.pass_obj
def list_backups(invocation: Invocation, schemas: tuple[str, ...], output: str) -> int:
    """List the backups that the history knows, the newest first."""

    def ask(shard: Shard) -> Answer:
        from sqlmig.admin.backups import list_backups

        found = list_backups(shard.project, schemas=schemas)
        return Answer(backups_json(found) if output == "json" else backups_text(found, table_style()))

    return on_databases(invocation, "backup-list", output, ask)


@backup.command("verify", cls=Command)
@click.argument("names", metavar="[ID]...", nargs=-1)
@identity_option
@format_option("text", "json")
@click.pass_obj
def verify(invocation: Invocation, names: tuple[str, ...], identity: Path | None, output: str) -> int:
    """Read backups back, all of them without an ID; with the key, to the last byte of what is inside."""
    from sqlmig.admin.backups import verify_backups

    found = verify_backups(invocation.project(), names, identity=identity)
    if output == "json":
        show_json(verified_json(found))
    else:
        show(verified_text(found))
    return int(any(one.error is not None for one in found))


@backup.command("prune", cls=Command)
@click.option("--dry-run", is_flag=True, help="Only say which would go.")
@format_option("text", "json")
@click.pass_obj
def prune(invocation: Invocation, dry_run: bool, output: str) -> int:
    """Remove the backups that backup.keep does not keep, those that failed, and incomplete ones."""

    def ask(shard: Shard) -> Answer:
        from sqlmig.admin.backups import prune_backups

        found = prune_backups(shard.project, dry_run=dry_run)
        shown = pruned_json(found, dry_run) if output == "json" else pruned_text(found, dry_run)
        return Answer(shown, exit_status=2 if any(one.error is not None for one in found) else 0)

    return on_databases(invocation, "backup-prune", output, ask)

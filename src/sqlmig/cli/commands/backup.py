"""`sqlmig backup list`, `backup verify` and `backup prune`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json, table_style, tell
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.cli.signals import stopping_on_signals
from sqlmig.cli.tenants.backing import identity_option
from sqlmig.cli.usage import Group
from sqlmig.errors import Interrupted, SqlmigError
from sqlmig.report.backups import (
    backups_json,
    backups_text,
    pruned_json,
    pruned_text,
    stopped_text,
    verified_json,
    verified_text,
)

if TYPE_CHECKING:
    from sqlmig.backups.verifying import Verified


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

    def told(one: Verified) -> None:
        if output == "text" and (said := verified_text(one)):
            show(said)

    with stopping_on_signals() as stop:
        found = verify_backups(invocation.project(), names, identity=identity, stop=stop, tell=told)
    errors = [one.error for one in found]
    if output == "json":
        show_json(verified_json(found))
    elif not found:
        show("there is no complete backup\n")
    elif said := stopped_text(errors, "were read", "nothing was changed"):
        tell(said)
    return _exit_status(errors, otherwise=1)


@backup.command("prune", cls=Command)
@click.option("--dry-run", is_flag=True, help="Only say which would go.")
@format_option("text", "json")
@click.pass_obj
def prune(invocation: Invocation, dry_run: bool, output: str) -> int:
    """Remove the backups that backup.keep does not keep, those that failed, and incomplete ones."""
    with stopping_on_signals() as stop:

        def ask(shard: Shard) -> Answer:
            from sqlmig.admin.backups import prune_backups

            found = prune_backups(shard.project, dry_run=dry_run, stop=stop)
            errors = [one.error for one in found]
            shown = pruned_json(found, dry_run) if output == "json" else pruned_text(found, dry_run)
            told = stopped_text(errors, "were looked at", "what is removed is recorded as such, the rest is there")
            return Answer(shown, _exit_status(errors, otherwise=2), told)

        return on_databases(invocation, "backup-prune", output, ask, stop=stop)


def _exit_status(errors: Sequence[SqlmigError | None], *, otherwise: int) -> int:
    """5 when somebody asked to stop; otherwise what an error comes to here."""
    if any(isinstance(error, Interrupted) for error in errors):
        return Interrupted.exit_status
    return otherwise if any(errors) else 0

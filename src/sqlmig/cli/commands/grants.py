"""`sqlmig grants`."""

from __future__ import annotations

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json


@command("grants")
@click.option("--migration-role", metavar="NAME", help="The role that sqlmig connects as; without it, sqlmig.")
@click.option(
    "--application-role",
    metavar="NAME",
    help="The role that the application connects as; without it, what the configuration says.",
)
@format_option("text", "json")
def grants(invocation: Invocation, migration_role: str | None, application_role: str | None, output: str) -> int:
    """Print the statements that give the migration role and the application their rights.

    They are for an administrator, in a database with or without the project in it. Nothing is connected to.
    """
    from sqlmig.admin.grants import MIGRATION_ROLE
    from sqlmig.admin.grants import grants as wanted
    from sqlmig.report.grants import grants_json, grants_text

    found = wanted(
        invocation.configured(), migration_role=migration_role or MIGRATION_ROLE, application=application_role
    )
    if output == "json":
        show_json(grants_json(found))
    else:
        show(grants_text(found))
    return 0

"""`sqlmig tenant`: everything that is done to tenants besides migrating them."""

from __future__ import annotations

import click

from sqlmig.cli.tenants.creating import create, list_tenants
from sqlmig.cli.usage import Group


@click.group("tenant", cls=Group)
def tenant() -> None:
    """Create and list tenants."""


tenant.add_command(create)
tenant.add_command(list_tenants)

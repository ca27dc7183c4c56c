"""`sqlmig tenant`: everything that is done to tenants besides migrating them."""

from __future__ import annotations

import click

from sqlmig.cli.tenants.backing import backup, restore
from sqlmig.cli.tenants.creating import create, list_tenants
from sqlmig.cli.tenants.dropping import drop, purge, undrop
from sqlmig.cli.tenants.importing import import_list
from sqlmig.cli.tenants.pooling import pool
from sqlmig.cli.tenants.reconciling import reconcile
from sqlmig.cli.tenants.showing import show_tenant
from sqlmig.cli.tenants.states import activate, hold, rename, suspend
from sqlmig.cli.usage import Group


@click.group("tenant", cls=Group)
def tenant() -> None:
    """Make tenants, change, back up, restore and drop them."""


tenant.add_command(create)
tenant.add_command(list_tenants)
tenant.add_command(import_list)
tenant.add_command(pool)
tenant.add_command(show_tenant)
tenant.add_command(suspend)
tenant.add_command(activate)
tenant.add_command(hold)
tenant.add_command(rename)
tenant.add_command(drop)
tenant.add_command(undrop)
tenant.add_command(purge)
tenant.add_command(reconcile)
tenant.add_command(backup)
tenant.add_command(restore)

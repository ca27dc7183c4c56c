"""What each tenant takes and costs: storage, index use, slow statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.api import Project
from sqlmig.catalog.stats import read_stats
from sqlmig.errors import Refused, UsageError
from sqlmig.fleet.targets import Selection, select_targets
from sqlmig.plan.tenantstats import Sort, Stats


def stats(project: Project, *, schemas: Sequence[str] = (), sort: Sort = Sort.SIZE) -> Stats:
    """Reads the figures of tenants.

    Args:
        project: on one database.
        schemas: names or patterns of tenants' schemas; without any, all. Statements that name no tenant's schema
            count only then.
        sort: what the tenants are ordered by.

    Raises:
        UsageError: the project has no tenants, or a name or a pattern matches none.
        Refused: the registry's table is not there yet.
    """
    if project.config.tenants is None:
        raise UsageError("this project has no tenants", next="`sqlmig status` shows what it has")
    with project.session() as opened:
        selected = select_targets(opened, project.files, Selection(tuple(schemas)))
        if not selected.registry_read:
            raise Refused("the registry's table is not there yet", next="run `sqlmig apply --platform` first")
        tenants = {one.tenant.id: one.tenant for one in selected.targets if one.tenant is not None}
        return read_stats(opened, list(tenants.values()), sort, others=not schemas)

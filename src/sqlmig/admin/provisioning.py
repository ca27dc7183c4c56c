"""Makes tenants: one, a list of them, or schemas that are ready for tenants to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlmig.api import OnWait, Project
from sqlmig.db.context import Stop
from sqlmig.plan.events import Observer
from sqlmig.plan.provisioning import ComparedTenant, CreatedTenant, Imported, Making, PoolFilled, RowResult
from sqlmig.tenants.batch import Batch, make_all
from sqlmig.tenants.comparing import Asked, compare_tenants, find_there
from sqlmig.tenants.create import create_tenant
from sqlmig.tenants.given import OnNote, check_values
from sqlmig.tenants.importing import check_list, read_list
from sqlmig.tenants.poolmaking import fill_pool
from sqlmig.tenants.wanted import wanted_tenant


def create(
    project: Project,
    slug: str,
    *,
    values: Mapping[str, str],
    template: str | None = None,
    making: Making = Making.QUICKEST,
    observer: Observer | None = None,
    stop: Stop | None = None,
    on_wait: OnWait | None = None,
    on_note: OnNote = lambda _note: None,
) -> CreatedTenant:
    """Makes a tenant in one transaction: all of it, or nothing.

    Args:
        project: on one database.
        slug: the tenant's short name.
        values: what the lifecycle files see as `tenant.NAME`; `schema` names the schema.
        template: the kind of tenant.
        making: how its objects may be made.
        observer: is told of every migration that runs.
        stop: asks to stop.
        on_wait: is told who keeps it waiting.
        on_note: is told of values of which it cannot be known whether a file reads them.

    Raises:
        UsageError: no file reads one of the values.
        Refused: the tenant or its schema is there already, or the plan refuses.
        MigrationFailed: a statement failed; nothing of the tenant is there.
    """
    check_values(project.files, values, on_note)
    with project.job(observer, stop, on_wait) as job:
        return create_tenant(
            job.session, project.files, job.context, slug, values, job.observer, template=template, making=making
        )


def compare(
    project: Project, slug: str, *, values: Mapping[str, str], template: str | None = None
) -> ComparedTenant | None:
    """Compares a tenant with what is asked for, with the files, and with the snapshot; None when it is not there.

    Raises:
        Refused: the registry's table is not there.
    """
    files = project.files
    wanted = wanted_tenant(files, slug, values, template)
    with project.session() as session:
        tenant = find_there(session, files, [wanted]).get(wanted.slug)
        if tenant is None:
            return None
        return compare_tenants(session, files, [Asked(tenant, wanted.schema, values, template)])[0]


def import_tenants(
    project: Project,
    file: Path,
    *,
    workers: int = 4,
    making: Making = Making.QUICKEST,
    on_row: Callable[[RowResult], None] = lambda _result: None,
    on_note: OnNote = lambda _note: None,
    stop: Stop | None = None,
) -> Imported:
    """Makes the tenants of a list that are not there yet, and compares the others.

    Args:
        project: on one database.
        file: CSV, JSON or YAML; columns besides `slug`, `schema` and `template` are for the lifecycle files.
        workers: how many tenants are made at once.
        making: how their objects may be made.
        on_row: is told what became of each, as it happens.
        on_note: is told of columns of which it cannot be known whether a file reads them.
        stop: when requested, tenants under way are finished, and no other is begun.

    Raises:
        ProjectError: with everything that is wrong in the list; nothing was changed.
        Refused: the registry's table is not there.
    """
    files = project.files
    rows = read_list(files, file, on_note)
    with project.session() as session:
        check_list(session, files, rows)
    batch = Batch(files, project.session, project.context, stop or Stop(), on_row)
    return make_all(batch, rows, workers, making)


def pool(
    project: Project,
    size: int,
    *,
    template: str | None = None,
    on_made: Callable[[str], None] = lambda _schema: None,
    stop: Stop | None = None,
) -> PoolFilled:
    """Keeps so many schemas ready for new tenants; stale ones are dropped.

    Args:
        project: on one database.
        size: how many schemas of the kind there shall be; 0 empties the pool.
        template: the kind of tenant that they are for.
        on_made: is told of each schema.
        stop: when requested, no other schema is begun.

    Raises:
        Refused: there is no snapshot to make them from, the platform is not applied, or the project's tenants cannot
            be made ahead.
    """
    with project.job(stop=stop) as job:
        return fill_pool(job.session, project.files, job.context, size, template, on_made)

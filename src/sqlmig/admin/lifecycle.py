"""The life of a tenant, as calls on a project: suspend, activate, hold, rename, show, drop, reconcile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlmig.db.context import Stop
from sqlmig.plan.reconcile import Reconciled
from sqlmig.plan.tenantfacts import TenantFacts
from sqlmig.plan.tenantstates import Changed, KnownTenant
from sqlmig.project.durations import milliseconds
from sqlmig.tenants import dropping, purging, renaming, showing, states
from sqlmig.tenants.dropping import Backup
from sqlmig.tenants.known import read_known
from sqlmig.tenants.reconcile import reconciled

if TYPE_CHECKING:
    from sqlmig.api import Project

KEPT = "7d"
"""How long a dropped tenant can be brought back, when nobody says otherwise."""


def known_tenants(project: Project) -> tuple[KnownTenant, ...]:
    """Every tenant that registry or history know, suspended and dropped ones included; those of the registry first."""
    with project.session() as opened:
        return read_known(opened, project.files)


def show(project: Project, slug: str) -> TenantFacts:
    """All that is known of a tenant; reads only."""
    with project.session() as opened:
        return showing.show(opened, project.files, slug)


def reconcile(project: Project) -> Reconciled:
    """What of schemas, registry and history does not belong together; reads only."""
    with project.session() as opened:
        return reconciled(opened, project.files)


def suspend(project: Project, slug: str, *, reason: str, stop: Stop | None = None) -> Changed:
    """Takes the application's access to a tenant away, as lifecycle/suspend.sql says."""
    with project.job(stop=stop) as job:
        return states.suspend(job.session, project.files, job.context, slug, reason)


def activate(project: Project, slug: str, *, reason: str | None = None, stop: Stop | None = None) -> Changed:
    """Takes a suspension back, as lifecycle/activate.sql says; the result tells how far behind the tenant is."""
    with project.job(stop=stop) as job:
        return states.activate(job.session, project.files, job.context, slug, reason)


def hold(
    project: Project, slug: str, *, at: int, reason: str, track: str | None = None, stop: Stop | None = None
) -> Changed:
    """Keeps a tenant from going beyond a version, whatever is applied to the others."""
    with project.job(stop=stop) as job:
        return states.hold(job.session, project.files, job.context, slug, at, track, reason)


def release(
    project: Project, slug: str, *, track: str | None = None, reason: str | None = None, stop: Stop | None = None
) -> Changed:
    """Lets a tenant go on that was held; the result tells how far behind it is."""
    with project.job(stop=stop) as job:
        return states.release(job.session, project.files, job.context, slug, track, reason)


def rename(project: Project, slug: str, new: str, *, schema: str | None = None, stop: Stop | None = None) -> Changed:
    """Gives a tenant another slug, and its schema another name, in one transaction."""
    with project.job(stop=stop) as job:
        return renaming.rename(job.session, project.files, job.context, slug, new, schema)


def drop(
    project: Project,
    slug: str,
    *,
    backup: Backup | None,
    keep: str = KEPT,
    reason: str | None = None,
    stop: Stop | None = None,
) -> Changed:
    """Renames a tenant's schema away and takes it out of the registry; `undrop` brings it back until `keep` is over.

    Args:
        project: the project.
        slug: the tenant's.
        backup: dumps it first; None when nobody wants a dump.
        keep: a duration such as `7d`.
        reason: is kept in the history.
        stop: asks to stop; who makes the backup has to know of it as well.
    """
    with project.job(stop=stop) as job:
        seconds = milliseconds(keep) / 1000
        return dropping.drop(job.session, project.files, job.context, slug, backup=backup, keep=seconds, reason=reason)


def undrop(project: Project, slug: str, *, stop: Stop | None = None) -> Changed:
    """Brings a dropped tenant back, as long as nothing of it was purged."""
    with project.job(stop=stop) as job:
        return dropping.undrop(job.session, project.files, job.context, slug)


def purge(
    project: Project,
    slug: str | None = None,
    *,
    now: bool = False,
    told: Callable[[str, int], None] = lambda _schema, _left: None,
    stop: Stop | None = None,
) -> tuple[Changed, ...]:
    """Drops for good what was dropped and is due, in pieces that fit the lock table; goes on where one stopped."""
    with project.job(stop=stop) as job:
        stop_of_job = job.context.stop
        return purging.purge(job.session, project.files, lambda: project.context(stop_of_job), slug, now=now, told=told)

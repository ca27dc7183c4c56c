"""Backups of tenants, as calls on a project: make, list, verify, prune, restore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmig.backups import opening, verifying
from sqlmig.backups.keys import Unlocking
from sqlmig.backups.make import back_up
from sqlmig.backups.manifest import Manifest
from sqlmig.backups.pruning import Pruned, prune_backup
from sqlmig.backups.settings import passphrase, unlocking, writing
from sqlmig.backups.verifying import Verified
from sqlmig.db.backups import read_backups
from sqlmig.db.context import Stop
from sqlmig.errors import Interrupted, Refused, SqlmigError, UsageError
from sqlmig.plan.backing import BackUp, backups_needed
from sqlmig.plan.backups import BackupRow, BackupState, prunable
from sqlmig.plan.rollout import Identity, Wave
from sqlmig.plan.tenantstates import TenantState
from sqlmig.plan.values import Plan
from sqlmig.project.model import Tenant
from sqlmig.project.nearest import did_you_mean
from sqlmig.tenants.known import named, read_known
from sqlmig.tenants.restore import Restored, restore_tenant

if TYPE_CHECKING:
    from sqlmig.api import Project


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What became of the backup of one tenant."""

    tenant: Tenant
    url: str | None
    """The backup's folder; None when there is none."""
    made: Manifest | SqlmigError

    @property
    def done(self) -> bool:
        """Whether there is a backup."""
        return isinstance(self.made, Manifest)


Told = Callable[[BackedUp], None]
"""Is told of each tenant when its turn is over; from several threads, one at a time."""


def back_up_tenants(
    project: Project,
    slugs: Sequence[str] = (),
    *,
    schemas: Sequence[str] = (),
    to: str | None = None,
    reason: str | None = None,
    stop: Stop | None = None,
    tell: Told = lambda _one: None,
) -> tuple[BackedUp, ...]:
    """Makes a backup of each tenant that is named; what fails for one does not stop the others.

    Args:
        project: on one database.
        slugs: of tenants, active or suspended.
        schemas: names or patterns of their schemas.
        to: a folder or URL in place of `backup.url`.
        reason: is kept with them.
        stop: asks to stop: the backups under way are given up.
        tell: is told of each tenant.

    Raises:
        UsageError: there is no such tenant, or it is not said where backups go.
        ConfigError: a key cannot be had.
    """
    tenants = _chosen(project, slugs, schemas)
    return back_up_all(project, tenants, to=to, reason=reason, stop=stop, tell=tell)


def back_up_all(
    project: Project,
    tenants: Sequence[Tenant],
    *,
    to: str | None = None,
    reason: str | None = None,
    run_id: str | None = None,
    stop: Stop | None = None,
    tell: Told = lambda _one: None,
) -> tuple[BackedUp, ...]:
    """As `back_up_tenants`, for tenants that are known already; `run_id` is the run before which they are made."""
    settings = writing(project.config, to)
    stop = stop or Stop()

    def one(tenant: Tenant) -> BackedUp:
        try:
            if stop.requested:
                raise Interrupted(
                    f"no backup of tenant {tenant.slug} was made: stopped on request", next="run it again"
                )
            with project.job(stop=stop) as job:
                made = back_up(job.session, project.files, job.context, tenant, settings, reason=reason, run_id=run_id)
        except SqlmigError as error:
            return BackedUp(tenant, None, error)
        return BackedUp(tenant, f"{settings.store.url}/{made.folder}", made)

    found = []
    with ThreadPoolExecutor(project.config.backup.workers, thread_name_prefix="sqlmig-backup") as pool:
        for result in pool.map(one, tenants):
            tell(result)
            found.append(result)
    return tuple(found)


def back_up_before(
    project: Project,
    plan: Plan,
    waves: Sequence[Wave],
    who: BackUp,
    *,
    stop: Stop | None = None,
    tell: Told = lambda _one: None,
) -> tuple[BackedUp, ...]:
    """Makes the backups that are wanted before a plan runs, and lets nothing run when one of them fails.

    `Project.apply(before=...)` takes what calls this.

    Args:
        project: on one database.
        plan: what is about to run.
        waves: the run's; the targets of the first one are the canaries.
        who: whom to back up.
        stop: asks to stop.
        tell: is told of each tenant.

    Raises:
        Refused: canaries are wanted, and no wave says who they are.
        SqlmigError: a backup failed; nothing has run.
    """
    tenants = backups_needed(plan, who, _canaries(waves) if who is BackUp.CANARIES else ())
    made = back_up_all(project, tenants, reason=f"before apply ({who.value})", stop=stop, tell=tell) if tenants else ()
    for one in made:
        if isinstance(one.made, SqlmigError):
            raise one.made
    return made


def _canaries(waves: Sequence[Wave]) -> frozenset[Identity]:
    """The targets of the first wave.

    Raises:
        Refused: there is no other.
    """
    if len(waves) == 1:
        raise Refused(
            "the canaries are to be backed up, and no wave says who they are: all tenants would be",
            state="nothing was changed",
            next="say who comes first: --canary 1, or apply.waves; or ask for all of them: --backup all",
        )
    return frozenset(waves[0].targets) if waves else frozenset()


def backup_one(project: Project, tenant: Tenant, *, reason: str | None = None, stop: Stop | None = None) -> str:
    """Makes a backup of one tenant, and returns its id.

    Raises:
        SqlmigError: there is none now.
    """
    made = back_up_all(project, [tenant], reason=reason, stop=stop)[0].made
    if isinstance(made, SqlmigError):
        raise made
    return made.backup_id


def list_backups(project: Project, *, schemas: Sequence[str] = ()) -> tuple[BackupRow, ...]:
    """The backups that the history knows, the newest first; with patterns, those of such schemas only."""
    with project.session() as opened:
        known = read_backups(opened, project.config.history_schema)
    return tuple(row for row in known if not schemas or any(fnmatchcase(row.schema, one) for one in schemas))


def verify_backups(
    project: Project,
    names: Sequence[str] = (),
    *,
    identity: Path | None = None,
    stop: Stop | None = None,
    tell: Callable[[Verified], None] = lambda _one: None,
) -> tuple[Verified, ...]:
    """Reads backups back: checksums, and with the key, that they can be decrypted and that pg_restore reads them.

    Args:
        project: on one database.
        names: ids or their beginnings; without them, every complete backup.
        identity: a file with private age keys.
        stop: asks to stop: what is not read by then has an `Interrupted` in the place of an answer.
        tell: is told of each backup.

    Raises:
        UsageError: there is no such backup.
    """
    stop = stop or Stop()
    known = list_backups(project)
    rows = [opening.find(known, name) for name in names] or [r for r in known if r.state is BackupState.DONE]
    keys = unlocking(project.config, identity)
    found = []
    for row in rows:
        result = verifying.verify(project.config, row, keys, stop)
        tell(result)
        found.append(result)
    return tuple(found)


def prune_backups(project: Project, *, dry_run: bool = False, stop: Stop | None = None) -> tuple[Pruned, ...]:
    """Removes the files of backups that `backup.keep` does not keep, of those that failed, and of incomplete ones.

    Args:
        project: on one database.
        dry_run: only says which.
        stop: asks to stop: what is there by then stays, with an `Interrupted`.
    """
    stop = stop or Stop()
    schema = project.config.history_schema
    with project.session() as opened:
        found = prunable(read_backups(opened, schema), project.config.backup.keep)
        if dry_run:
            return tuple(Pruned(one) for one in found)
        return tuple(prune_backup(opened, project.config, one, stop) for one in found)


def restore(
    project: Project,
    slug: str,
    *,
    backup: str,
    new_slug: str | None = None,
    identity: Path | None = None,
    reason: str | None = None,
    stop: Stop | None = None,
) -> Restored:
    """Brings a tenant back as it was when a backup was made, in one transaction.

    Args:
        project: on one database.
        slug: whose backup it is.
        backup: an id or its beginning; or the URL of its folder, for one that the history does not know.
        new_slug: makes another tenant of it, and leaves this one alone.
        identity: a file with private age keys.
        reason: is kept in the history.
        stop: asks to stop: everything is rolled back.

    Raises:
        UsageError: there is no such backup, or it is another tenant's.
        Refused: it is not complete, or the tenant's state does not allow it.
        BackupFailed: it is damaged, or does not come back as it was; nothing was changed.
    """
    with project.job(stop=stop) as job:
        if "/" in backup:
            found = opening.stored_at(project.config, backup, job.context.stop)
        else:
            known = read_backups(job.session, project.config.history_schema)
            found = opening.stored(project.config, opening.find(known, backup), job.context.stop)
        keys = unlocking(project.config, identity)
        if found.manifest.passphrase and identity is None:
            keys = Unlocking(None, passphrase(project.config))
        return restore_tenant(
            job.session, project.files, job.context, slug, found, keys, new_slug=new_slug, reason=reason
        )


def _chosen(project: Project, slugs: Sequence[str], schemas: Sequence[str]) -> list[Tenant]:
    """The tenants that are named, each once, in the registry's order.

    Raises:
        UsageError: there is none of that name.
    """
    with project.session() as opened:
        known = read_known(opened, project.files)
    ids = {named(known, slug).tenant.id for slug in slugs}
    alive = [one.tenant for one in known if one.state in (TenantState.ACTIVE, TenantState.SUSPENDED)]
    for pattern in schemas:
        matching = {tenant.id for tenant in alive if fnmatchcase(tenant.schema, pattern)}
        if not matching:
            hint = did_you_mean(pattern, [tenant.schema for tenant in alive])
            raise UsageError(f"no tenant has schema '{pattern}'; {hint}", next="`sqlmig tenant list` shows the tenants")
        ids |= matching
    if not (slugs or schemas):
        raise UsageError("it is not said which tenants", next="name them, or give --schema 'PATTERN'")
    return [one.tenant for one in known if one.tenant.id in ids]

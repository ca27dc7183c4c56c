"""Tenants as registry and history know them together, found by name, and one of them held while it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmig.db import history, records
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import locked
from sqlmig.db.registry import find_tenants, read_tenants
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import read_recorded, read_target_schemas
from sqlmig.errors import ConfigError, Interrupted, Place, Problem, Refused, SqlmigError, UsageError
from sqlmig.fleet.targets import read_snapshot, tenant_target
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import Outcome
from sqlmig.plan.tenantstates import Answer, KnownTenant, TenantState, Verb, find, may, nearest, together
from sqlmig.plan.values import Target
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope, Tenant


def read_known(session: Session, files: ProjectFiles) -> tuple[KnownTenant, ...]:
    """Every tenant that registry or history know, those of the registry first.

    Raises:
        ConfigError: the registry cannot be used.
        UsageError: the project has no tenants.
    """
    if files.config.tenants is None:
        raise UsageError(
            "this project has no tenants", next="write `tenants` into sqlmig.yaml; see docs/configuration.md"
        )
    schema = files.config.history_schema
    tracks = [track.name for track in files.tenant_tracks]
    registry = read_tenants(session, files) or ()
    return together(registry, read_recorded(session, schema), read_target_schemas(session, schema, tracks))


def named(tenants: tuple[KnownTenant, ...], name: str, verb: Verb | None = None) -> KnownTenant:
    """The tenant of that slug; or of that schema or id, for one that the registry does not give.

    Args:
        tenants: all of them.
        name: what somebody wrote.
        verb: what is to be done with it.

    Raises:
        UsageError: there is none, or several.
    """
    found = find(tenants, name, verb)
    if not found:
        raise UsageError(
            f"there is no tenant '{name}'; {nearest(tenants, name)}",
            state="nothing was changed",
            next="`sqlmig tenant list --all` shows the tenants, those that are suspended or dropped, too",
        )
    if len(found) > 1:
        ids = ", ".join(one.tenant.id for one in found)
        raise UsageError(
            f"'{name}' may be any of several tenants, with the ids {ids}",
            state="nothing was changed",
            next="name it by its id",
        )
    return found[0]


def life_target(files: ProjectFiles, tenant: Tenant) -> Target:
    """What stands for a tenant in locks and in the log, whatever tracks it has."""
    tracks = files.tenant_tracks
    return tenant_target(tracks[0], tenant) if tracks else Target("", Scope.TENANT, tenant.id, tenant.schema, tenant)


@dataclass
class Changing:
    """A tenant that is about to change: its locks are held, and a transaction is open."""

    now: KnownTenant
    """As it is now that the locks are held."""
    answer: Answer


@contextmanager
def changing(
    session: Session, files: ProjectFiles, context: RunContext, one: KnownTenant, verb: Verb, reason: str | None
) -> Iterator[Changing]:
    """A transaction that holds a tenant's locks and is written down as a run of its own; it commits with the block.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        one: the tenant, as it was found.
        verb: what is to be done.
        reason: is kept in the history.

    Raises:
        Refused: its state does not allow it.
        LockNotObtained: a run holds the tenant.
        Interrupted: it was asked to stop.
    """
    allowed(one, verb)
    keys = context.keys(life_target(files, one.tenant))
    with (
        locked(session, keys, one.tenant.schema, context.lock_wait, context.stop),
        _stoppable(session, context, f"{verb.value} of tenant {one.label}"),
    ):
        # Whoever held the locks may have changed it.
        fresh = read_again(session, files, one.tenant)
        if fresh is None:
            raise Refused(
                f"tenant {one.label} is not there any more",
                state="nothing was changed",
                next="`sqlmig tenant list --all` shows what became of it",
            )
        answer = allowed(fresh, verb)
        yield Changing(fresh, answer)
        if answer is Answer.YES:
            session.run("SET CONSTRAINTS ALL IMMEDIATE")
            # Last of all: until the commit, no other run can begin.
            records.begin_run(session, context, f"tenant {verb.value} {one.label}", [], reason)
            records.finish_run(session, context, Outcome.DONE)


@contextmanager
def _stoppable(session: Session, context: RunContext, what: str) -> Iterator[None]:
    """A block whose statements a request to stop cancels; the COMMIT behind it is let through.

    Raises:
        Interrupted: it was asked to stop.
    """
    context.stop.cancellable(session)
    try:
        yield
    except SqlmigError as error:
        said = error if isinstance(error, ServerRefused) else error.__cause__
        if not (context.stop.requested and isinstance(said, ServerRefused) and said.said.sqlstate == _CANCELLED):
            raise
        raise Interrupted(
            f"{what} was stopped on request", state="its transaction was rolled back", next="run the command again"
        ) from error
    finally:
        context.stop.cancellable(None)


_CANCELLED = "57014"


def log(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    tenant: Tenant,
    action: str,
    reason: str | None,
    detail: object = None,
) -> None:
    """Puts what was done to a tenant into the log."""
    target = life_target(files, tenant)
    records.write_log(session, context, target, action, version=None, name="", reason=reason, detail=detail)


def allowed(one: KnownTenant, verb: Verb) -> Answer:
    """Whether a tenant's state allows what is asked.

    Raises:
        Refused: it does not.
    """
    decision = may(verb, one)
    if decision.answer is Answer.NO:
        raise Refused(decision.message, state="nothing was changed", next=decision.next)
    return decision.answer


def read_again(session: Session, files: ProjectFiles, tenant: Tenant) -> KnownTenant | None:
    """A tenant as registry and history know it now, without reading the others; None when nobody knows it."""
    schema, key = files.config.history_schema, tenant.id
    tracks = [track.name for track in files.tenant_tracks]
    recorded, targets = read_recorded(session, schema, key), read_target_schemas(session, schema, tracks, key)
    found = registered(session, files, tenant)
    if found is None and not any(one.state in (TenantState.DROPPING, TenantState.PURGING) for one in recorded):
        # It may have another name by now.
        found = next((one for one in read_tenants(session, files) or () if one.id == key), None)
    return next(iter(together([found] if found is not None else [], recorded, targets)), None)


def registered(session: Session, files: ProjectFiles, tenant: Tenant) -> Tenant | None:
    """The tenant of this id as the registry gives it now by this slug or this schema; None when it does not."""
    found = find_tenants(session, files, tenant.slug, tenant.schema) or ()
    return next((one for one in found if one.id == tenant.id), None)


def is_query(files: ProjectFiles) -> bool:
    """Whether the registry is a table of the project's own, which only its lifecycle files can change."""
    return files.config.tenants is not None and files.config.tenants.query is not None


def wrong_registry(files: ProjectFiles, message: str, path: str, advice: str) -> ConfigError:
    """The registry does not say what it should after a lifecycle file ran."""
    place = Place(path) if files.lifecycle(path.rpartition("/")[2].removesuffix(".sql")) else Place(files.config.file)
    return ConfigError([Problem(message, place, advice)])


def behind(session: Session, files: ProjectFiles, tenant: Tenant) -> int:
    """How many steps `apply` would run in a tenant now."""
    if not history.existing_schemas(session, [tenant.schema]):
        return 0
    targets = [tenant_target(track, tenant) for track in files.tenant_tracks]
    return make_plan(files, targets, read_snapshot(session, files, targets, Up()), Up()).step_count

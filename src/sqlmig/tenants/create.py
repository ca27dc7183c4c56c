"""A new tenant in one transaction: schema, grants, registry row, migrations, seed rows, history. All of it or nothing.

`create_tenant` is the main job. What comes between the registry's row and the seed rows is one of three: a schema that
the pool has ready, the snapshot of the tenant tracks, or every migration, one after the other. Pool and snapshot hold
what all tenants have: repeatables of the tenant's kind run after them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmig.db import history, records
from sqlmig.db.composing import filled
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import Keys, key_of, locked, shared_key
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.db.snapshotrows import store_missing_scripts
from sqlmig.errors import ConfigError, Interrupted, Place, Problem, Refused, SqlmigError
from sqlmig.fleet.targets import shared_target, tenant_target
from sqlmig.plan.events import Observer, nobody
from sqlmig.plan.heads import Heads
from sqlmig.plan.planner import Snapshot, Up, make_plan
from sqlmig.plan.provisioning import CreatedTenant as CreatedTenant  # callers know it by this module
from sqlmig.plan.provisioning import Making, Source
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy, pause_before, remedy
from sqlmig.plan.steps import StepMaker
from sqlmig.plan.values import Refusal, Step, Target, TargetPlan, Work
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.tenants import pool, snapshots
from sqlmig.tenants.provision import (
    lifecycle_part,
    not_created,
    nothing_of,
    provision_part,
    run_files,
    script_part,
)
from sqlmig.tenants.replay import replay
from sqlmig.tenants.templates import check_template, remember_template
from sqlmig.tenants.wanted import refuse_taken, wanted_tenant


def create_tenant(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    slug: str,
    values: Mapping[str, str],
    observer: Observer | None = None,
    *,
    template: str | None = None,
    making: Making = Making.QUICKEST,
    maker: StepMaker | None = None,
) -> CreatedTenant:
    """Makes a tenant.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        slug: the tenant's short name.
        values: what the lifecycle files see as `tenant.NAME`; `schema` names the schema.
        observer: is told of every migration that runs.
        template: the kind of tenant; without one, what the registry's row says, or the default.
        making: how its objects may be made.
        maker: makes the steps; one for many tenants remembers what they share.

    Raises:
        UsageError: the name or the template is not usable, or the project has no tenants.
        Refused: the tenant or the schema is there already, or the plan refuses; nothing was changed.
        MigrationFailed: a statement failed; nothing of the tenant is there.
        LockNotObtained: another run holds the shared tracks, or makes the same tenant.
    """
    began = time.monotonic()
    wanted = wanted_tenant(files, slug, values, template)
    history.prepare(session, context.history)
    store_missing_scripts(session, context, (*files.tenant_tracks, *files.parts_of_kinds))
    creation = _Creation(session, files, context, wanted, observer or nobody, template, maker or StepMaker(files))
    try:
        made = _again_when_blocked(creation, making)
    except Refused:
        raise
    except SqlmigError as error:
        _record_failure(creation, Outcome.INTERRUPTED if isinstance(error, Interrupted) else Outcome.FAILED)
        raise
    kind = files.kind(made.tenant)
    seconds = time.monotonic() - began
    return CreatedTenant(
        made.tenant, context.run_id, made.steps, seconds, made.source, kind.name if kind is not None else None
    )


@dataclass(frozen=True, slots=True)
class _Creation:
    """One tenant that is to be made."""

    session: Session
    files: ProjectFiles
    context: RunContext
    wanted: Tenant
    observer: Observer
    template: str | None
    maker: StepMaker


@dataclass(frozen=True, slots=True)
class _Made:
    tenant: Tenant
    steps: int
    source: Source


def _again_when_blocked(creation: _Creation, making: Making) -> _Made:
    context, attempts = creation.context, creation.context.config.apply.attempts
    for attempt in range(1, attempts + 1):
        try:
            return _create(creation, making)
        except pool.DoesNotFit:
            making = Making.SNAPSHOT
        except ServerRefused as error:
            said = error.said
            if context.stop.requested:
                raise _stopped(creation.wanted) from error
            if remedy(said.sqlstate, said.message) is not Remedy.RETRY or attempt == attempts:
                raise not_created(creation.wanted, said, None) from error
            context.stop.sleep(pause_before(attempt + 1, random.random()))  # noqa: S311  jitter is no secret
    return _create(creation, Making.REPLAY if making is Making.REPLAY else Making.SNAPSHOT)


def _create(creation: _Creation, making: Making) -> _Made:
    session, files, context, wanted = creation.session, creation.files, creation.context, creation.wanted
    # The id is not known before the registry gives one; the schema's name stands for the tenant until then.
    keys = Keys(shared_key(context.history), key_of(context.history, "target", wanted.schema), exclusive=False)
    with locked(session, keys, wanted.schema, context.lock_wait, context.stop):
        context.stop.cancellable(session)
        try:
            # Whoever held the lock until now may have made this very tenant.
            refuse_taken(session, files, wanted)
            shared = _shared_state(session, files, wanted.schema)
            pooled = pool.take(session, files, context, wanted) if making is Making.QUICKEST else None
            _register(creation, pooled)
            tenant = _registered(creation)
            plans = _planned(creation, tenant, shared)
            source = _fill(creation, making, tenant, plans, pooled)
            # What the call gave, and the registry does not keep, is for the first rows: an owner's address.
            seeded = replace(tenant, row={**wanted.row, **tenant.row})
            seeds = [script_part(files, script, seeded) for script in files.seeds(files.kind(tenant))]
            run_files(session, files.config, seeds, tenant, as_tenant=True)
            _record(creation, Outcome.DONE)
        finally:
            context.stop.cancellable(None)
    return _Made(tenant, sum(len(plan.steps) for plan in plans), source)


class _OfOneTenant(StepMaker):
    """Keeps the steps of one tenant: they are looked at when they are planned, and again when they are recorded."""

    def __init__(self, files: ProjectFiles, of_all: StepMaker) -> None:
        super().__init__(files)
        self._of_all = of_all
        self._made: dict[tuple[str, int], Step | list[Refusal]] = {}

    def make(self, target: Target, work: Work) -> Step | list[Refusal]:
        """A step, or what speaks against it."""
        # The project's files hold on to their units, so an id stands for one of them.
        key = (target.track, id(work.unit))
        if key not in self._made:
            self._made[key] = self._of_all.make(target, work)
        return self._made[key]


def _register(creation: _Creation, pooled: pool.Pooled | None) -> None:
    """The schema, with what belongs to it, and the registry's row."""
    files, wanted = creation.files, creation.wanted
    parts = [provision_part(files, wanted)] if pooled is None else []
    register = lifecycle_part(files, "register", wanted)
    parts += [register] if register is not None else []
    run_files(creation.session, files.config, parts, wanted, as_tenant=False)


def _registered(creation: _Creation) -> Tenant:
    """The tenant as the registry now gives it."""
    session, files, wanted = creation.session, creation.files, creation.wanted
    registry = files.config.tenants
    if registry is None or registry.list is not None:
        tenant = wanted
    else:
        found = find_tenants(session, files, wanted.slug, wanted.schema)
        rows = [one for one in found or () if one.schema == wanted.schema]
        if not rows:
            place = Place(f"{files.config.lifecycle.path}/register.sql") if registry.query else None
            message = f"the registry gives no active tenant with schema {wanted.schema}, though it was just registered"
            advice = "let register.sql insert a row that the registry's query returns"
            raise ConfigError([Problem(message, place, advice)])
        tenant = rows[0]
    if creation.template is None:
        return tenant
    tenant = remember_template(session, files, creation.context.history, tenant, creation.template)
    check_template(files, tenant, creation.template)
    return tenant


def _planned(creation: _Creation, tenant: Tenant, shared: Snapshot) -> Sequence[TargetPlan]:
    """All that a replay would run, rendered and examined."""
    files = creation.files
    targets = [tenant_target(track, tenant) for track in files.tenant_tracks]
    plan = make_plan(files, targets, shared, Up(), _OfOneTenant(files, creation.maker))
    if plan.refusals:
        first = plan.refusals[0]
        raise Refused(first.message, place=first.place, state=nothing_of(tenant), next=first.next)
    return plan.targets


def _fill(
    creation: _Creation, making: Making, tenant: Tenant, plans: Sequence[TargetPlan], pooled: pool.Pooled | None
) -> Source:
    """The tenant's objects, and the history of what they come from."""
    session, files, context = creation.session, creation.files, creation.context
    parts = [snapshots.parted(files, plan) for plan in plans]
    ready, further = [part for part, _ in parts], [rest for _, rest in parts]
    if pooled is not None:
        pool.hand_out(session, files, context, tenant, ready, pooled)
        source = Source.POOL
    elif making is not Making.REPLAY and (found := snapshots.fitting(session, files, tenant)) is not None:
        snapshots.fill(session, files, context, tenant, ready, found)
        source = Source.SNAPSHOT
    else:
        source, further = Source.REPLAY, list(plans)
    for plan in further:
        replay(session, plan, context, creation.observer, creation.wanted)
    return source


def _shared_state(session: Session, files: ProjectFiles, schema: str) -> Snapshot:
    """What is applied to the shared tracks, for what the tenant's migrations require; nothing else is there yet."""
    shared, heads = [shared_target(track) for track in files.shared_tracks], Heads(files)
    current = {target.identity: heads.of(target).digest for target in shared}
    states = history.read_states(session, files.config.history_schema, shared, current)
    return Snapshot(states, frozenset({schema}))


def _record_failure(creation: _Creation, outcome: Outcome) -> None:
    """Puts the attempt into the history, though all that it did is gone."""
    session = creation.session
    if not session.broken:
        # Together: a run that only began would be taken for one that was killed.
        session.run("BEGIN")
        _record(creation, outcome)
        session.run("COMMIT")


def _record(creation: _Creation, outcome: Outcome) -> None:
    """The run's row, from its beginning to its end."""
    command = f"tenant create {creation.wanted.slug}"
    began = records.run_row(creation.context, command, [], None)
    ended = records.run_end(creation.context, outcome)
    creation.session.run(f"{filled(*began)}\n;{filled(*ended)}")


def _stopped(tenant: Tenant) -> Interrupted:
    return Interrupted(
        f"tenant {tenant.slug} was not created: stopped on request",
        state=nothing_of(tenant),
        next=f"run `sqlmig tenant create {tenant.slug}` again",
    )

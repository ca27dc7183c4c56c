"""A new tenant in one transaction: schema, grants, registry row, every migration, seed rows. All of it or nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmig.db import failures, history, records
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import Keys, key_of, locked, shared_key
from sqlmig.db.polling import Ended
from sqlmig.db.registry import read_tenants
from sqlmig.db.session import Session, quoted
from sqlmig.db.together import run_in_open_transaction
from sqlmig.errors import ConfigError, Interrupted, MigrationFailed, Place, Problem, ProjectError, Refused, UsageError
from sqlmig.fleet.targets import read_snapshot, shared_target, tenant_target
from sqlmig.plan.events import Observer, StepEnded, nobody
from sqlmig.plan.planner import Snapshot, Up, make_plan
from sqlmig.plan.resolve import Work, digests_along
from sqlmig.plan.results import Failure, Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy, pause_before, remedy
from sqlmig.plan.values import Plan, TargetPlan
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Tenant
from sqlmig.project.names import schema_for_slug, schema_name_problem, slug_problem
from sqlmig.project.templates import Rendered


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    """A tenant that was made."""

    tenant: Tenant
    run_id: str
    steps: int
    seconds: float


def create_tenant(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    slug: str,
    values: Mapping[str, str],
    observer: Observer | None = None,
) -> CreatedTenant:
    """Makes a tenant.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        slug: the tenant's short name.
        values: what the lifecycle files see as `tenant.NAME`; `schema` names the schema.
        observer: is told of every step.

    Raises:
        UsageError: the name is not usable, or the project has no tenants.
        Refused: the tenant or the schema is there already, or the plan refuses.
        MigrationFailed: a statement failed; nothing of the tenant is there.
        LockNotObtained: another run holds the shared tracks.
    """
    began = time.monotonic()
    wanted = _wanted(session, files, slug, values)
    history.prepare(session, context.history)
    records.begin_run(session, context, f"tenant create {slug}", [], None)
    outcome = Outcome.FAILED
    try:
        tenant, steps = _create_again_when_blocked(session, files, context, wanted, observer or nobody)
        outcome = Outcome.DONE
    except Interrupted:
        outcome = Outcome.INTERRUPTED
        raise
    finally:
        if not session.broken:
            records.finish_run(session, context, outcome)
    return CreatedTenant(tenant, context.run_id, steps, time.monotonic() - began)


def _create_again_when_blocked(
    session: Session, files: ProjectFiles, context: RunContext, wanted: Tenant, observer: Observer
) -> tuple[Tenant, int]:
    for attempt in range(1, context.config.apply.attempts + 1):
        try:
            return _create(session, files, context, wanted, observer)
        except ServerRefused as error:
            said = error.said
            if context.stop.requested:
                raise _stopped(wanted) from error
            if remedy(said.sqlstate, said.message) is not Remedy.RETRY or attempt == context.config.apply.attempts:
                raise _failed(wanted, _Where(said.message)) from error
            context.stop.sleep(pause_before(attempt + 1, random.random()))  # noqa: S311  jitter is no secret
    raise AssertionError("the last attempt returns or raises")


def provision(session: Session, files: ProjectFiles, tenant: Tenant) -> None:
    """Runs provision.sql for a tenant, in the transaction that the caller opened.

    Raises:
        ProjectError: the project has no provision.sql.
        MigrationFailed: it failed.
    """
    _lifecycle(session, files, tenant, "provision", required=True)


def _wanted(session: Session, files: ProjectFiles, slug: str, values: Mapping[str, str]) -> Tenant:
    """The tenant as it is known before the registry has a row for it."""
    registry = files.config.tenants
    if registry is None:
        raise UsageError(
            "this project has no tenants", next="write `tenants` into sqlmig.yaml; see docs/configuration.md"
        )
    problem = slug_problem(slug)
    if problem is not None:
        raise UsageError(problem)
    schema = values.get("schema") or schema_for_slug(registry.schema_template, slug)
    problem = schema_name_problem(schema, files.shared_schemas)
    if problem is not None:
        raise UsageError(f"tenant {slug}: {problem}")
    known = read_tenants(session, files)
    if known is None:
        raise Refused(
            "the registry's table is not there yet", state="nothing was changed", next="run `sqlmig apply --platform`"
        )
    taken = next((t for t in known if slug == t.slug or schema == t.schema), None)
    listed = registry.list is not None and taken is not None and (taken.slug, taken.schema) == (slug, schema)
    if registry.list is not None and not listed:
        raise Refused(f"tenant {slug} is not in the list of tenants", next="add it under `tenants.list` first")
    if taken is not None and not listed:
        raise Refused(f"tenant {taken.slug} with schema {taken.schema} is there already", state="nothing was changed")
    if history.existing_schemas(session, [schema]):
        raise Refused(
            f"schema {schema} is there already, and belongs to no active tenant",
            state="nothing was changed",
            next="drop or rename it, or give the new tenant another one: --set schema=NAME",
        )
    row = {**values, **(taken.row if taken is not None and listed else {}), "slug": slug, "schema": schema}
    return Tenant(taken.id if taken is not None and listed else schema, slug, schema, row)


def _create(
    session: Session, files: ProjectFiles, context: RunContext, wanted: Tenant, observer: Observer
) -> tuple[Tenant, int]:
    snapshot = _shared_state(session, files, wanted.schema)
    # The id is not known before the registry gives one; the schema's name stands for the tenant until then.
    keys = Keys(shared_key(context.history), key_of(context.history, "target", wanted.schema), exclusive=False)
    with locked(session, keys, wanted.schema, context.lock_wait):
        context.stop.cancellable(session)
        try:
            _lifecycle(session, files, wanted, "provision", required=True)
            _lifecycle(session, files, wanted, "register", required=False)
            tenant = _registered(session, files, wanted)
            steps = 0
            for planned in _planned(files, tenant, snapshot).targets:
                steps += _run(session, planned, context, observer, wanted)
            _lifecycle(session, files, tenant, "seed", required=False)
        finally:
            context.stop.cancellable(None)
        session.run("SET CONSTRAINTS ALL IMMEDIATE")
    return tenant, steps


def _shared_state(session: Session, files: ProjectFiles, schema: str) -> Snapshot:
    """What is applied to the shared tracks, for what the tenant's migrations require; nothing else is there yet."""
    shared = [shared_target(track) for track in files.shared_tracks]
    return Snapshot(read_snapshot(session, files, shared, Up()).states, frozenset({schema}))


def _planned(files: ProjectFiles, tenant: Tenant, snapshot: Snapshot) -> Plan:
    plan = make_plan(files, [tenant_target(track, tenant) for track in files.tenant_tracks], snapshot, Up())
    if plan.refusals:
        first = plan.refusals[0]
        raise Refused(first.message, place=first.place, state=_nothing_of(tenant), next=first.next)
    return plan


def _run(session: Session, planned: TargetPlan, context: RunContext, observer: Observer, wanted: Tenant) -> int:
    digests = digests_along(planned.before, (Work(step.unit, step.direction) for step in planned.steps))
    records.store_scripts(session, context.history, records.scripts_of(planned.steps))
    for step, digest in zip(planned.steps, digests, strict=True):
        began = time.monotonic()
        try:
            run_in_open_transaction(session, step, digest, context)
        except Ended as ended:
            raise _from_failure(ended.failure, wanted) from None
        except ServerRefused as error:
            said = error.said
            if context.stop.requested or not _own_trouble(said):
                raise
            raise _from_failure(failures.statement_failed(step, said), wanted) from error
        observer(StepEnded(0, StepResult(step, Outcome.DONE, time.monotonic() - began)))
    return len(planned.steps)


def _lifecycle(session: Session, files: ProjectFiles, tenant: Tenant, name: str, *, required: bool) -> None:
    script = files.lifecycle(name)
    if script is None:
        if required:
            path = f"{files.config.lifecycle}/{name}.sql"
            advice = "write it: CREATE SCHEMA {{ schema | ident }}; and the grants that the application needs"
            raise ProjectError([Problem(f"a new tenant needs {path}, which is not there", Place(path), advice)])
        return
    rendered = files.templates.render(script, files.scope(tenant.schema, tenant))
    session.set_local({"search_path": quoted(tenant.schema, *files.config.search_path)})
    if name == "seed":
        # Before the registry has a row there is no id, and policies may cast the setting to the id's type.
        session.set_local({files.config.lint.tenant_setting: tenant.id})
    try:
        session.run(rendered.text)
    except ServerRefused as error:
        said = error.said
        # A cancelled statement and one that was in somebody's way are the caller's to judge.
        if said.sqlstate == "57014" or not _own_trouble(said):
            raise
        raise _failed(tenant, _Where(said.message, script, rendered, said.offset)) from error


def _own_trouble(said: ServerError) -> bool:
    """Whether the file, or the rows that it meets, are to blame: what fails once fails again."""
    return remedy(said.sqlstate, said.message) in (Remedy.FAIL, Remedy.QUARANTINE)


def _registered(session: Session, files: ProjectFiles, wanted: Tenant) -> Tenant:
    """The tenant's row as the registry now gives it."""
    registry = files.config.tenants
    if registry is None or registry.list is not None:
        return wanted
    tenants = read_tenants(session, files)
    found = next((tenant for tenant in tenants or () if tenant.schema == wanted.schema), None)
    if found is None:
        place = Place(f"{files.config.lifecycle}/register.sql") if registry.query else None
        message = f"the registry gives no active tenant with schema {wanted.schema}, though it was just registered"
        raise ConfigError([Problem(message, place, "let register.sql insert a row that the registry's query returns")])
    return found


@dataclass(frozen=True, slots=True)
class _Where:
    message: str
    script: Script | None = None
    rendered: Rendered | None = None
    offset: int | None = None


def _failed(tenant: Tenant, where: _Where) -> MigrationFailed:
    place = Place(where.script.path) if where.script is not None else None
    if where.rendered is not None and where.offset is not None:
        place = where.rendered.place(where.offset)
    return MigrationFailed(
        f"tenant {tenant.slug} was not created: {where.message}",
        place=place,
        state=_nothing_of(tenant),
        next="correct the file, then run `sqlmig tenant create` again",
    )


def _stopped(tenant: Tenant) -> Interrupted:
    return Interrupted(
        f"tenant {tenant.slug} was not created: stopped on request",
        state=_nothing_of(tenant),
        next=f"run `sqlmig tenant create {tenant.slug}` again",
    )


def _from_failure(failure: Failure | None, tenant: Tenant) -> MigrationFailed:
    if failure is None:
        return MigrationFailed(f"tenant {tenant.slug} was not created", state=_nothing_of(tenant))
    message = f"tenant {tenant.slug} was not created: {failure.message}"
    advice = "correct the file, then run `sqlmig tenant create` again"
    return MigrationFailed(message, place=failure.place, state=_nothing_of(tenant), next=advice)


def _nothing_of(tenant: Tenant) -> str:
    return f"everything was rolled back: nothing of tenant {tenant.slug} is there"

"""Keeps the pool at its size: throws away what is stale, makes what is missing, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.catalog.snapshot import Snapshot
from sqlmig.db import history
from sqlmig.db.composing import compose, filled, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.guard import SPEAK_NOW, TIDY
from sqlmig.db.history import statement_text
from sqlmig.db.locks import Keys, key_of, locked, shared_key
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.errors import MigrationFailed, Place, Refused, UsageError
from sqlmig.plan.provisioning import PoolFilled
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.tenants.pool import NAME, ahead_of, identity_of, nobody, provision_for_nobody, rename
from sqlmig.tenants.provision import Message, Part, run_files, settings
from sqlmig.tenants.snapshots import snapshot_of
from sqlmig.tenants.templates import chosen_template
from sqlmig.tenants.wanted import no_registry

_WORKSHOP = "pooled_000000"
"""Where a schema is made, to be renamed: so it is known that it can be."""


@dataclass(frozen=True, slots=True)
class _Kept:
    schema: str
    template: str | None
    identity: str
    exists: bool


def fill_pool(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    size: int,
    template: str | None,
    on_made: Callable[[str], None] = lambda _schema: None,
) -> PoolFilled:
    """Brings the pool to so many fresh schemas of one kind; stale ones of every kind are dropped.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        size: how many schemas of that kind there shall be; surplus ones are dropped.
        template: the kind.
        on_made: is told of each schema.

    Raises:
        UsageError: there is no such template, or the project has no tenants.
        Refused: there is no snapshot to make them from, the platform is not applied, or the project's tenants cannot
            be made ahead.
        MigrationFailed: a statement failed.
        LockNotObtained: another process fills the pool, or a run holds the shared tracks.
    """
    snapshot = _usable(session, files, chosen_template(files, template), size)
    stranger = nobody(files, _WORKSHOP, template)
    if size and find_tenants(session, files, stranger.slug, stranger.schema) is None:
        # What a tenant's schema is made of may need the platform: a role, an extension, a type.
        raise no_registry()
    history.prepare(session, context.history)
    fresh: list[str] = []
    dropped: list[str] = []
    for kept in _read(session, context):
        wanted = snapshot is not None and kept.identity == identity_of(
            files, nobody(files, kept.schema, kept.template), snapshot
        )
        if wanted and kept.exists and (kept.template != template or len(fresh) < size):
            fresh += [kept.schema] if kept.template == template else []
        elif _discard(session, context, kept):
            dropped.append(kept.schema)
    made: list[str] = []
    while snapshot is not None and len(fresh) + len(made) < size and not context.stop.requested:
        made.append(_make(session, files, context, snapshot, template))
        on_made(made[-1])
    return PoolFilled(tuple(made), tuple(dropped), tuple(fresh), size, template)


def _usable(session: Session, files: ProjectFiles, template: str | None, size: int) -> Snapshot | None:
    """The snapshot to make schemas from; None when none are wanted.

    Raises:
        UsageError, Refused: see `fill_pool`.
    """
    registry = files.config.tenants
    if registry is None:
        raise UsageError("this project has no tenants", next="write `tenants` into sqlmig.yaml")
    if registry.schemas is not None and fnmatchcase(_WORKSHOP, registry.schemas):
        raise Refused(
            f"the pattern {registry.schemas} would take pooled schemas for tenants",
            state="nothing was changed",
            next="write a pattern that no name such as pooled_000001 matches, such as tenant_*",
        )
    snapshot = snapshot_of(session, files)
    fits = snapshot is not None and snapshot.fits(files.scope(_WORKSHOP, nobody(files, _WORKSHOP, template)))
    if size and not fits:
        raise Refused(
            "the pool is made from a snapshot, and none stands for the files as they are now",
            state="nothing was changed",
            next="make one with `sqlmig snapshot`, then run `sqlmig tenant pool` again",
        )
    return snapshot


def _read(session: Session, context: RunContext) -> Iterator[_Kept]:
    for schema, template, identity, _, exists in session.rows(statement_text("pool_read", context.history)):
        yield _Kept(schema, template, identity, exists)


def _discard(session: Session, context: RunContext, kept: _Kept) -> bool:
    """Drops a schema of the pool, unless a tenant is just being made from it."""
    with _alone(session, context):
        parameters = {"schema_name": kept.schema}
        taken = session.value(statement_text("pool_discard", context.history), parameters) is None
        if not taken:
            session.run(compose("DROP SCHEMA IF EXISTS {schema} CASCADE", schema=kept.schema))
    return not taken


def _make(session: Session, files: ProjectFiles, context: RunContext, snapshot: Snapshot, template: str | None) -> str:
    stranger = nobody(files, _WORKSHOP, template)
    ahead = ahead_of(files, stranger, snapshot)
    with _alone(session, context):
        context.stop.cancellable(session)
        try:
            _build(session, files, context, stranger, ahead)
            name = _next_name(session)
            rename(session, _WORKSHOP, name)
            _prove(session, name, snapshot)
        except MigrationFailed as error:
            message = f"no schema could be made for the pool: {error.message.partition(': ')[2]}"
            raise MigrationFailed(message, place=error.place, state="nothing of it is there", next=_NEXT) from error
        finally:
            context.stop.cancellable(None)
        parameters = {"schema_name": name, "template": template, "identity": identity_of(files, stranger, snapshot)}
        session.run(statement_text("pool_add", context.history), parameters)
    return name


_NEXT = "correct the file, then run `sqlmig tenant pool` again"


def _build(session: Session, files: ProjectFiles, context: RunContext, stranger: Tenant, ahead: Part) -> None:
    """What of a tenant needs no tenant."""
    schema = {"schema": stranger.schema}
    run_files(session, files.config, [provision_for_nobody(files, stranger)], stranger, as_tenant=False)
    held = session.value(statement_text("written_elsewhere", context.history), schema) or []
    looked = {**schema, "touches": [], "held": held, "target_key": None, "looks_at_catalog": False}
    message = Message()
    message.add(*settings(session, files.config, stranger, as_tenant=False))
    message.add_file(ahead)
    message.add(SPEAK_NOW, *TIDY, "SELECT " + filled(statement_text("guard_step", context.history), looked))
    message.send(session, stranger)


def _prove(session: Session, name: str, snapshot: Snapshot) -> None:
    """A schema that was renamed once can be renamed again, when it still is what the migrations make.

    Raises:
        Refused: it is not.
    """
    unfit = session.value(text_of("pool_unfit"), {"schema_name": name, "former": _WORKSHOP})
    if unfit is None and fingerprints(session, [name])[name].portable != snapshot.fingerprint:
        unfit = f"what {snapshot.path} makes is not the same under another name"
    if unfit is not None:
        raise Refused(
            f"tenants of this project cannot be made ahead: {unfit}",
            place=Place(snapshot.path),
            state="nothing was changed",
            next="create tenants without a pool, which takes some milliseconds more",
        )


def _next_name(session: Session) -> str:
    """A name above all that there are; whoever asks holds the pool's lock."""
    rows = session.rows(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE pg_catalog.starts_with(nspname::text, 'pooled_')"
    )
    numbers = [int(name.removeprefix("pooled_")) for (name,) in rows if NAME.fullmatch(name)]
    return f"pooled_{max(numbers, default=0) + 1:06d}"


def _alone(session: Session, context: RunContext) -> AbstractContextManager[None]:
    """A transaction of the only process that changes the pool now."""
    keys = Keys(shared_key(context.history), key_of(context.history, "pool"), exclusive=False)
    return locked(session, keys, "the pool", context.lock_wait, context.stop)

"""Drops for good what was dropped and is due: in pieces that fit the lock table, going on where somebody stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlmig.db import history
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.servers import lock_table
from sqlmig.db.session import Session
from sqlmig.db.tenantschemas import drop_pieces, drop_schema, pieces
from sqlmig.db.tenantstates import forget, read_due, write
from sqlmig.db.undo import purge_undo
from sqlmig.errors import Interrupted, Refused
from sqlmig.plan.tenantdrop import PREFIX, first_piece, lock_budget
from sqlmig.plan.tenantstates import Answer, Changed, KnownTenant, TenantState, Verb
from sqlmig.project.load import ProjectFiles
from sqlmig.tenants.dropping import refuse_dependents
from sqlmig.tenants.hooks import run_hook
from sqlmig.tenants.known import allowed, changing, log, named, read_known


def purge(
    session: Session,
    files: ProjectFiles,
    context: Callable[[], RunContext],
    slug: str | None,
    *,
    now: bool,
    told: Callable[[str, int], None] = lambda _schema, _left: None,
) -> tuple[Changed, ...]:
    """Drops for good what was dropped and is due, in transactions that fit the lock table; goes on where one stopped.

    Args:
        session: outside of a transaction.
        files: the project.
        context: makes the context of a run: each tenant is one.
        slug: one tenant only; None for all that are due.
        now: whether those go, too, whose time is not over.
        told: is told, after each transaction, how many objects of a schema are left.

    Raises:
        UsageError: there is no such tenant.
        Refused: it is not due, was not dropped, or objects of others depend on it.
        Interrupted: it was asked to stop; the next call goes on.
        LockNotObtained: another run holds it.
    """
    known = read_known(session, files)
    due = read_due(session, files.config.history_schema)
    if slug is not None:
        chosen = [named(known, slug, Verb.PURGE)]
        allowed(chosen[0], Verb.PURGE)
    else:
        chosen = [one for one in known if one.state in (TenantState.DROPPING, TenantState.PURGING)]
    ripe = [one for one in chosen if now or one.state is TenantState.PURGING or due.get(one.tenant.id)]
    if slug is not None and not ripe:
        until = f"{chosen[0].drop_after:%Y-%m-%d %H:%M:%S %Z}" if chosen[0].drop_after else "later"
        raise Refused(
            f"tenant {slug} can be brought back until {until}",
            state="nothing was changed",
            next=f"to drop it now, for good: sqlmig tenant purge {slug} --now",
        )
    return tuple(_purge(session, files, context(), one, told) for one in ripe)


def _purge(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    one: KnownTenant,
    told: Callable[[str, int], None],
) -> Changed:
    schema = one.tenant.schema
    if not schema.startswith(PREFIX) and history.existing_schemas(session, [schema]):
        raise Refused(
            f"tenant {one.label} was dropped without a schema, and now there is one of the name {schema}",
            state="nothing was changed",
            next="find out whose it is; `sqlmig tenant reconcile` shows what belongs together",
        )
    refuse_dependents(session, one)
    with changing(session, files, context, one, Verb.PURGE, None) as change:
        before = replace(change.now, state=TenantState.PURGING)
        # From here on nothing brings it back: what is left of it after a kill is no tenant.
        write(session, context, before)
    _take_apart(session, files, context, before, told)
    with changing(session, files, context, before, Verb.PURGE, None):
        drop_schema(session, context, schema)
        tracks = [track.name for track in files.tenant_tracks]
        gone = forget(session, context.history, before.tenant.id, tracks)
        tenant = replace(before.tenant, schema=before.former or schema)
        ran = run_hook(session, files, tenant, "purge")
        after = replace(before, tenant=tenant, state=TenantState.DROPPED, listed=False, drop_after=None, holds={})
        write(session, context, after)
        log(session, files, context, tenant, "purge", None, gone)
    # The copies of what migrations destroyed are its data as well.
    purge_undo(session, context.history)
    return Changed(Verb.PURGE, one, after, Answer.YES, ran)


def _take_apart(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    one: KnownTenant,
    told: Callable[[str, int], None],
) -> None:
    """Drops what a schema holds, in transactions that fit the lock table."""
    budget = lock_budget(lock_table(session))
    while left := pieces(session, one.tenant.schema):
        told(one.tenant.schema, len(left))
        if context.stop.requested:
            raise Interrupted(
                f"tenant {one.label} is half taken apart: stopped on request",
                state=f"schema {one.tenant.schema} still holds {len(left)} of its objects",
                next=f"run `sqlmig tenant purge {one.label}`: it goes on",
            )
        chosen = first_piece(left, budget)
        try:
            with changing(session, files, context, one, Verb.PURGE, None):
                drop_pieces(session, context, chosen)
        except ServerRefused as error:
            # The lock table is everybody's: others may have filled it meanwhile.
            if error.said.sqlstate != "53200" or len(chosen) == 1:
                raise
            budget = sum(piece.locks for piece in chosen) // 2

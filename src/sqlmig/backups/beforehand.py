"""What has to hold before a backup is made: all of the tenant is in its schema, and no run changes it meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmig.db import backups, history
from sqlmig.db.context import RunContext
from sqlmig.db.locks import holders
from sqlmig.db.session import Session
from sqlmig.errors import Interrupted, LockNotObtained, Refused
from sqlmig.plan.values import Target
from sqlmig.project.model import Tenant
from sqlmig.sql.identifiers import quote_ident


def refuse_partial(session: Session, tenant: Tenant) -> None:
    """Refuses a tenant of which a dump of one schema would hold a part only, or none.

    Raises:
        Refused: nothing was changed.
    """
    if session.pooled:
        raise Refused(
            "a pooler stands between sqlmig and the server, and pg_dump needs a session of its own",
            state="nothing was changed",
            next="give the URL of the server itself",
        )
    if not history.existing_schemas(session, [tenant.schema]):
        raise Refused(f"schema {tenant.schema} of tenant {tenant.slug} is not there", state="nothing was changed")
    found = backups.outside(session, tenant.schema)
    if found is not None:
        raise Refused(
            f"rows of {tenant.schema}.{found[0]} are kept in {found[1]}, outside of the schema: a backup of the schema"
            " would not hold them",
            state="nothing was changed",
            next="back the whole database up; docs/backups.md says why",
        )
    extension = backups.extension_in(session, tenant.schema)
    if extension is not None:
        raise Refused(
            f"extension {extension} was made in schema {tenant.schema}: a backup of the schema would not hold it, and"
            " what needs it would not come back",
            state="nothing was changed",
            next=f"move it: ALTER EXTENSION {quote_ident(extension)} SET SCHEMA ...; to one in `search_path`",
        )


@contextmanager
def left_alone(session: Session, context: RunContext, target: Target, label: str) -> Iterator[None]:
    """A block in which no run changes a tenant; other backups of it may be made at the same time.

    Args:
        session: holds the tenant's lock, shared.
        context: of the run.
        target: stands for the tenant.
        label: how people call it.

    Raises:
        LockNotObtained: a run is changing it.
        Interrupted: it was asked to stop while it waited.
    """
    keys = context.keys(target)
    parameters = {"key": keys.target}
    began = time.monotonic()
    while not session.value("SELECT pg_catalog.pg_try_advisory_lock_shared(%(key)s)", parameters):
        if context.stop.requested:
            raise Interrupted(
                f"the backup of {label} was stopped on request while a run held it",
                state="no backup was made",
                next="run it again",
            )
        if time.monotonic() - began >= context.lock_wait:
            who = "; ".join(map(str, holders(session, keys))) or "who holds it could not be seen"
            raise LockNotObtained(
                f"a run holds {label}: waited {context.lock_wait:g} s for its lock. {who}",
                state="no backup was made",
                next="wait for that run, or look with `sqlmig locks`",
            )
        context.stop.sleep(0.1)
    try:
        yield
    finally:
        if not session.broken:
            session.run("SELECT pg_catalog.pg_advisory_unlock_shared(%(key)s)", parameters)

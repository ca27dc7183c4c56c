"""Schemas that are made before there is a tenant for them, and handed out by renaming.

What the snapshot makes without knowing the tenant is made ahead; its rows, and what else names the tenant, wait for the
hand-out. A pooled schema has no history: it belongs to no target until a tenant has it. Its row in the history's `pool`
says, as a hash, what it was made from: one that is not made from the files as they are now is never handed out.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from sqlmig.catalog.snapshot import Snapshot
from sqlmig.db.composing import literal, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import statement_text
from sqlmig.db.session import Session
from sqlmig.errors import MigrationFailed, Place, Problem, ProjectError
from sqlmig.plan.examine import examine
from sqlmig.plan.values import TargetPlan
from sqlmig.project.load import KIND, ProjectFiles
from sqlmig.project.model import Script, Tenant
from sqlmig.project.rows import Row
from sqlmig.project.templates import Rendered, Templates
from sqlmig.sql.statements import Statement
from sqlmig.tenants.provision import Part, own_trouble, provision_part
from sqlmig.tenants.snapshots import run, snapshot_of

NAME = re.compile(r"pooled_\d{6}")
"""What the names of pooled schemas look like; no tenant may have one like it."""


class DoesNotFit(Exception):
    """A pooled schema turned out not to be what the tenant needs; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A schema that a transaction has taken out of the pool."""

    schema: str
    snapshot: Snapshot


def pooled_name_problem(name: str) -> str | None:
    """Why a tenant may not have this schema, as a sentence; None when it may."""
    return f"schema {name} would be taken for one of the pool" if NAME.fullmatch(name) else None


def take(session: Session, files: ProjectFiles, context: RunContext, tenant: Tenant) -> Pooled | None:
    """Takes a schema that is made from the files as they are out of the pool and gives it the tenant's name.

    Args:
        session: in the transaction that makes the tenant; when that rolls back, the schema is in the pool again.
        files: the project.
        context: of the run.
        tenant: as it is wanted.

    Returns:
        None when the pool has none.

    Raises:
        DoesNotFit: it cannot be renamed.
        ServerRefused: somebody was in the way, or the connection broke.
    """
    if not session.value(statement_text("pool_any", context.history)):
        return None
    snapshot = snapshot_of(session, files)
    if snapshot is None or not snapshot.fits(files.scope(tenant.schema, tenant)):
        return None
    parameters = {"identity": identity_of(files, tenant, snapshot)}
    schema = session.value(statement_text("pool_take", context.history), parameters)
    if schema is None:
        return None
    try:
        rename(session, schema, tenant.schema)
    except ServerRefused as error:
        if own_trouble(error.said):
            raise DoesNotFit(error.message) from error
        raise
    return Pooled(schema, snapshot)


def hand_out(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    tenant: Tenant,
    plans: Sequence[TargetPlan],
    pooled: Pooled,
) -> None:
    """Does what had to wait for the tenant, and writes the history.

    Raises:
        DoesNotFit: a row of the snapshot cannot be written where all objects are there already.
    """
    if not pooled.snapshot.fits(files.scope(tenant.schema, tenant)):
        raise DoesNotFit("the registry says another kind")
    later = files.templates.render(_later(files.templates, pooled.snapshot), files.scope(tenant.schema, tenant))
    try:
        run(session, files, context, tenant, Part(later.text, later.place), plans, pooled.schema)
    except MigrationFailed as error:
        raise DoesNotFit(error.message) from error


def rename(session: Session, schema: str, name: str) -> None:
    """Gives a pooled schema another name, with all that says its name."""
    session.run(text_of("pool_rename").replace("{schema}", literal(schema)).replace("{name}", literal(name)))


def identity_of(files: ProjectFiles, tenant: Tenant, snapshot: Snapshot) -> str:
    """A hash of all that a pooled schema for such a tenant is made from, in hexadecimal."""
    kind = files.kind(tenant)
    provision = files.lifecycle("provision")
    scope = {**files.config.variables, **(kind.variables if kind is not None else {})}
    made_from = {
        "snapshot": hashlib.sha256(snapshot.text.encode()).hexdigest(),
        "provision": provision.checksum if provision is not None else None,
        "variables": scope,
        "environment": files.config.environment,
        "search_path": files.config.search_path,
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()


def nobody(files: ProjectFiles, schema: str, template: str | None) -> Tenant:
    """Who a pooled schema is made for: a tenant whose names are nobody's, so that they can be found again."""
    row: Mapping[str, object] = {files.config.lifecycle.template_column or KIND: template} if template else {}
    return Tenant(_NOBODY, _NOBODY, schema, {**row, "slug": _NOBODY, "schema": schema})


_NOBODY = "sqlmig-knows-no-tenant-yet"
_ANY_SCHEMA = "pooled_000000"


def ahead_of(files: ProjectFiles, stranger: Tenant, snapshot: Snapshot) -> Part:
    """What of a snapshot needs no tenant.

    Raises:
        ProjectError: an object names the tenant.
    """
    rendered = files.templates.render(snapshot.script, files.scope(stranger.schema, stranger))
    ahead = [one for one in examine(rendered.text, transaction=True).statements if _is_object(one)]
    problems = [
        Problem("an object that names the tenant cannot be made ahead", rendered.place(one.start + at), _MOVE)
        for one in ahead
        if (at := one.text.find(_NOBODY)) >= 0
    ]
    if problems:
        raise ProjectError(problems)
    starts = list(accumulate((len(one.text) + len(_BETWEEN) for one in ahead), initial=0))

    def place(offset: int) -> Place:
        number = min(bisect_right(starts, offset), len(ahead)) - 1
        return rendered.place(ahead[number].start + offset - starts[number])

    return Part(_BETWEEN.join(one.text for one in ahead), place)


_BETWEEN = ";\n"
_MOVE = "tenants of this project cannot be pooled; they are made from the snapshot as before"


def _is_object(statement: Statement) -> bool:
    # A setting is for the objects behind it.
    return statement.tokens[0].word in ("create", "alter", "comment", "grant", "revoke", "set")


@lru_cache(maxsize=8)
def _later(templates: Templates, snapshot: Snapshot) -> Script:
    """The rest of a snapshot, as a template: rows for tables that have their triggers already, and what follows them.

    A replay writes the rows before the triggers are there. It is cut once, and not for every tenant: a large script
    takes longer to cut than to run.
    """
    # Variables stand in a snapshot as their values: it reads nothing but names of the tenant.
    row = Row({"id": _NOBODY, "slug": _NOBODY, "schema": _ANY_SCHEMA})
    rendered = templates.render(snapshot.script, {"schema": _ANY_SCHEMA, "tenant": row})
    statements = examine(rendered.text, transaction=True).statements
    later = [(one, _source(snapshot.text, rendered, one)) for one in statements if not _is_object(one)]
    inserts = [source for one, source in later if one.tokens[0].word == "insert"]
    tables = dict.fromkeys(one.tokens[2].text for one, _ in later if one.tokens[0].word == "insert")
    texts = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables] + inserts
    # A table with trigger events that are pending cannot be altered.
    texts += ["SET CONSTRAINTS ALL IMMEDIATE"] if inserts else []
    texts += [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
    texts += [source for one, source in later if one.tokens[0].word != "insert"]
    return replace(snapshot.script, text=_BETWEEN.join(texts), checksum=f"{snapshot.script.checksum}-later")


def _source(text: str, rendered: Rendered, statement: Statement) -> str:
    """The part of a template that gave a statement; a snapshot's script is one statement after the other."""
    first, last = rendered.place(statement.start), rendered.place(statement.end)
    lines = text.splitlines(keepends=True)
    starts = list(accumulate(map(len, lines), initial=0))
    begin, end = (starts[(at.line or 1) - 1] + (at.column or 1) - 1 for at in (first, last))
    return text[begin:end]


def provision_for_nobody(files: ProjectFiles, tenant: Tenant) -> Part:
    """The file provision.sql, for a tenant that there is not yet.

    Raises:
        ProjectError: it names the tenant.
    """
    part = provision_part(files, tenant)
    at = part.text.find(_NOBODY)
    if at >= 0:
        message = "provision.sql names the tenant, and so no schema can be made ahead"
        raise ProjectError([Problem(message, part.place(at), "name the schema only, or move it to register.sql")])
    return part

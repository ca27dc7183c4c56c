"""The project's own part of a change to a tenant: a lifecycle file, run in the transaction of the change."""

from __future__ import annotations

from sqlmig.db.composing import quoted
from sqlmig.db.errors import ServerRefused
from sqlmig.db.records import OWN_ROLE
from sqlmig.db.session import Session
from sqlmig.errors import LockNotObtained, MigrationFailed, Place, Problem, ProjectError
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant

UNCHANGED = "everything was rolled back: the tenant is as it was"


def run_hook(session: Session, files: ProjectFiles, tenant: Tenant, name: str) -> str | None:
    """Runs `lifecycle/NAME.sql` for a tenant, when the project has one.

    Args:
        session: in the transaction that the caller opened.
        files: the project.
        tenant: what the file sees as `tenant` and `schema`.
        name: of the file, without `.sql`.

    Returns:
        The file's path; None when there is no such file.

    Raises:
        MigrationFailed: it failed; the transaction is lost.
        LockNotObtained: somebody was in its way.
    """
    script = files.lifecycle(name)
    if script is None:
        return None
    rendered = files.templates.render(script, files.scope(tenant.schema, tenant))
    session.set_local(
        {
            "search_path": quoted(tenant.schema, *files.config.search_path),
            files.config.lint.tenant_setting: tenant.id,
            "lock_timeout": files.config.apply.lock_timeout,
        }
    )
    try:
        session.run(rendered.text)
    except ServerRefused as error:
        said = error.said
        message = f"{name} of tenant {tenant.slug} failed: {said.message}"
        if remedy(said.sqlstate, said.message) is Remedy.RETRY:
            raise LockNotObtained(message, state=UNCHANGED, next="run the command again") from error
        place = rendered.place(said.offset) if said.offset is not None else Place(script.path)
        advice = "correct the file, then run the command again"
        if said.sqlstate == "3F000":
            advice = f"sqlmig itself renames and drops schemas: {script.path} takes care of the registry only"
        raise MigrationFailed(message, place=place, state=UNCHANGED, next=advice) from error
    if not session.in_transaction:
        raise MigrationFailed(
            f"{script.path} ended the transaction that it ran in",
            place=Place(script.path),
            state=f"what it did before that is kept; nothing else was changed of tenant {tenant.slug}",
            next="take COMMIT and ROLLBACK out of the file, look what it did, then run the command again",
        )
    # What follows is the runner's own, whichever role and path the file has taken on.
    session.run(f"{OWN_ROLE}; SET LOCAL search_path TO DEFAULT")
    return script.path


def hook_path(files: ProjectFiles, name: str) -> str:
    """Where the project would have a lifecycle file."""
    return f"{files.config.lifecycle.path}/{name}.sql"


def need_hook(files: ProjectFiles, name: str, why: str, advice: str) -> None:
    """Insists on a lifecycle file, before anything is done.

    Raises:
        ProjectError: the project has none of that name.
    """
    if files.lifecycle(name) is None:
        path = hook_path(files, name)
        raise ProjectError([Problem(f"{why} needs {path}, which is not there", Place(path), advice)])

"""Verify files of a gate: queries that are run in every target of a wave, and that no row may come back from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.db.composing import quoted
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.plan.values import Target
from sqlmig.project.directives import FileKind
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope, Script
from sqlmig.project.scripts import read_script
from sqlmig.sql.statements import split


def unverified(
    session: Session, files: ProjectFiles, targets: Sequence[Target], paths: Sequence[str]
) -> tuple[str, ...]:
    """Runs verify files in targets, in transactions that only read.

    Args:
        session: outside of a transaction.
        files: the project.
        targets: where.
        paths: of the files, relative to the project.

    Returns:
        A text for each target and file with a fault: a row came back, or the server refused a query.

    Raises:
        ProjectError: a file cannot be read or rendered.
    """
    root = files.config.root
    scripts = [read_script(root, root / path, FileKind.VERIFY, files.templates) for path in paths]
    found = ((target, script, _fault(session, files, target, script)) for target in targets for script in scripts)
    return tuple(f"{target.schema}: {script.path}: {fault}" for target, script, fault in found if fault is not None)


def _fault(session: Session, files: ProjectFiles, target: Target, script: Script) -> str | None:
    text = files.templates.render(script, files.scope(target.schema, target.tenant)).text
    settings = {"search_path": quoted(target.schema, *files.config.search_path)}
    if target.scope is Scope.TENANT:
        settings[files.config.lint.tenant_setting] = target.key
    try:
        session.run("BEGIN READ ONLY")
        session.set_local(settings)
        for statement in split(text):
            if rows := session.rows(statement.text):
                return f"a row came back: {rows[0]}"
    except ServerRefused as error:
        return error.said.message
    finally:
        session.rollback()
    return None

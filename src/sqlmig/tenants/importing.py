"""A list of tenants, read and checked whole before the first of them is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlmig.db import history
from sqlmig.db.registry import read_tenants
from sqlmig.db.session import Session
from sqlmig.errors import Problem, ProjectError, SqlmigError
from sqlmig.plan.provisioning import Listed, list_problems, taken_problems
from sqlmig.project.load import KIND, ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.project.tenantlist import read_tenant_list
from sqlmig.tenants.given import OnNote, column_problems
from sqlmig.tenants.wanted import no_registry, wanted_tenant


def read_list(files: ProjectFiles, file: Path, on_note: OnNote = lambda _note: None) -> tuple[Listed, ...]:
    """The tenants of a file, checked against the project and each other; reads nothing of the database.

    Args:
        files: the project.
        file: CSV, JSON or YAML.
        on_note: is told of columns of which it cannot be known whether anything reads them.

    Raises:
        UsageError: the file is not there, or of no known kind.
        ProjectError: with everything that is wrong in it.
    """
    listed = []
    for row in read_tenant_list(file):
        values = {name: value for name, value in row.cells.items() if name not in ("slug", KIND)}
        listed.append(Listed(row.cells["slug"], values, row.cells.get(KIND), row.place))
    wanted, problems = _wanted(files, listed)
    problems += [*list_problems(wanted), *column_problems(files, listed, on_note)]
    if problems:
        raise ProjectError(sorted(problems, key=_line))
    return tuple(listed)


def check_list(session: Session, files: ProjectFiles, rows: Sequence[Listed]) -> None:
    """Checks that every name is free, or that of the very tenant.

    Raises:
        Refused: the registry's table is not there.
        ProjectError: with every name that is somebody else's.
    """
    known = read_tenants(session, files)
    if known is None:
        raise no_registry()
    wanted, problems = _wanted(files, rows)
    registry = files.config.tenants
    if registry is not None and registry.query is not None:
        schemas = history.existing_schemas(session, [tenant.schema for _, tenant in wanted])
        problems += taken_problems(wanted, known, schemas)
    if problems:
        raise ProjectError(sorted(problems, key=_line))


def _wanted(files: ProjectFiles, rows: Sequence[Listed]) -> tuple[list[tuple[Listed, Tenant]], list[Problem]]:
    wanted: list[tuple[Listed, Tenant]] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            wanted.append((row, wanted_tenant(files, row.slug, row.values, row.template)))
        except SqlmigError as error:
            problems.append(Problem(error.message, row.place, error.next))
    return wanted, problems


def _line(problem: Problem) -> int:
    return (problem.place.line if problem.place is not None else None) or 0

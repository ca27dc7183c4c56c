"""The rights that sqlmig and the application need: read from the files, nothing is asked of a database."""

from __future__ import annotations

from sqlmig.api import Project
from sqlmig.catalog.grants import read_asked
from sqlmig.errors import UsageError
from sqlmig.plan.grants import Grants, grants_of
from sqlmig.project.config.tenancy import application_role
from sqlmig.project.names import role_problem

MIGRATION_ROLE = "sqlmig"
"""What sqlmig's own role is called when nobody says."""


def grants(project: Project, *, migration_role: str = MIGRATION_ROLE, application: str | None = None) -> Grants:
    """The statements that give both roles what they need.

    Args:
        project: the project; its files are read.
        migration_role: the role that sqlmig connects as.
        application: the role that the application connects as; without it, what the configuration says.

    Raises:
        UsageError: both are one role, or no role can have such a name.
        ProjectError: a file cannot be read or rendered.
    """
    application = application or application_role(project.config)
    for name, option in ((migration_role, "--migration-role"), (application, "--application-role")):
        if name is not None and (problem := role_problem(name)) is not None:
            raise UsageError(problem, next=f"give another role with {option}")
    if application == migration_role:
        raise UsageError(
            f"sqlmig and the application cannot both be {application}: who owns the tables may do everything to them",
            next="give two roles, with --migration-role and --application-role",
        )
    return grants_of(project.config, read_asked(project.files), migration_role, application)

"""The rights that sqlmig and the application need: read from the files, nothing is asked of a database."""

from __future__ import annotations

from sqlmig.api import Project
from sqlmig.catalog.grants import read_asked
from sqlmig.plan.grants import Grants, grants_of
from sqlmig.project.config.tenancy import application_role

MIGRATION_ROLE = "sqlmig"
"""What sqlmig's own role is called when nobody says."""


def grants(project: Project, *, migration_role: str = MIGRATION_ROLE, application: str | None = None) -> Grants:
    """The statements that give both roles what they need.

    Args:
        project: the project; its files are read.
        migration_role: the role that sqlmig connects as.
        application: the role that the application connects as; without it, what the configuration says.

    Raises:
        ProjectError: a file cannot be read or rendered.
    """
    asked = read_asked(project.files)
    return grants_of(project.config, asked, migration_role, application or application_role(project.config))

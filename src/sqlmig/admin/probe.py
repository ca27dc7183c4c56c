"""The isolation probe: tries as the application whether one tenant gets at the rows of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlmig.api import Project
from sqlmig.catalog.probe import Application, Scene, may_become, try_pair
from sqlmig.catalog.probe_facts import read_notes, read_role
from sqlmig.catalog.probe_rows import Setting
from sqlmig.db import history
from sqlmig.db.conninfo import libpq_environment
from sqlmig.db.registry import read_tenants
from sqlmig.db.session import Session, session
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.probefacts import Role
from sqlmig.plan.probevalues import Pair, ProbeReport
from sqlmig.plan.probing import report, ring
from sqlmig.project.config.tenancy import application_role
from sqlmig.project.config.values import Config
from sqlmig.secret import Secret

URL_VARIABLE = "SQLMIG_APPLICATION_URL"
"""The process variable with the URL that the application connects with."""


def probe(project: Project, *, tenants: int, application_url: Secret | None, seed: int) -> ProbeReport:
    """Tries, for sampled pairs of tenants, to read, write and refer to rows of the other; all of it is rolled back.

    Args:
        project: on one database.
        tenants: how many to take, each against the next.
        application_url: what the application connects with; without one, the role that migrates becomes the
            application's by SET ROLE.
        seed: another one takes other tenants.

    Raises:
        Refused: the registry's table is not there yet.
        UsageError: the application's role is not named, not there, or cannot be had.
        ConnectionFailed: there is no connection to be had.
    """
    config = project.config
    if config.tenants is None:
        return report((), (), ("this project has no tenants: nothing was tried",))
    with project.session() as opened:
        known = read_tenants(opened, project.files)
        if known is None:
            raise Refused("the registry's table is not there yet", next="run `sqlmig apply --platform` first")
        if config.lint.tenancy != "shared":
            there = history.existing_schemas(opened, [tenant.schema for tenant in known])
            known = tuple(tenant for tenant in known if tenant.schema in there)
        pairs = ring(known, tenants, seed)
        if not pairs:
            return report((), (), ("the probe needs two tenants: nothing was tried",))
        with _applications(opened, config, pairs, application_url) as applications:
            tried = [
                one
                for pair in pairs
                for application in applications
                if len(applications) == 1 or pair.tenant.schema in application.role.schemas
                for one in try_pair(opened, _scene(config, seed), pair, application)
            ]
            schemas = [pair.tenant.schema for pair in pairs]
            notes = [note for one in applications for note in read_notes(opened, one.role, schemas)]
    return report(tried, pairs, dict.fromkeys(notes))


def application_url_of(option: str | None, environ: Mapping[str, str]) -> Secret | None:
    """The URL that the application connects with, from an option or else the process variable.

    Raises:
        UsageError: the option holds a password, which everybody on the machine can read.
        ConnectionFailed: the option is no connection string.
    """
    if option is None:
        found = environ.get(URL_VARIABLE)
        return Secret(found) if found else None
    if "PGPASSWORD" in libpq_environment(option):
        raise UsageError(
            "--application-url holds a password, and everybody on this machine can read a command's options",
            next=f"put the URL into the variable {URL_VARIABLE}, or the password into PGPASSFILE",
        )
    return Secret(option)


def _scene(config: Config, seed: int) -> Scene:
    lint = config.lint
    tracks = (track.schema for track in config.tracks if track.schema is not None)
    return Scene(
        Setting(lint.tenant_setting, lint.tenant_column, config.search_path),
        tuple(dict.fromkeys([*tracks, *lint.shared_schemas, *config.search_path])),
        lint.exempt_tables,
        seed,
    )


@contextmanager
def _applications(
    opened: Session, config: Config, pairs: Sequence[Pair], url: Secret | None
) -> Iterator[tuple[Application, ...]]:
    schemas = [pair.tenant.schema for pair in pairs]
    if url is None:
        named = dict.fromkeys(filter(None, [application_role(config), *config.lint.app_roles]))
        roles = [_role(opened, name, schemas) for name in named]
        if not roles:
            raise UsageError(
                "nothing says which role the application has",
                next=f"name it as tenants.application_role in {config.file}, or give its URL in {URL_VARIABLE}",
            )
        for role in roles:
            if not may_become(opened, role.name):
                who = opened.value("SELECT current_user")
                raise UsageError(
                    f"role {who} may not become {role.name}, as which the probe has to try",
                    next=f"GRANT {role.name} TO {who}, or give the application's URL in {URL_VARIABLE}",
                )
        yield tuple(map(Application, roles))
        return
    with session(url.reveal(), application="sqlmig probe") as login:
        if opened.value(_WHICH) != login.value(_WHICH):
            raise UsageError(
                "the application's URL leads to another database than the project's",
                next=f"correct {URL_VARIABLE}",
            )
        role = _role(opened, str(login.value("SELECT current_user")), schemas)
        yield (Application(role, login, may_become(opened, role.name)),)


_WHICH = "SELECT (pg_catalog.current_database(), pg_catalog.pg_postmaster_start_time())::text"
"""Tells databases apart, on whatever way they are reached."""


def _role(opened: Session, name: str, schemas: Sequence[str]) -> Role:
    found = read_role(opened, name, schemas)
    if found is None:
        raise UsageError(
            f"there is no role {name} on this server", next="correct tenants.application_role or lint.app_roles"
        )
    return found

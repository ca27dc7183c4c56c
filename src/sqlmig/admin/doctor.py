"""The doctor's calls of the Python interface: the live database, checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlmig.api import Project
from sqlmig.catalog.checks import catalogue, chosen
from sqlmig.catalog.doctor import Ward, examine
from sqlmig.db.registry import read_tenants
from sqlmig.errors import ConfigError, Place, Problem
from sqlmig.fleet.targets import Selection, select_targets
from sqlmig.plan.doctor import Accepted, Diagnosis, Timing, Unseen, accepting
from sqlmig.project.config.values import Config
from sqlmig.project.model import Scope
from sqlmig.project.nearest import did_you_mean


def doctor(
    project: Project,
    *,
    schemas: Sequence[str] = (),
    checks: Sequence[str] = (),
    skip: Sequence[str] = (),
    on_check: Callable[[Timing], object] = lambda _timing: None,
) -> Diagnosis:
    """Checks the catalog of the live database for all tenants at once. Reads only.

    Args:
        project: on one database.
        schemas: names or patterns of tenant schemas; without any, all of them, and the shared ones.
        checks: ids; without any, all checks.
        skip: ids of checks that are not made.
        on_check: is told how long each check took.

    Raises:
        UsageError: there is no such check, or no such schema.
        ConfigError: the registry cannot be used, or the configuration accepts findings of a check that there is not.
        ConnectionFailed: the server cannot be used.
    """
    wanted, ignored = chosen(checks, skip), accepted(project.config)
    with project.session() as session:
        selected = select_targets(session, project.files, Selection(tuple(schemas)))
        tenants = read_tenants(session, project.files) or ()
        looked_at = dict.fromkeys(t.schema for t in selected.targets if t.scope is Scope.TENANT)
        ward = Ward(
            tuple(tenant.schema for tenant in tenants),
            tuple(looked_at),
            () if schemas else _shared(project.config),
        )
        found = examine(session, project.config, ward, wanted, on_check)
    if checks:
        # Whoever names a check wants it made.
        reason = f"it is for another lint.tenancy than {project.config.lint.tenancy}"
        left_out = (Unseen(check.id, reason) for check in wanted if check not in found.checks)
        found = replace(found, unseen=(*found.unseen, *left_out))
    if not selected.registry_read:
        reason = "the registry's table is not there yet; `sqlmig apply --platform` makes it"
        found = replace(found, unseen=(*found.unseen, Unseen("tenants", reason)))
    return accepting(found, ignored)


def accepted(config: Config) -> tuple[Accepted, ...]:
    """What the configuration accepts.

    Raises:
        ConfigError: with every check that there is not: what it was to accept would never be told.
    """
    known = [check.id for check in catalogue()]
    problems = []
    for number, one in enumerate(config.doctor.ignore):
        if one.check not in known:
            key = f"doctor.ignore.{number}.check"
            source = config.sources.get(key)
            place = source.place if source is not None else Place(config.file)
            message = f"{key}: there is no check '{one.check}'; {did_you_mean(one.check, known)}"
            problems.append(Problem(message, place, "`sqlmig doctor --list` shows them all"))
    if problems:
        raise ConfigError(problems)
    return tuple(Accepted(one.check, one.object, one.reason) for one in config.doctor.ignore)


def _shared(config: Config) -> tuple[str, ...]:
    """The schemas of the shared tracks, and those that the linter is told all tenants share."""
    tracks = (track.schema for track in config.tracks if track.scope is Scope.SHARED and track.schema is not None)
    return tuple(dict.fromkeys((*tracks, *config.lint.shared_schemas)))

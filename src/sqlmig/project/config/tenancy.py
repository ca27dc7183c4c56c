"""What the configuration says of tenants' lives and roles, as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from sqlmig.project.config.keys import Free, Key, Table
from sqlmig.project.config.kinds import PATH, TEXT
from sqlmig.project.config.rolloutkinds import FILES

if TYPE_CHECKING:
    from sqlmig.project.config.values import Config

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
VARIABLE_NAME_RULE = "letters, digits and _, and begin with a letter or _"
TEMPLATE_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class TemplateConfig:
    """A kind of tenant, such as a trial or an enterprise."""

    name: str
    seed: Annotated[
        tuple[str, ...],
        Key(
            FILES,
            "Files below `path`, such as `[seed/trial.sql]`, that run for a new tenant of this kind after `seed.sql`,"
            " in this order.",
        ),
    ] = ()
    """Relative to the lifecycle folder."""
    repeatables: Annotated[
        str | None,
        Key(PATH, "A folder of repeatable files that tenants of this kind get besides those of the tenant tracks."),
    ] = None
    variables: Annotated[
        Mapping[str, object],
        Key(
            Free(VARIABLE_NAME, VARIABLE_NAME_RULE),
            "What `vars.NAME` is in the files of such tenants; it lies over `variables` of the top level.",
        ),
    ] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LifecycleConfig:
    """How tenants come and go."""

    path: Annotated[
        str,
        Key(
            PATH,
            "The folder of the files that make, change and end a tenant: `provision.sql`, `register.sql` and others.",
        ),
    ] = "sql/lifecycle"
    templates: Annotated[
        tuple[TemplateConfig, ...],
        Key(
            Table(TemplateConfig, TEMPLATE_NAME, "lower-case letters, digits, _ and -, and begin with a letter"),
            "Kinds of tenants by name: `sqlmig tenant create SLUG --template NAME`.",
        ),
    ] = ()
    template_column: Annotated[
        str | None,
        Key(TEXT, "The registry's column that says which template a tenant has; without it, the history says so."),
    ] = None
    default_template: Annotated[
        str | None,
        Key(TEXT, "The template of a tenant that names none. Without it such a tenant has none."),
    ] = None


def application_role(config: Config) -> str | None:
    """The role that the application connects as; None when the configuration does not say."""
    if config.tenants is not None and config.tenants.application_role is not None:
        return config.tenants.application_role
    return config.lint.app_roles[0] if config.lint.app_roles else None

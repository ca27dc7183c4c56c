"""The configuration as values. A field whose type is annotated with a `Key` is a key of `sqlmig.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from sqlmig.project.config.backup import BackupConfig, UndoConfig
from sqlmig.project.config.doctor import DoctorConfig
from sqlmig.project.config.keys import Free, Key, Listed, Map, Needed, Section, Table, Where
from sqlmig.project.config.kinds import (
    DATABASE_URL,
    DURATION,
    FLAG,
    LABEL_NAME,
    LIMIT,
    PATH,
    ROLE,
    ROWS,
    SCHEMA,
    SCHEMA_TEMPLATE,
    SCHEMAS,
    SCOPE,
    TEXT,
    WORKERS,
    choice,
    whole,
)
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.origin import Source, Unset
from sqlmig.project.config.rollout import SHORT_WAVE, BreakerConfig, WaveRule
from sqlmig.project.config.rolloutkinds import SWITCH
from sqlmig.project.config.tenancy import VARIABLE_NAME, VARIABLE_NAME_RULE, LifecycleConfig
from sqlmig.project.model import Scope
from sqlmig.secret import Secret

TRACK_NAME = re.compile(r"[a-z][a-z0-9_]*")
ENVIRONMENT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
DATABASE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class TrackConfig:
    """An ordered series of migrations."""

    name: str
    path: Annotated[
        str, Key(PATH, "The folder of its migrations, relative to that of `sqlmig.yaml`. No two tracks share one.")
    ]
    scope: Annotated[
        Scope, Key(SCOPE, "`shared` runs once per database, in `schema`; `tenant` runs once per tenant, in its schema.")
    ]
    schema: Annotated[
        str | None, Key(SCHEMA, "The schema of a shared track, which needs one. A tenant track has none.")
    ] = None
    run_as: Annotated[
        str | None,
        Key(
            ROLE,
            "The role that the track's files run as (`SET LOCAL ROLE`), and that owns what they make. Without it they"
            " run as the role that connects.",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class RegistryConfig:
    """Where the tenants are listed: exactly one of `query`, `schemas` and `list`."""

    query: Annotated[
        str | None,
        Key(
            TEXT,
            "A query that returns one row per active tenant, in the order in which they are migrated. It must return"
            " `slug` and `schema`, should return an immutable `id`, and templates see every column as `tenant.COLUMN`.",
        ),
    ] = None
    schemas: Annotated[
        str | None,
        Key(TEXT, "A pattern with `*` and `?`: each schema whose name matches is a tenant, in the order of names."),
    ] = None
    list: Annotated[
        tuple[Mapping[str, object], ...] | None,
        Key(ROWS, "The tenants themselves; each needs `slug` and `schema`, and may have more columns."),
    ] = None
    schema_template: Annotated[
        str,
        Key(SCHEMA_TEMPLATE, "How `sqlmig tenant create SLUG` names the tenant's schema.", name="schema_name"),
    ] = "tenant_{slug}"
    application_role: Annotated[
        str | None,
        Key(ROLE, "The role that the application connects as. Without it, the first of `lint.app_roles`."),
    ] = None


@dataclass(frozen=True, slots=True)
class ApplyConfig:
    """How migrations are applied."""

    lock_timeout: Annotated[
        str, Key(LIMIT, "How long a statement waits for a table lock before its transaction is tried again.")
    ] = "3s"
    statement_timeout: Annotated[str, Key(DURATION, "How long one statement may run.")] = "0"
    attempts: Annotated[int, Key(whole(1, 100), "How often a transaction is tried when locks are in its way.")] = 8
    workers: Annotated[
        int | Literal["auto"], Key(WORKERS, "How many tenants are migrated at once; `auto` adapts to the server.")
    ] = 4
    refuse_on: Annotated[
        Literal["error", "warning", "never"],
        Key(choice("error", "warning", "never"), "The mildest lint finding that stops `sqlmig apply` at its start."),
    ] = "error"
    lock_wait: Annotated[
        str, Key(DURATION, "How long to wait for another run of sqlmig to finish; `0` does not wait.")
    ] = "60s"
    backup: Annotated[
        Literal["none", "required", "canaries", "destructive"],
        Key(
            choice("none", "required", "canaries", "destructive"),
            "Which backups `sqlmig apply` insists on: `required`, one that was made before, named with `--backup-done`;"
            " `canaries`, one of each tenant of the first wave, which it makes itself; `destructive`, one of each"
            " tenant in which a file is about to run that drops, rewrites or is `irreversible`.",
        ),
    ] = "none"
    restore_point: Annotated[
        bool,
        Key(
            FLAG,
            "Whether a point to recover to is recorded before a run: `pg_create_restore_point`, or the WAL position.",
        ),
    ] = True
    waves: Annotated[
        tuple[WaveRule, ...],
        Key(
            Listed(WaveRule, SHORT_WAVE, "a list of waves"),
            "The parts in which the tenants are migrated, each over before the next begins. What none of them takes"
            " comes last. Without any, all tenants are one wave.",
        ),
    ] = ()
    breaker: Annotated[
        BreakerConfig, Key(Section(BreakerConfig), "What stops a run before every target has had its turn.")
    ] = field(default_factory=BreakerConfig)
    per_target_transaction: Annotated[
        bool,
        Key(FLAG, "Whether all that is pending for a target runs in one transaction, not each migration in its own."),
    ] = False
    concurrently_above: Annotated[
        int,
        Key(
            whole(0, 1_000_000_000),
            "A table with at most so many rows, counted, gets its indexes without `CONCURRENTLY`, in a transaction:"
            " that takes moments, and waits for no old snapshot elsewhere in the database. `0` leaves every"
            " `CONCURRENTLY` as it is written.",
        ),
    ] = 10_000
    connection_targets: Annotated[
        int,
        Key(
            whole(1, 1_000_000),
            "How many targets a connection serves before it is opened anew: what a server process remembers grows with"
            " each schema.",
        ),
    ] = 300
    synchronous_commit: Annotated[
        Literal["on", "off"],
        Key(
            SWITCH,
            "`off` does not wait for the disk at each commit. What a crash then loses is lost together with its"
            " history row, so the next run does it again.",
        ),
    ] = "on"


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """One of several databases, with a registry and a history of its own."""

    name: str
    database_url: Annotated[
        Secret | Unset,
        Key(
            DATABASE_URL,
            "The database, as the key `database_url` of the top level has it. A variable in it must be set only for a"
            " command that works on this database.",
            variables=Needed.WHEN_USED,
        ),
    ]
    labels: Annotated[
        Mapping[str, str],
        Key(
            Map(LABEL_NAME, TEXT, "a mapping from names to texts"),
            "What `--database LABEL=VALUE` finds it by, such as `{region: eu}`.",
        ),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `sqlmig.yaml`, its environments, process variables and options say, put together."""

    root: Path
    """The folder of `sqlmig.yaml`."""
    file: str
    """The file's name as messages write it."""
    environment: str | None
    """The environment in force; None for the top level alone."""
    postgres: Annotated[
        int,
        Key(
            whole(14, 99, "write the major version, such as 15"),
            "The major version of the oldest server this project runs on; the linter judges by it.",
        ),
    ] = 14
    database_url: Annotated[
        Secret | None,
        Key(
            DATABASE_URL,
            "The database: a URL, libpq's `key=value` pairs, or `embedded` for the server that comes with"
            " `sqlmig[embedded]`. The option `--database-url` goes before it, and so does the variable"
            " `SQLMIG_DATABASE_URL`; without any of them libpq's own variables count (`PGHOST`, `PGSERVICE`, ...)."
            " Keep passwords out of the file: `${DATABASE_URL}`.",
        ),
    ] = None
    databases: Annotated[
        tuple[DatabaseConfig, ...],
        Key(
            Table(DatabaseConfig, DATABASE_NAME, "letters, digits, _ and -, and begin with a letter"),
            "Several databases by name, in place of `database_url`. Either of the two in an environment replaces both"
            " of the top level, whole; so do the option `--database-url` and the variable `SQLMIG_DATABASE_URL`.",
        ),
    ] = ()
    development: Annotated[
        bool,
        Key(
            FLAG,
            "Marks an environment whose data may be thrown away: `sqlmig reset` works only there.",
            Where.ENVIRONMENT,
        ),
    ] = False
    history_schema: Annotated[
        str, Key(SCHEMA, "The schema in which sqlmig records what ran, its own and nobody else's.")
    ] = "sqlmig"
    search_path: Annotated[
        tuple[str, ...], Key(SCHEMAS, "The schemas that migrations see besides their own, such as `[extensions]`.")
    ] = ()
    tracks: Annotated[
        tuple[TrackConfig, ...],
        Key(
            Table(TrackConfig, TRACK_NAME, "lower-case letters, digits and _, and begin with a letter"),
            "The tracks by name, at least one. Shared tracks run before tenant tracks, otherwise in this order.",
        ),
    ] = ()
    tenants: Annotated[
        RegistryConfig | None,
        Key(
            Section(RegistryConfig, one_of=("query", "schemas", "list")),
            "Where the tenants are listed: exactly one of `query`, `schemas` and `list`. One of them in an environment"
            " replaces another at the top level. A project without tenant tracks leaves it out.",
        ),
    ] = None
    variables: Annotated[
        Mapping[str, object],
        Key(
            Free(VARIABLE_NAME, VARIABLE_NAME_RULE),
            "Values of any kind that templates see as `vars.NAME`.",
        ),
    ] = field(default_factory=dict, repr=False)
    lint: Annotated[LintConfig, Key(Section(LintConfig), "What the linter goes by.")] = field(
        default_factory=LintConfig
    )
    apply: Annotated[ApplyConfig, Key(Section(ApplyConfig), "How migrations are applied.")] = field(
        default_factory=ApplyConfig
    )
    macros: Annotated[str, Key(PATH, "The folder of the Jinja macros that templates may import.")] = "sql/macros"
    lifecycle: Annotated[
        LifecycleConfig,
        Key(
            Section(LifecycleConfig, short="path", expects="a mapping of keys to values, or `path` alone"),
            "How tenants come and go: the files that make and end one, and kinds of tenants.",
        ),
    ] = field(default_factory=LifecycleConfig)
    backup: Annotated[
        BackupConfig, Key(Section(BackupConfig), "Where backups of tenants go, and how they are written.")
    ] = field(default_factory=BackupConfig)
    undo: Annotated[UndoConfig, Key(Section(UndoConfig), "What is copied before a statement destroys it.")] = field(
        default_factory=UndoConfig
    )
    doctor: Annotated[DoctorConfig, Key(Section(DoctorConfig), "What `sqlmig doctor` goes by.")] = field(
        default_factory=DoctorConfig
    )
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)
    """Where each value comes from, by dotted key: `apply.lock_timeout`, `tracks.tenant.path`, `environment`."""


DATABASE_KEYS = ("database_url", "databases")
"""Where the data are: at most one of the two, at the top level and in each environment."""
DEFAULT_ENVIRONMENT = "default_environment"
ENVIRONMENTS = "environments"
FILE_KEYS = {
    DEFAULT_ENVIRONMENT: Key(
        TEXT,
        "The environment that counts when neither `--env` nor `SQLMIG_ENV` names one. Without this key the only"
        " environment counts, and of several none.",
        Where.TOP_LEVEL,
    ),
    ENVIRONMENTS: Key(
        Table(Config, ENVIRONMENT_NAME, "letters, digits, _ and -, and begin with a letter"),
        "The environments by name. Each overrides the keys above, key by key and level by level; lists are replaced"
        " whole.",
        Where.TOP_LEVEL,
    ),
}
"""Keys that choose between environments, and are gone once one is chosen."""

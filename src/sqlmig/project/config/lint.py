"""The section `lint` of the configuration, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from sqlmig.project.config.keys import Key, Map
from sqlmig.project.config.kinds import SCHEMAS, TEXT, choice, whole
from sqlmig.project.config.lintkinds import (
    FUNCTIONS,
    GLOB,
    LEVEL,
    OBJECT,
    PACKS,
    REGEX,
    ROLES,
    RULE,
    SAMPLES,
    SINCE,
    TABLES,
)

Level: TypeAlias = Literal["off", "info", "warning", "error"]
"""What the project makes of a rule's findings."""

_LEVELS = Map(RULE, LEVEL, "a mapping from rules to off, info, warning or error")


@dataclass(frozen=True, slots=True)
class LintConfig:
    """What the linter knows of the project, and when it fails.

    The sources of `Config` have a place for each entry of `rules`, `paths` and `naming`: that of its name.
    """

    tenancy: Annotated[
        Literal["schema", "shared", "both"],
        Key(
            choice("schema", "shared", "both"),
            "How tenants are kept apart: by a `schema` each, by a tenant column in `shared` tables, or `both`.",
        ),
    ] = "schema"
    tenant_column: Annotated[str, Key(TEXT, "The column that says whose a row is.")] = "tenant_id"
    tenant_setting: Annotated[str, Key(TEXT, "The setting that policies compare the tenant column with.")] = (
        "app.current_tenant_id"
    )
    fail_on: Annotated[
        Literal["error", "warning", "never"],
        Key(choice("error", "warning", "never"), "The mildest finding that makes `sqlmig lint` exit with status 1."),
    ] = "error"
    packs: Annotated[
        tuple[Literal["strict", "style", "timescale", "pgvector"], ...],
        Key(
            PACKS,
            "Further rules. `timescale` and `pgvector` switch on by themselves when their extension or functions"
            " appear.",
        ),
    ] = ()
    rules: Annotated[
        Mapping[str, Level],
        Key(_LEVELS, "How severe the findings of a rule are, in place of what the linter makes of each."),
    ] = field(default_factory=dict)
    paths: Annotated[
        Mapping[str, Mapping[str, Level]],
        Key(
            Map(GLOB, _LEVELS, "a mapping from paths with * and ? to such mappings as `rules`"),
            "The same for the files that a path matches, such as `sql/tenant/00*`. It goes before `rules`, and a later"
            " path before an earlier one.",
        ),
    ] = field(default_factory=dict)
    since: Annotated[
        int | Mapping[str, int],
        Key(
            SINCE,
            "Migrations below this version are read, but not judged: for a project that begins to lint late. One"
            " version for every track, or one per track; an environment replaces it whole.",
        ),
    ] = 0
    exempt_tables: Annotated[
        tuple[str, ...],
        Key(TABLES, "Tables that hold no tenant's rows. A name without a schema counts in every schema."),
    ] = ()
    small_tables: Annotated[
        tuple[str, ...], Key(TABLES, "Tables so small that a short lock on them, or a scan, does not matter.")
    ] = ()
    tenant_type: Annotated[str | None, Key(TEXT, "The type of the tenant column, such as `uuid`.")] = None
    tenant_functions: Annotated[
        tuple[str, ...],
        Key(FUNCTIONS, "Functions that return the current tenant: policies may call one in place of the setting."),
    ] = ()
    app_roles: Annotated[tuple[str, ...], Key(ROLES, "The roles that row level security binds.")] = ()
    shared_schemas: Annotated[
        tuple[str, ...],
        Key(SCHEMAS, "Schemas that all tenants share, besides those of shared tracks and of `search_path`."),
    ] = ()
    tenants: Annotated[
        int, Key(whole(1, 1_000_000), "How many tenants to expect: what each of them repeats weighs by that.")
    ] = 100
    timezone: Annotated[
        str | None,
        Key(
            TEXT,
            "The `TimeZone` of the sessions that migrate. With `UTC` a `timestamp` becomes a `timestamptz` without a"
            " rewrite.",
        ),
    ] = None
    max_statements: Annotated[
        int,
        Key(whole(1, 100_000), "The most statements that a file which changes both tables and rows may have."),
    ] = 50
    max_index_columns: Annotated[int, Key(whole(1, 32), "The most columns that an index may have.")] = 3
    naming: Annotated[
        Mapping[str, str],
        Key(
            Map(OBJECT, REGEX, "a mapping from kinds of objects to regular expressions"),
            "What names must look like, whole. The kinds: `table`, `column`, `index`, `unique`, `primary_key`,"
            " `foreign_key`, `check`, `policy`, `trigger`, `function`, `view`, `sequence`, `migration`.",
        ),
    ] = field(default_factory=dict)
    samples: Annotated[
        tuple[Mapping[str, object], ...],
        Key(
            SAMPLES,
            "The tenants that templates are rendered for: every column that they read, `slug` and `schema` only where"
            " those matter. Without them there is one tenant `sample`.",
        ),
    ] = ()

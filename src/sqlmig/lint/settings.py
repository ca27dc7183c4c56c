"""What the linter goes by, worked out once from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from sqlmig.project.config.check import shared_schemas
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.values import ApplyConfig, Config
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.reader import Name


@dataclass(frozen=True, eq=False, repr=False)
class Settings:
    """The project's answers to what rules ask."""

    postgres: int
    lint: LintConfig
    apply: ApplyConfig
    search_path: tuple[str, ...] = ()
    """The schemas that migrations see besides their own."""
    shared: frozenset[str] = frozenset()
    """Schemas that no tenant owns: those of the shared tracks, of the search path, and `lint.shared_schemas`."""
    history_schema: str = "sqlmig"
    tracks: tuple[str, ...] = field(default=())
    run_as: Mapping[str, str] = field(default_factory=dict)
    """By track, the role that its files run as, where that is not the one that connects."""

    @property
    def schema_per_tenant(self) -> bool:
        """Whether each tenant has a schema of its own."""
        return self.lint.tenancy in ("schema", "both")

    @property
    def row_level(self) -> bool:
        """Whether tables hold the rows of several tenants, told apart by the tenant column."""
        return self.lint.tenancy in ("shared", "both")

    @property
    def tenant_column(self) -> str:
        """The column that says whose a row is."""
        return self.lint.tenant_column

    @cached_property
    def tenant_settings(self) -> frozenset[str]:
        """The settings that policies may compare the tenant column with."""
        return frozenset({self.lint.tenant_setting})

    @cached_property
    def tenant_functions(self) -> frozenset[str]:
        """The functions that return the current tenant."""
        return frozenset(self.lint.tenant_functions)

    def since(self, track: str) -> int:
        """The first version of a track that is judged."""
        since = self.lint.since
        return since.get(track, 0) if isinstance(since, Mapping) else since or 0

    @property
    def tenant_condition(self) -> str:
        """The condition that a policy should have, ready to paste."""
        cast = f"::{self.lint.tenant_type}" if self.lint.tenant_type else "::uuid"
        setting = f"nullif(current_setting('{self.lint.tenant_setting}', true), ''){cast}"
        return f"{quote_ident(self.tenant_column)} = (SELECT {setting})"

    def is_exempt(self, table: Name) -> bool:
        """Whether the configuration says that a table (resolved) holds no tenant's rows."""
        return _matches(table, self.lint.exempt_tables)

    def is_small(self, table: Name) -> bool:
        """Whether the configuration says that a table (resolved) is small."""
        return _matches(table, self.lint.small_tables)


def settings_of(config: Config) -> Settings:
    """What the linter takes from a configuration."""
    return Settings(
        postgres=config.postgres,
        lint=config.lint,
        apply=config.apply,
        search_path=config.search_path,
        shared=shared_schemas(config) | set(config.lint.shared_schemas),
        history_schema=config.history_schema,
        tracks=tuple(track.name for track in config.tracks),
        run_as={track.name: track.run_as for track in config.tracks if track.run_as is not None},
    )


def _matches(name: Name, globs: tuple[str, ...]) -> bool:
    full = f"{name.schema}.{name.name}"
    return any(fnmatchcase(full if "." in glob else name.name, glob) for glob in globs)

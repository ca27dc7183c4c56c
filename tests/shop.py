"""A small project with a platform and tenants, on disk and in the test's database, for tests to change and run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from sqlmig.api import Project
from sqlmig.plan.events import Event, Observer, StepEnded, TargetEnded
from sqlmig.plan.results import RunResult, StepResult, TargetResult

CONFIG = """\
postgres: 14
tracks:
  platform: {path: sql/platform, scope: shared, schema: core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:
  query: SELECT id, slug, schema_name AS schema, tier FROM core.tenants ORDER BY id
variables: {greeting: hello}
apply: {lock_timeout: 500ms, attempts: 3, lock_wait: 2s, refuse_on: never, workers: 1, concurrently_above: 0}
environments:
  dev: {development: true}
  prod: {apply: {attempts: 3}}
"""

FILES = {
    "sqlmig.yaml": CONFIG,
    "sql/platform/0001_tenants.up.sql": (
        "CREATE TABLE tenants (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE,\n"
        "    schema_name text NOT NULL UNIQUE, tier text NOT NULL DEFAULT 'trial');\n"
    ),
    "sql/platform/0001_tenants.down.sql": "DROP TABLE tenants;\n",
    "sql/tenant/0001_deals.up.sql": "CREATE TABLE deals (id int PRIMARY KEY, title text);\n",
    "sql/tenant/0001_deals.down.sql": "DROP TABLE deals;\n",
    "sql/lifecycle/provision.sql": "CREATE SCHEMA {{ schema | ident }};\n",
    "sql/lifecycle/register.sql": (
        "INSERT INTO core.tenants (slug, schema_name) VALUES ({{ tenant.slug | literal }}, {{ schema | literal }});\n"
    ),
}


@dataclass(frozen=True)
class Shop:
    """The project: `write` changes files, `project()` reads them anew, `sql` looks into the database."""

    folder: Path
    database_url: str
    connection: psycopg.Connection[tuple[object, ...]] = field(repr=False)

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files below the project's folder, as they are; None deletes one."""
        for name, content in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content.encode() if isinstance(content, str) else content)

    def pair(self, track: str, name: str, up: str, down: str = "SELECT 1;\n") -> None:
        """Write a migration's two files."""
        self.write({f"sql/{track}/{name}.up.sql": up, f"sql/{track}/{name}.down.sql": down})

    def project(self, environment: str | None = None) -> Project:
        """The project as its files are now."""
        return Project.load(self.folder, environment=environment, database_url=self.database_url, environ={})

    def apply(self, *schemas: str) -> RunResult:
        """Apply everything, or to some schemas."""
        return self.project().apply(schemas=schemas)

    def with_tenants(self, *slugs: str) -> Shop:
        """Bring the platform up and make tenants."""
        self.project().apply(platform=True)
        for slug in slugs:
            self.project().create_tenant(slug, values={})
        return self

    def sql(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        """The rows of a query on a connection of the test's own."""
        cursor = self.connection.execute(query.encode(), parameters or None)
        return cursor.fetchall() if cursor.description is not None else []

    def one(self, query: str, *parameters: object) -> object:
        """The only value of a query."""
        return self.sql(query, *parameters)[0][0]

    def tables(self, schema: str) -> list[object]:
        """The names of a schema's tables."""
        return [
            row[0]
            for row in self.sql(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace ="
                " (SELECT oid FROM pg_namespace WHERE nspname = %s) ORDER BY 1",
                schema,
            )
        ]

    def versions(self, schema: str) -> list[object]:
        """The versions that the history says are applied to a schema."""
        return [
            row[0]
            for row in self.sql(
                "SELECT a.version FROM sqlmig.applied a JOIN sqlmig.target t USING (track, target)"
                " WHERE t.schema_name = %s ORDER BY 1",
                schema,
            )
        ]


def at_each_step(call: Callable[[StepResult], object]) -> Observer:
    """An observer that is called with the result of each step."""

    def tell(event: Event) -> None:
        if isinstance(event, StepEnded):
            call(event.result)

    return tell


def at_each_target(call: Callable[[TargetResult], object]) -> Observer:
    """An observer that is called with the result of each target."""

    def tell(event: Event) -> None:
        if isinstance(event, TargetEnded):
            call(event.result)

    return tell

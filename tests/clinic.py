"""A sound project for the doctor: shared tables and a schema per tenant, three tenants, nothing to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from sqlmig.admin.doctor import doctor
from sqlmig.api import Project
from sqlmig.plan.doctor import Diagnosis, Finding

CONFIG = """\
postgres: 14
tracks:
  platform: {path: sql/platform, scope: shared, schema: core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:
  query: SELECT id, slug, schema_name AS schema FROM core.tenants ORDER BY slug
variables: {app: APP}
lint: {tenancy: both, app_roles: [APP]}
apply: {refuse_on: never}
"""
_CONDITION = "tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)"

FILES = {
    "sql/platform/0001_tenants.up.sql": """\
CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), slug text NOT NULL, schema_name text NOT NULL);
CREATE TABLE subscriptions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants,
    tier text NOT NULL
);
CREATE INDEX subscriptions_tenant_id_idx ON subscriptions (tenant_id);
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON subscriptions USING (CONDITION);
GRANT USAGE ON SCHEMA core TO {{ vars.app }};
""",
    "sql/tenant/0001_deals.up.sql": """\
CREATE TABLE users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    number integer GENERATED ALWAYS AS IDENTITY,
    email text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    number bigint GENERATED ALWAYS AS IDENTITY,
    owner_id uuid,
    title text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT deals_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users
);
CREATE INDEX deals_owner_idx ON deals (tenant_id, owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX deals_title_idx ON deals (tenant_id, lower(title));
{% for table in ['users', 'deals'] %}
ALTER TABLE {{ table }} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON {{ table }} USING (CONDITION);
{% endfor %}
CREATE FUNCTION count_deals() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp
    AS 'SELECT count(*) FROM deals';
REVOKE ALL ON FUNCTION count_deals() FROM PUBLIC;
""",
    "sql/lifecycle/provision.sql": """\
CREATE SCHEMA {{ schema | ident }};
GRANT USAGE ON SCHEMA {{ schema | ident }} TO {{ vars.app }};
ALTER DEFAULT PRIVILEGES IN SCHEMA {{ schema | ident }} GRANT SELECT, INSERT ON TABLES TO {{ vars.app }};
ALTER DEFAULT PRIVILEGES IN SCHEMA {{ schema | ident }} GRANT USAGE ON SEQUENCES TO {{ vars.app }};
""",
    "sql/lifecycle/register.sql": (
        "INSERT INTO core.tenants (slug, schema_name) VALUES ({{ tenant.slug | literal }}, {{ schema | literal }});\n"
    ),
}


@dataclass(frozen=True)
class Clinic:
    """The project, applied: `doctor()` looks at it, `sql` changes the database."""

    folder: Path
    database_url: str
    connection: psycopg.Connection[Any]
    app: str
    """The application's role."""

    def project(self) -> Project:
        """The project as its files are now."""
        return Project.load(self.folder, database_url=self.database_url, environ={})

    def sql(self, statements: str) -> None:
        """Run statements, each by itself, as some need it; `APP` stands for the application's role."""
        for statement in statements.replace("APP", self.app).split(";\n"):
            if statement.strip():
                self.connection.execute(statement.encode())

    def doctor(self, **options: Any) -> Diagnosis:
        """What the doctor finds."""
        return doctor(self.project(), **options)


def clinic(folder: Path, database_url: str, connect: Callable[..., psycopg.Connection[Any]], app: str) -> Clinic:
    """The project, written and applied for tenants a, b and c."""
    files: Mapping[str, str] = {"sqlmig.yaml": CONFIG.replace("APP", app), **FILES}
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("CONDITION", _CONDITION))
        if name.endswith(".up.sql"):
            file.with_name(file.name.replace(".up.", ".down.")).write_text("SELECT 1;\n")
    made = Clinic(folder, database_url, connect(), app)
    project = made.project()
    assert project.apply(platform=True).exit_status == 0
    for slug in ("a", "b", "c"):
        project.create_tenant(slug, values={})
    return made


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """What findings say, for comparing."""
    return [(one.check, one.severity.value, one.object, one.detail, one.schemas) for one in findings]

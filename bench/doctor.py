"""`sqlmig doctor` on thousands of tenants: every check over all schemas, check by check.

Makes a server with so many schemas of ten tables each, with keys, policies, a view and a function, which takes minutes
itself: `scripts/bench doctor [--tenants N]`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from psycopg import sql

from bench.figures import headline, machine
from bench.fleet_ground import Ground, ground
from sqlmig import Project
from sqlmig.admin.doctor import doctor
from sqlmig.plan.doctor import Timing

TENANTS = 10_000
TABLES = 10
WANTED = 60.0
"""Seconds of all checks, at the most."""
_BATCH = 20
"""Tenants that one statement makes."""

CONFIG = """\
postgres: 15
tracks:
  platform: {path: sql/platform, scope: shared, schema: core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:
  query: SELECT id, slug, schema_name AS schema FROM core.tenants ORDER BY id
lint: {tenancy: both, exempt_tables: [core.tenants], app_roles: [doctor_app]}
"""

_TABLE = """
CREATE TABLE {schema}.item_{number} (
    tenant_id uuid NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(), number integer GENERATED ALWAYS AS IDENTITY,
    parent_id uuid, title text NOT NULL, amount numeric(18, 2), details jsonb NOT NULL DEFAULT '{{}}',
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT item_{number}_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT item_{number}_amount_check CHECK (amount >= 0)
);
ALTER TABLE {schema}.item_{number} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON {schema}.item_{number}
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE INDEX item_{number}_parent_idx ON {schema}.item_{number} (tenant_id, parent_id);
ALTER TABLE {schema}.item_{number} ADD CONSTRAINT item_{number}_parent_fkey
    FOREIGN KEY (tenant_id, parent_id) REFERENCES {schema}.item_{parent} (tenant_id, id);
"""
_SCHEMA = """
CREATE SCHEMA {schema};
GRANT USAGE ON SCHEMA {schema} TO doctor_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO doctor_app;
{tables}
CREATE VIEW {schema}.summary WITH (security_invoker = true) AS
    SELECT one.tenant_id, one.title, other.amount
    FROM {schema}.item_1 AS one JOIN {schema}.item_2 AS other USING (tenant_id, id);
CREATE FUNCTION {schema}.total() RETURNS numeric LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, pg_temp
    RETURN (SELECT sum(amount) FROM {schema}.item_1);
REVOKE ALL ON FUNCTION {schema}.total() FROM PUBLIC;
"""


def report(ground: Ground, tenants: int = TENANTS) -> Iterator[str]:
    """Seconds of each check, and of all of them; first on sound schemas, then with a fault in each table."""
    yield from headline(f"doctor: {tenants:,} schemas x {TABLES} tables")
    url, project = prepare(ground, tenants)
    yield from _measure(project, "sound")
    with psycopg.connect(url, autocommit=True) as connection:
        for first in range(1, tenants + 1, _BATCH):
            last = min(first + _BATCH - 1, tenants)
            connection.execute(_in_each(first, last, "ALTER TABLE {schema}.item_1 NO FORCE ROW LEVEL SECURITY"))
    yield from _measure(project, "one fault in each schema")


def prepare(ground: Ground, tenants: int) -> tuple[str, Project]:
    """A database with so many schemas, and the project that they are of."""
    folder = ground.project({})
    (folder / "sqlmig.yaml").write_text(CONFIG)
    url = ground.database()
    project = Project.load(folder, database_url=url, environ={})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN IF to_regrole('doctor_app') IS NULL THEN CREATE ROLE doctor_app; END IF; END $$"
        )
    project.apply(platform=True)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO core.tenants (slug, schema_name)"
            " SELECT 't' || n, 'tenant_' || n FROM generate_series(1, %s) AS n",
            [tenants],
        )
    batches = [(first, min(first + _BATCH - 1, tenants)) for first in range(1, tenants + 1, _BATCH)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda half: _make(url, batches[half::2]), (0, 1)))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return url, project


def _make(url: str, batches: Sequence[tuple[int, int]]) -> None:
    text = _SCHEMA.replace(
        "{tables}",
        "".join(
            _TABLE.replace("{number}", str(n)).replace("{parent}", str(max(n - 1, 1))) for n in range(1, TABLES + 1)
        ),
    )
    for first, last in batches:
        # What a server process remembers of schemas grows with each: a new one for each batch.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_in_each(first, last, text.replace("{{}}", "{}")))


def _in_each(first: int, last: int, text: str) -> sql.Composed:
    loop = """
        DO $do$
        BEGIN
            FOR number IN {first}..{last} LOOP
                EXECUTE replace({text}, {mark}, 'tenant_' || number);
            END LOOP;
        END
        $do$"""
    return sql.SQL(loop).format(
        first=sql.Literal(first), last=sql.Literal(last), text=sql.Literal(text), mark=sql.Literal("{schema}")
    )


def _measure(project: Project, label: str) -> Iterator[str]:
    timings: list[Timing] = []
    began = time.perf_counter()
    found = doctor(project, on_check=timings.append)
    seconds = time.perf_counter() - began
    yield f"  {label}: {seconds:.1f} s (wanted < {WANTED:g}), {len(found.findings)} findings"
    for timing in sorted(timings, key=lambda one: -one.seconds):
        yield f"    {timing.check:<28} {timing.seconds * 1000:>8,.0f} ms"


def run(words: Sequence[str]) -> Iterator[str]:
    """The report that the words of a command line ask for."""
    parser = argparse.ArgumentParser("scripts/bench doctor", description=__doc__)
    parser.add_argument("--tenants", type=int, default=TENANTS, help="how many schemas")
    parser.add_argument("--folder", type=Path, help="where the data lie; without it, in memory if that has room")
    options = parser.parse_args(words)
    with ground(options.folder) as found:
        yield f"the doctor on PostgreSQL {found.server.version} ({machine()})"
        yield from report(found, options.tenants)

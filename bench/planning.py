"""Planning a large fleet: 10,000 tenants and 500 migrations, all of it applied, on a real database.

The measurements run in a child process each, so that its peak memory is that of the work alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

import sqlmig
from bench.figures import clean_environment, headline
from sqlmig import embedded
from sqlmig.plan.resolve import track_digest

TENANTS = 10_000
MIGRATIONS = 500
CONFIG = """\
tracks:
  platform: {path: sql/platform, scope: shared, schema: core}
  tenant: {path: sql/tenant, scope: tenant}
tenants:
  query: SELECT id, slug, schema_name AS schema, tier FROM core.tenants ORDER BY id
"""
ROOT = Path(__file__).resolve().parents[1]
_SCHEMAS = """
DO $$
BEGIN
    FOR number IN {first}..{last} LOOP
        EXECUTE format('CREATE SCHEMA tenant_%s', number);
    END LOOP;
END
$$"""


def report(tenants: int = TENANTS, migrations: int = MIGRATIONS) -> Iterator[str]:
    """Seconds and peak memory of plan, status, check and apply."""
    yield from headline(f"{tenants:,} tenants x {migrations} migrations, all up to date")
    with tempfile.TemporaryDirectory(prefix="sqlmig-bench-") as folder, embedded.temporary() as server:
        write_project(Path(folder), migrations)
        seconds = prepare(Path(folder), server.url, tenants)
        yield f"  made once: {tenants:,} schemas in {seconds:.1f} s (not measured: sqlmig was not involved)"
        idle = _measure("nothing", folder, server.url)
        yield f"  a process that has only imported sqlmig: peak {idle['peak'] / 1024:.0f} MB"
        for what in ("plan", "status", "check", "apply"):
            found = _measure(what, folder, server.url)
            yield (
                f"  {what:<7} {found['seconds']:>6.2f} s, of which reading the files {found['files']:.2f} s;"
                f" peak {found['peak'] / 1024:>4.0f} MB"
            )


def write_project(folder: Path, migrations: int) -> None:
    """The platform with the registry, and so many tenant migrations."""
    (folder / "sqlmig.yaml").write_text(CONFIG)
    for track in ("platform", "tenant"):
        (folder / "sql" / track).mkdir(parents=True)
    (folder / "sql/platform/0001_tenants.up.sql").write_text(
        "CREATE TABLE tenants (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    slug text NOT NULL,\n"
        "    schema_name text NOT NULL,\n    tier text NOT NULL DEFAULT 'trial'\n);\n"
    )
    (folder / "sql/platform/0001_tenants.down.sql").write_text("DROP TABLE tenants;\n")
    for version in range(1, migrations + 1):
        columns = "    id bigint PRIMARY KEY,\n    tier text DEFAULT {{ tenant.tier | literal }}\n"
        up = f"CREATE TABLE item_{version} (\n{columns});\n"
        (folder / f"sql/tenant/{version:04d}_item.up.sql").write_text(up)
        (folder / f"sql/tenant/{version:04d}_item.down.sql").write_text(f"DROP TABLE item_{version};\n")


def prepare(folder: Path, url: str, tenants: int) -> float:
    """The registry, the schemas, and a history that says that everything is applied; seconds for the schemas."""
    project = sqlmig.Project.load(folder, database_url=url, environ={})
    project.apply(platform=True)
    [track] = project.files.tenant_tracks
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO core.tenants (slug, schema_name)"
            " SELECT 't' || n, 'tenant_' || n FROM generate_series(1, %s) AS n",
            [tenants],
        )
        connection.execute(
            "INSERT INTO sqlmig.target (track, target, schema_name, digest, head)"
            " SELECT 'tenant', id::text, schema_name, %s, %s FROM core.tenants",
            [bytes.fromhex(track_digest(track)), track.head],
        )
        began = time.perf_counter()
        for first in range(1, tenants + 1, 1000):
            last = min(first + 999, tenants)
            loop = sql.SQL(_SCHEMAS).format(first=sql.Literal(first), last=sql.Literal(last))
            connection.execute(loop)
        seconds = time.perf_counter() - began
        connection.execute("VACUUM ANALYZE")
    return seconds


def _measure(what: str, folder: str, url: str) -> dict[str, float]:
    environment = clean_environment() | {"PYTHONPATH": str(ROOT), "SQLMIG_DATABASE_URL": url}
    command = [sys.executable, "-m", "bench.planning", what, folder]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _child(what: str, folder: str) -> dict[str, float]:
    """One piece of work in this process: its seconds, those of them that went to the files, its peak in KiB."""
    import resource

    import sqlmig.api

    began = time.perf_counter()
    seconds = files = 0.0
    if what != "nothing":
        project = sqlmig.Project.load(folder, environ=os.environ)
        _ = project.files
        files = time.perf_counter() - began
        answer = getattr(project, what)()
        seconds = time.perf_counter() - began
        expected = {"plan": "steps", "apply": "exit_status"}.get(what)
        if expected is not None and getattr(answer, expected):
            raise RuntimeError(f"{what}: the fleet is not up to date")
        if what in ("status", "check") and not answer.current:
            raise RuntimeError(f"{what}: the fleet is not up to date")
    # Linux counts KiB, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"seconds": seconds, "files": files, "peak": peak}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_child(*sys.argv[1:])))

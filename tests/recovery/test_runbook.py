"""The runbook of docs/disaster-recovery.md, step by step, on real servers and with a real pgBackRest."""

from __future__ import annotations

import json

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from recovery.conftest import Site, rows
from sqlmig.db import restorepoints
from sqlmig.db.session import session
from sqlmig.plan.restorepoints import RestorePoint

pytestmark = [pytest.mark.slow, pytest.mark.recovery]

TENANTS = ("acme", "globex")
USERS = "SELECT email FROM tenant_{slug}.users ORDER BY email"
BAD = """-- sqlmig: irreversible whoever wrote it was sure
SET LOCAL app.current_tenant_id = {{ tenant.id | literal }};
DELETE FROM users;
"""


def test_one_tenant_comes_back_from_a_restore_point_and_the_others_stay_as_they_are(site: Site) -> None:
    url = archiving_server(site)
    site.sqlmig(url, "apply", "--platform")
    for slug in TENANTS:
        site.sqlmig(
            url, "tenant", "create", slug, "--set", f"name={slug}", "--set", f"billing_email=pay@{slug}.example"
        )
        add_user(url, slug, "before")
    site.pgbackrest("--type=full", "--start-fast", "backup")
    add_user(url, "acme", "after the base backup")

    point = bad_migration(site, url)
    assert rows(url, USERS.format(slug="acme")) == []
    add_user(url, "globex", "after the bad migration")
    site.pgbackrest("check")  # what was written until now is in the archive

    recovered = recover_beside(site, point)
    assert rows(recovered, USERS.format(slug="acme")) == [("after the base backup@acme",), ("before@acme",)]
    assert rows(recovered, "SELECT max(version) FROM sqlmig.applied WHERE track = 'tenant'") == [(18,)]

    bring_back(site, recovered, url, "acme")
    assert rows(url, USERS.format(slug="acme")) == [("after the base backup@acme",), ("before@acme",)]
    assert rows(url, USERS.format(slug="globex")) == [("after the bad migration@globex",)]
    assert versions(url) == {"acme": 18, "globex": 19}
    # Its application works in it, under row level security.
    add_user(url, "acme", "afterwards")


def archiving_server(site: Site) -> str:
    """Step 1: a server whose WAL pgBackRest archives."""
    program = f"pgbackrest --config={site.settings} --stanza=main archive-push %p"
    url = site.start(site.main, wal_level="replica", archive_mode="on", archive_command=program)
    where = conninfo_to_dict(url)
    folders = "\n".join(f"{name}-path={site.folder / name}" for name in ("log", "lock", "spool"))
    for name in ("log", "lock", "spool", "repo"):
        folder = site.folder / name
        folder.mkdir()
        folder.chmod(0o777)
    site.settings.write_text(
        f"[global]\nrepo1-path={site.folder / 'repo'}\nrepo1-retention-full=2\n{folders}\n"
        f"log-level-file=off\nlog-level-console=warn\n"
        f"[main]\npg1-path={site.main}\npg1-socket-path={where['host']}\npg1-port={where.get('port', 5432)}\n"
        f"pg1-user=postgres\n"
    )
    site.settings.chmod(0o644)
    site.pgbackrest("stanza-create")
    return url


def bad_migration(site: Site, url: str) -> RestorePoint:
    """Step 2: a run that every tenant regrets; its restore point stands in the history."""
    (site.project / "sql/tenant/0019_forget_users.up.sql").write_text(BAD)
    with session(url) as opened:
        before = restorepoints.make_restore_point(opened, "00000000-0000-0000-0000-000000000019")
    site.sqlmig(url, "apply")
    assert versions(url) == dict.fromkeys(TENANTS, 19)
    assert before is not None
    assert before.name is not None
    return before


def recover_beside(site: Site, point: RestorePoint) -> str:
    """Step 3: the server as it was at the restore point, beside the one that goes on."""
    target = ("--type=name", f"--target={point.name}", f"--target-timeline={point.timeline}")
    site.pgbackrest(f"--pg1-path={site.side}", *target, "--target-action=promote", "--archive-mode=off", "restore")
    return site.start(site.side)


def bring_back(site: Site, recovered: str, url: str, slug: str) -> None:
    """Step 4: one tenant out of the side server, swapped in."""
    said = site.sqlmig(recovered, "tenant", "backup", slug, "--to", str(site.project / "recovered"), "--format", "json")
    print(said)
    [made] = json.loads(said)["backups"]
    site.sqlmig(url, "tenant", "restore", slug, "--from", made["url"], "--reason", "bad migration 0019")
    site.sqlmig(url, "tenant", "hold", slug, "--at", "18", "--reason", "0019 is being corrected")
    site.sqlmig(url, "apply")  # and it stays there


def versions(url: str) -> dict[str, int]:
    """The highest version that each tenant has."""
    query = (
        "SELECT replace(t.schema_name, 'tenant_', ''), max(version) FROM sqlmig.applied"
        " JOIN sqlmig.target t USING (track, target) WHERE track = 'tenant' GROUP BY 1"
    )
    return dict(rows(url, query))


def add_user(url: str, slug: str, name: str) -> None:
    """What the application does: a row of the tenant's, under row level security."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT set_config('app.current_tenant_id', id::text, true), set_config('search_path', %s, true)"
            " FROM platform_core.tenants WHERE tenant_slug = %s",
            [f"tenant_{slug}, extensions", slug],
        )
        connection.execute("SET LOCAL ROLE deal_app")
        connection.execute("INSERT INTO users (email, full_name) VALUES (%s, %s)", [f"{name}@{slug}", name])

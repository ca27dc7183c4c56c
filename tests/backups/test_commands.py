"""The commands as people run them: words, JSON, secrets, roles with few rights."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backingup import made, until, waiting
from commandline import Cli
from servers import Database, Role
from shop import Shop
from sqlmig.admin import backups
from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.programs import find_program


def test_from_backup_to_restore(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    said = cli("tenant", "backup", "acme", "--reason", "before the audit")
    assert said.returncode == 0, said.stderr
    (row,) = backups.list_backups(shop.project())
    assert row.reason == "before the audit"
    assert said.stdout.splitlines()[1].startswith(f"acme    {row.backup_id}")
    assert cli("backup", "list").stdout.splitlines()[1].startswith(f"{row.backup_id}  acme    done")
    assert cli("backup", "verify").stdout == f"{row.backup_id} of acme: good, 4 entries\n"
    assert cli("backup", "prune").stdout == "there is nothing to remove\n"
    restored = json.loads(cli("tenant", "restore", "acme", "--from", row.backup_id, "--format", "json").stdout)
    assert (restored["format"], restored["backup"]) == ("sqlmig.tenant-restore/1", row.backup_id)
    assert shop.tables(restored["kept_schema"]) == ["deals"]
    log = shop.project().history(limit=1)
    assert [(entry.action, entry.name) for entry in log] == [("restore", row.backup_id)]


def test_a_damaged_backup_is_an_answer_of_no(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    backup = made(shop.project(), "acme")
    (shop.folder / "backups" / backup.folder / "dump.gz").write_bytes(b"")
    said = cli("backup", "verify", backup.backup_id)
    assert said.returncode == 1
    assert said.stdout.startswith(
        f"{backup.backup_id} of acme: backup {backup.backup_id} is damaged: dump.gz: it has 0"
    )


def test_nothing_was_ever_applied(shop: Shop, cli: Cli) -> None:
    assert cli("backup", "list").stdout == "there is no backup\n"
    assert cli("backup", "prune", "--dry-run").stdout == "there is nothing to remove\n"


def test_the_password_is_not_in_the_list_of_processes(
    shop: Shop, cli: Cli, role: Callable[..., Role], connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    shop.with_tenants("acme")
    login = role("SUPERUSER")
    blocker = connect(autocommit=False)
    shop.sql("CREATE TABLE tenant_acme.plain (id int)")
    blocker.execute("LOCK TABLE tenant_acme.plain IN ACCESS EXCLUSIVE MODE")
    process = cli.start("tenant", "backup", "acme", env={"SQLMIG_DATABASE_URL": login.url})
    until(lambda: waiting(shop, "pg_dump"), process)
    shown = "".join(file.read_bytes().decode(errors="replace") for file in Path("/proc").glob("[0-9]*/cmdline"))
    blocker.rollback()
    out, err = process.communicate(timeout=60)
    assert "--snapshot=" in shown
    assert login.password not in shown + out + err
    assert process.returncode == 0


def test_a_role_that_row_level_security_binds_is_told_so(
    shop: Shop, database: Database, role: Callable[..., Role]
) -> None:
    login = role()
    shop.sql(f'GRANT CREATE ON DATABASE "{database.name}" TO "{login.name}"')
    theirs = replace(shop, database_url=login.url)
    theirs.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    shop.sql("ALTER TABLE tenant_acme.deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    (one,) = backups.back_up_tenants(theirs.project(), ["acme"])
    assert isinstance(one.made, BackupFailed)
    assert one.made.next == "let the role see every row: ALTER ROLE ... BYPASSRLS; a backup of some rows would be none"
    shop.sql(f'ALTER ROLE "{login.name}" BYPASSRLS')
    backup = made(theirs.project(), "acme")
    shop.sql("TRUNCATE tenant_acme.deals")
    backups.restore(theirs.project(), "acme", backup=backup.backup_id)
    assert shop.sql("SELECT * FROM tenant_acme.deals") == [(1, "first")]


def test_rows_that_are_kept_elsewhere_are_not_left_out_in_silence(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    shop.sql("CREATE SCHEMA chunks; CREATE TABLE chunks.one () INHERITS (tenant_acme.deals)")
    said = cli("tenant", "backup", "acme")
    assert said.returncode == 1
    assert "rows of tenant_acme.deals are kept in chunks.one, outside of the schema" in said.stderr


def test_an_extension_in_the_schema_is_not_left_out_in_silence(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    known = shop.sql("SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'hstore', 'vector') ORDER BY 1")
    if not known:
        pytest.skip("the server has no extension that can be made in any schema")
    name = known[0][0]
    shop.sql(f"CREATE EXTENSION {name} SCHEMA tenant_acme")
    said = cli("tenant", "backup", "acme")
    assert said.returncode == 1
    assert f"extension {name} was made in schema tenant_acme: a backup of the schema would not hold it" in said.stderr
    assert f"move it: ALTER EXTENSION {name} SET SCHEMA" in said.stderr
    assert shop.sql("SELECT state FROM sqlmig.backup") == []


def test_what_failed_because_the_place_is_a_file_can_be_removed(shop: Shop, cli: Cli) -> None:
    shop.with_tenants("acme")
    shop.write({"file": "this is no folder"})
    assert cli("tenant", "backup", "acme", "--to", "file/below").returncode == 3
    said = cli("backup", "prune")
    assert (said.returncode, said.stdout.endswith("of acme, failed\n")) == (0, True)
    assert said.stdout.startswith("removed: ")


def test_a_program_that_is_too_old_is_told_before_anything_runs() -> None:
    with pytest.raises(BackupFailed) as caught:
        find_program("pg_dump", 99)
    assert caught.value.message.startswith("pg_dump 99 or newer is needed, and ")
    assert caught.value.next == (
        "install PostgreSQL's client programs (Debian: postgresql-client-99) and put them on PATH"
    )


def test_a_dropped_tenant_comes_back_into_the_registry(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    backup = made(shop.project(), "acme")
    shop.sql("DROP SCHEMA tenant_acme CASCADE; DELETE FROM core.tenants")
    restored = backups.restore(shop.project(), "acme", backup=backup.backup_id)
    assert [tenant.slug for tenant in shop.project().tenants()] == ["acme"]
    assert shop.sql("SELECT * FROM tenant_acme.deals") == [(1, "first")]
    assert restored.kept is None
    assert shop.project().status().current


def test_what_looks_at_the_old_schema_is_named(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("CREATE VIEW core.all_deals AS SELECT * FROM tenant_acme.deals")
    backup = made(shop.project(), "acme")
    restored = backups.restore(shop.project(), "acme", backup=backup.backup_id)
    assert restored.notes == ("view core.all_deals still looks at the old schema: make it anew",)

"""`apply` makes the backups that are wanted before it runs anything, and runs nothing when one fails."""

from __future__ import annotations

import subprocess

import pytest

from commandline import Cli
from shop import FILES, Shop
from sqlmig.admin import backups


@pytest.fixture
def fleet(shop: Shop) -> Shop:
    shop.with_tenants("acme", "globex", "initech")
    return shop


def backed_up(shop: Shop) -> list[str]:
    return sorted(row.slug for row in backups.list_backups(shop.project()))


def configured(shop: Shop, apply: str) -> None:
    config = FILES["sqlmig.yaml"].replace("refuse_on: never", f"refuse_on: never, {apply}")
    shop.write({"sqlmig.yaml": config + "backup: {url: backups}\n"})


def applied(cli: Cli, *options: str) -> subprocess.CompletedProcess[str]:
    return cli("apply", *options)


def harmless(shop: Shop) -> None:
    shop.pair("tenant", "0002_notes", "CREATE TABLE notes (id int);")


def destructive(shop: Shop) -> None:
    shop.pair("tenant", "0002_gone", "ALTER TABLE deals DROP COLUMN title;")


def test_nobody_is_backed_up_unasked(fleet: Shop, cli: Cli) -> None:
    destructive(fleet)
    assert applied(cli).returncode == 0
    assert backed_up(fleet) == []


def test_canaries_are_the_first_wave(fleet: Shop, cli: Cli) -> None:
    harmless(fleet)
    configured(fleet, "backup: canaries, waves: [1, rest]")
    said = applied(cli)
    assert said.returncode == 0, said.stderr
    assert backed_up(fleet) == ["acme"]
    (backup,) = backups.list_backups(fleet.project())
    assert fleet.one("SELECT reason FROM sqlmig.run WHERE command = 'apply' ORDER BY started_at DESC") == (
        f"backups: {backup.backup_id}"
    )


def test_canaries_without_waves_are_not_the_whole_fleet(fleet: Shop, cli: Cli) -> None:
    harmless(fleet)
    configured(fleet, "backup: canaries")
    said = applied(cli)
    assert said.returncode == 1
    assert "no wave says who they are: all tenants would be" in said.stderr
    assert fleet.tables("tenant_acme") == ["deals"]


def test_destructive_files_bring_backups_and_harmless_ones_none(fleet: Shop, cli: Cli) -> None:
    configured(fleet, "backup: destructive")
    harmless(fleet)
    assert applied(cli).returncode == 0
    assert backed_up(fleet) == []
    fleet.pair("tenant", "0003_gone", "ALTER TABLE deals DROP COLUMN title;")
    assert applied(cli, "--schema", "tenant_g*").returncode == 0
    assert backed_up(fleet) == ["globex"]


def test_irreversible_files_bring_backups(fleet: Shop, cli: Cli) -> None:
    configured(fleet, "backup: destructive")
    fleet.write({"sql/tenant/0002_x.up.sql": "-- sqlmig: irreversible it is so\nCREATE TABLE x (id int);\n"})
    assert applied(cli).returncode == 0
    assert backed_up(fleet) == ["acme", "globex", "initech"]


def test_all_that_have_something_to_do_when_asked(fleet: Shop, cli: Cli) -> None:
    harmless(fleet)
    assert applied(cli, "--schema", "tenant_acme").returncode == 0
    said = applied(cli, "--backup", "all")
    assert said.returncode == 0, said.stderr
    assert backed_up(fleet) == ["globex", "initech"]


def test_all_is_the_backup_that_an_environment_requires(fleet: Shop, cli: Cli) -> None:
    harmless(fleet)
    configured(fleet, "backup: required")
    assert applied(cli).returncode == 1
    assert applied(cli, "--backup", "destructive").returncode == 1
    assert applied(cli, "--backup", "all").returncode == 0
    assert backed_up(fleet) == ["acme", "globex", "initech"]


def test_nothing_runs_when_a_backup_fails(fleet: Shop, cli: Cli) -> None:
    destructive(fleet)
    (fleet.folder / "backups").write_text("in the way")
    said = applied(cli, "--backup", "all")
    assert said.returncode == 3
    assert "the backup of tenant acme failed" in said.stderr
    assert fleet.one("SELECT count(*) FROM sqlmig.applied WHERE version = 2") == 0


def test_made_before_and_made_now_exclude_each_other(fleet: Shop, cli: Cli) -> None:
    said = applied(cli, "--backup", "all", "--backup-done", "tape 7")
    assert said.returncode == 2
    assert "--backup and --backup-done exclude each other" in said.stderr

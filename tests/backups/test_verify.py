"""What was changed where a backup is kept is found, and said of which part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backingup import made
from shop import Shop
from sqlmig.admin import backups
from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.verifying import Depth, Verified
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.backups import BackupState


def verified(shop: Shop) -> Verified:
    (one,) = backups.verify_backups(shop.project())
    return one


@pytest.fixture
def folder(shop: Shop) -> Path:
    """Of the one backup that there is."""
    shop.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals SELECT n, md5(n::text) FROM generate_series(1, 5000) n")
    return shop.folder / "backups" / made(shop.project(), "acme").folder


def test_a_good_backup_is_read_to_its_end(shop: Shop, folder: Path) -> None:
    one = verified(shop)
    assert (one.error, one.depth) == (None, Depth.CONTENT)
    assert one.entries is not None
    assert one.entries >= 3


@pytest.mark.parametrize("part", ["dump.gz", "rows.gz"])
@pytest.mark.parametrize("where", [0.0, 0.5, 0.99], ids=["begin", "middle", "end"])
def test_one_changed_byte_is_found(shop: Shop, folder: Path, part: str, where: float) -> None:
    content = bytearray((folder / part).read_bytes())
    content[int(len(content) * where)] ^= 1
    (folder / part).write_bytes(content)
    error = verified(shop).error
    assert error is not None
    assert error.message == (
        f"backup {folder.name} is damaged: {part}: its checksum is not the one of what was written"
    )
    with pytest.raises(BackupFailed, match="is damaged"):
        backups.restore(shop.project(), "acme", backup=folder.name)
    assert shop.one("SELECT count(*) FROM tenant_acme.deals") == 5000


def test_a_part_that_is_too_short_or_gone_is_found(shop: Shop, folder: Path) -> None:
    content = (folder / "dump.gz").read_bytes()
    (folder / "dump.gz").write_bytes(content[:-1])
    error = verified(shop).error
    assert error is not None
    assert error.message.endswith(f"it has {len(content) - 1:,} bytes, and {len(content):,} were written")
    (folder / "dump.gz").unlink()
    error = verified(shop).error
    assert error is not None
    assert error.message.endswith("dump.gz: it is not there")


def test_a_manifest_that_somebody_wrote_anew_is_not_believed(shop: Shop, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["parts"][0]["stored_sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupFailed, match="is not the one that the history has"):
        backups.restore(shop.project(), "acme", backup=folder.name)


def test_files_that_are_gone_are_told(shop: Shop, folder: Path) -> None:
    (folder / "manifest.json").unlink()
    error = verified(shop).error
    assert error is not None
    assert error.message == f"there is no complete backup in {folder}"


def test_a_backup_is_restored_by_its_folder_when_the_history_does_not_know_it(shop: Shop, folder: Path) -> None:
    shop.sql("DELETE FROM sqlmig.backup; TRUNCATE tenant_acme.deals")
    with pytest.raises(UsageError, match=f"there is no backup '{folder.name}'"):
        backups.restore(shop.project(), "acme", backup=folder.name)
    backups.restore(shop.project(), "acme", backup=str(folder))
    assert shop.one("SELECT count(*) FROM tenant_acme.deals") == 5000


def test_the_backup_of_another_tenant_is_refused(shop: Shop, folder: Path) -> None:
    shop.with_tenants("globex")
    with pytest.raises(UsageError, match=rf"backup {folder.name} is of tenant acme, not of globex"):
        backups.restore(shop.project(), "globex", backup=folder.name)


def test_one_that_was_removed_is_refused(shop: Shop, folder: Path) -> None:
    shop.sql("UPDATE sqlmig.backup SET state = 'pruned'")
    assert backups.list_backups(shop.project())[0].state is BackupState.PRUNED
    with pytest.raises(Refused, match="was removed by `sqlmig backup prune`"):
        backups.restore(shop.project(), "acme", backup=folder.name)

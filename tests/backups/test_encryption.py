"""Who can read a backup: whoever has a key. Nothing plain is ever on disk."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest

from backingup import made
from shop import FILES, Shop
from sqlmig.admin import backups
from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.verifying import Depth
from sqlmig.errors import SqlmigError, UsageError

SECRET_ROW = "nobody but the tenant may read this"


def identity(folder: Path) -> tuple[str, Path]:
    """A public key, and a file with the private one."""
    key = pyrage.x25519.Identity.generate()
    file = folder / f"{str(key.to_public())[-6:]}.txt"
    file.write_text(f"# created: today\n{key}\n")
    return str(key.to_public()), file


def sealed(shop: Shop, keys: str) -> Shop:
    shop.write({"sqlmig.yaml": FILES["sqlmig.yaml"] + f"backup: {{url: backups, compression: none, {keys}}}\n"})
    shop.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, %s)", SECRET_ROW)
    return shop


def objects(shop: Shop) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (shop.folder / "backups").rglob("*") if file.is_file()}


def test_a_backup_for_a_public_key_comes_back_with_the_private_one(shop: Shop, tmp_path: Path) -> None:
    public, file = identity(tmp_path)
    backup = made(sealed(shop, f"recipients: [{public}]").project(), "acme")
    stored = objects(shop)
    assert sorted(stored) == ["dump.age", "manifest.json", "rows.age"]
    assert not any(SECRET_ROW.encode() in content or b"PGDMP" in content for content in stored.values())
    shop.sql("DELETE FROM tenant_acme.deals")
    backups.restore(shop.project(), "acme", backup=backup.backup_id, identity=file)
    assert shop.one("SELECT title FROM tenant_acme.deals") == SECRET_ROW


def test_a_backup_with_a_passphrase_comes_back_with_it(shop: Shop) -> None:
    backup = made(sealed(shop, "passphrase: correct horse").project(), "acme")
    stored = objects(shop)
    assert sorted(stored) == ["dump.age", "key.age", "manifest.json", "rows.age"]
    assert not any(SECRET_ROW.encode() in content for content in stored.values())
    assert b"correct horse" not in b"".join(stored.values())
    shop.sql("DELETE FROM tenant_acme.deals")
    backups.restore(shop.project(), "acme", backup=backup.backup_id)
    assert shop.one("SELECT title FROM tenant_acme.deals") == SECRET_ROW


def test_plain_age_and_pg_restore_read_it_without_sqlmig(shop: Shop) -> None:
    made(sealed(shop, "passphrase: correct horse").project(), "acme")
    stored = objects(shop)
    own = pyrage.passphrase.decrypt(stored["key.age"], "correct horse").decode()
    plain = pyrage.decrypt(stored["dump.age"], [pyrage.x25519.Identity.from_str(own)])
    assert plain.startswith(b"PGDMP")
    assert SECRET_ROW.encode() in plain


def test_the_wrong_private_key_is_told(shop: Shop, tmp_path: Path) -> None:
    public, _ = identity(tmp_path)
    _, other = identity(tmp_path)
    backup = made(sealed(shop, f"recipients: [{public}]").project(), "acme")
    with pytest.raises(BackupFailed) as caught:
        backups.restore(shop.project(), "acme", backup=backup.backup_id, identity=other)
    assert str(caught.value) == (
        f"the key does not open backup {backup.backup_id}: it is encrypted for {public}\n"
        "  state: nothing was changed\n"
        "  next: give the private key of that with --identity FILE"
    )
    assert shop.tables("tenant_acme") == ["deals"]


def test_no_key_at_all_is_told(shop: Shop, tmp_path: Path) -> None:
    public, _ = identity(tmp_path)
    backup = made(sealed(shop, f"recipients: [{public}]").project(), "acme")
    with pytest.raises(BackupFailed) as caught:
        backups.restore(shop.project(), "acme", backup=backup.backup_id)
    assert str(caught.value) == (
        f"backup {backup.backup_id} is encrypted, and no key was given\n"
        "  state: nothing was changed\n"
        f"  next: give the private key of {public} with --identity FILE"
    )
    (verified,) = backups.verify_backups(shop.project())
    assert (verified.depth, verified.error) == (Depth.STORED, None)


def test_the_wrong_passphrase_is_told_and_not_repeated(shop: Shop) -> None:
    backup = made(sealed(shop, "passphrase: correct horse").project(), "acme")
    shop.write({"sqlmig.yaml": FILES["sqlmig.yaml"] + "backup: {url: backups, passphrase: battery staple}\n"})
    with pytest.raises(BackupFailed) as caught:
        backups.restore(shop.project(), "acme", backup=backup.backup_id)
    assert caught.value.message == f"the passphrase does not open backup {backup.backup_id}"
    assert "battery" not in str(caught.value)


def test_a_file_that_holds_no_key_is_told_without_its_content(shop: Shop, tmp_path: Path) -> None:
    public, _ = identity(tmp_path)
    backup = made(sealed(shop, f"recipients: [{public}]").project(), "acme")
    file = tmp_path / "wrong"
    file.write_text("hunter2\n")
    with pytest.raises(UsageError, match="holds no private age key") as caught:
        backups.restore(shop.project(), "acme", backup=backup.backup_id, identity=file)
    assert "hunter2" not in str(caught.value)


def test_a_recipient_that_is_no_key_stops_before_anything_is_written(shop: Shop) -> None:
    shop.with_tenants("acme")
    from dataclasses import replace

    project = shop.project()
    config = replace(project.config, backup=replace(project.config.backup, recipients=("age1nonsense",)))
    with pytest.raises(SqlmigError, match="'age1nonsense' is no age public key"):
        backups.back_up_tenants(type(project)(config), ["acme"])
    assert not (shop.folder / "backups").exists()

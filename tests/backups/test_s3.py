"""Backups in an object store, through fsspec and s3fs, on a local S3 server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from backingup import made
from shop import FILES, Shop
from sqlmig.admin import backups
from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.verifying import Depth
from sqlmig.plan.backups import BackupState


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="tenants")
    # fsspec keeps filesystems by their URL, and an earlier test's server is gone.
    S3FileSystem.clear_instance_cache()
    yield client
    client.close()
    # Its buckets would outlive the server, in this process.
    urlopen(Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")).close()
    server.stop()


@pytest.fixture
def shop_on_s3(shop: Shop, s3: object) -> Shop:
    shop.write({"sqlmig.yaml": FILES["sqlmig.yaml"] + "backup: {url: 's3://tenants/nightly', compression: zstd}\n"})
    return shop.with_tenants("acme")


def keys(s3: object) -> list[str]:
    listed = s3.list_objects_v2(Bucket="tenants")  # type: ignore[attr-defined]  # boto3 makes its methods at run time
    return [one["Key"] for one in listed.get("Contents", [])]


def test_a_backup_goes_to_s3_and_comes_back(shop_on_s3: Shop, s3: object) -> None:
    shop = shop_on_s3
    shop.sql("INSERT INTO tenant_acme.deals SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 20000) n")
    before = shop.one("SELECT md5(string_agg(d::text, '' ORDER BY id)) FROM tenant_acme.deals d")
    backup = made(shop.project(), "acme")
    folder = f"nightly/acme/{backup.backup_id}"
    assert keys(s3) == [f"{folder}/dump.zst", f"{folder}/manifest.json", f"{folder}/rows.zst"]
    (verified,) = backups.verify_backups(shop.project())
    assert (verified.error, verified.depth) == (None, Depth.CONTENT)
    shop.sql("TRUNCATE tenant_acme.deals")
    backups.restore(shop.project(), "acme", backup=backup.backup_id)
    assert shop.one("SELECT md5(string_agg(d::text, '' ORDER BY id)) FROM tenant_acme.deals d") == before
    assert "very-secret" not in str(shop.sql("SELECT b::text FROM sqlmig.backup b"))


def test_prune_removes_the_objects(shop_on_s3: Shop, s3: object) -> None:
    old = made(shop_on_s3.project(), "acme")
    shop_on_s3.sql("UPDATE sqlmig.backup SET started_at = started_at - interval '400 days'")
    new = made(shop_on_s3.project(), "acme")
    config = shop_on_s3.project().config
    keep = replace(config.backup.keep, monthly=0, weekly=1, daily=1)
    project = type(shop_on_s3.project())(replace(config, backup=replace(config.backup, keep=keep)))
    assert [one.prunable.backup.backup_id for one in backups.prune_backups(project)] == [old.backup_id]
    assert {key.split("/")[2] for key in keys(s3)} == {new.backup_id}


def test_a_bucket_that_is_not_there_is_told(shop_on_s3: Shop) -> None:
    (one,) = backups.back_up_tenants(shop_on_s3.project(), ["acme"], to="s3://nowhere/x")
    assert isinstance(one.made, BackupFailed)
    assert one.made.message.startswith("the backup of tenant acme failed: s3://nowhere/x cannot be used: ")
    assert [row.state for row in backups.list_backups(shop_on_s3.project())] == [BackupState.FAILED]

"""Where a backup is, by its URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlmig.backups.settings import located
from sqlmig.errors import UsageError
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sqlmig.yaml").write_text(
        "tracks: {main: {path: sql, scope: shared, schema: app}}\nbackup: {url: saved}\n"
    )
    return load_config(tmp_path / "sqlmig.yaml", environ={})


@pytest.mark.parametrize("url", ["/nowhere", "/nowhere/", "acme/20261121", "s3:", ""])
def test_a_url_that_can_be_no_backups_is_refused(config: Config, url: str) -> None:
    with pytest.raises(UsageError, match="is no backup's folder: those are SLUG/ID"):
        located(config, url)


def test_a_backup_is_a_folder_of_two_names(config: Config, tmp_path: Path) -> None:
    store, folder = located(config, f"{tmp_path}/saved/acme/20261121-174947-6bd8/")
    assert (store.url, folder) == (f"{tmp_path}/saved", "acme/20261121-174947-6bd8")

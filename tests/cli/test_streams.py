"""Output that goes nowhere: a full disk, a reader that has left, streams that the caller has closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import shop
from commandline import Cli

FULL = Path("/dev/full")


@pytest.fixture
def shell(cli: Cli, tmp_path: Path):
    """`shell("$SQLMIG apply | true")`: as a shell runs it, in the small project; the status is that of the first."""
    for name, text in shop.FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"],
            cwd=tmp_path,
            env=cli.environment({"SQLMIG": f"{sys.executable} -m sqlmig"}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def broken(folder: Path) -> None:
    (folder / "sql/platform/0002_broken.up.sql").write_text("SELECT 1 / 0;\n")
    (folder / "sql/platform/0002_broken.down.sql").write_text("SELECT 1;\n")


@pytest.mark.parametrize("stream", ["| true", "2>&1 | true", "2>&-", ">&- 2>&- <&-"])
def test_nobody_listens_and_the_status_is_the_command_s_own(shell, tmp_path, stream):
    assert shell(f"$SQLMIG apply {stream}").returncode == 0
    broken(tmp_path)
    ran = shell(f"$SQLMIG apply --format json {stream}")
    assert ran.returncode == 3
    assert "Traceback" not in ran.stderr
    assert "should not" not in ran.stderr


@pytest.mark.skipif(not FULL.exists() or not os.access(FULL, os.W_OK), reason="there is no /dev/full here")
class TestFullDisk:
    def test_a_result_that_cannot_be_written_is_an_error(self, shell):
        for command in ("apply", "status --format json"):
            ran = shell(f"$SQLMIG {command} > /dev/full")
            assert ran.returncode == 2
            assert "sqlmig: error: the result could not be written: No space left on device\n" in ran.stderr
            assert "  state: what the command did stays done\n" in ran.stderr

    def test_what_went_wrong_before_counts_for_more(self, shell, tmp_path):
        broken(tmp_path)
        ran = shell("$SQLMIG apply > /dev/full")
        assert ran.returncode == 3
        assert "division by zero" in ran.stderr

    def test_an_error_is_told_where_its_document_cannot_be_written(self, shell, tmp_path):
        (tmp_path / "sqlmig.yaml").write_text("tracks: 7\n")
        ran = shell("$SQLMIG status --format json > /dev/full")
        assert ran.returncode == 2
        assert "sqlmig: error: sqlmig.yaml" in ran.stderr

    def test_a_log_on_a_full_disk_ends_no_run(self, shell):
        assert shell("$SQLMIG apply 2> /dev/full").returncode == 0

    def test_events_on_a_full_disk_end_no_run_and_are_missed(self, shell):
        ran = shell("$SQLMIG apply --events /dev/full")
        assert ran.returncode == 0
        assert "warning: --events /dev/full cannot be written: No space left on device" in ran.stderr

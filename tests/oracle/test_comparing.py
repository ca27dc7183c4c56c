"""scripts/compare-parsers: what it counts, and when it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "compare-parsers"


@pytest.fixture
def compare(tmp_path):
    def run(**files: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (tmp_path / f"{name}.sql").write_text(text)
        return subprocess.run([sys.executable, SCRIPT, tmp_path], capture_output=True, text=True, check=False)

    return run


def test_files_that_are_read_alike_are_counted(compare):
    answer = compare(one="CREATE TABLE t (a int); SELECT 1;", other="\ufeffDROP TABLE t;")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [
        "2 files, 2 of them taken by libpg_query as a whole",
        "cut elsewhere: 0; crashes: 0",
        "statements: 3; equal 3, unknown 0, different 0, unmapped 0",
        "DDL statements: 2; equal 2, unknown 0, different 0, unmapped 0",
        "statements that libpg_query refuses alone: 0",
    ]


def test_of_a_file_that_is_no_sql_the_statements_that_are_count(compare):
    answer = compare(one="CREATE TABLE t (a int); CREATE TABEL u (a int); DROP TABLE t")
    assert answer.returncode == 0
    assert "1 files, 0 of them taken by libpg_query as a whole" in answer.stdout
    assert "DDL statements: 2; equal 2" in answer.stdout
    assert "statements that libpg_query refuses alone: 1" in answer.stdout


def test_what_is_unknown_is_shown_with_its_reason(compare):
    answer = compare(one="CREATE TABLE t (a int DEFERRABLE)")
    assert "DDL statements: 1; equal 0, unknown 1" in answer.stdout
    assert "CREATE TABLE t (a int DEFERRABLE)\n      expected ')', found 'DEFERRABLE'" in answer.stdout


def test_a_path_that_is_not_there_is_said(tmp_path):
    answer = subprocess.run([sys.executable, SCRIPT, tmp_path / "gone"], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "PATH..." in answer.stderr

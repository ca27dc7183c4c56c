"""Without the extra, `sqlmig fleet` says what to install, and everything else works."""

from __future__ import annotations

import subprocess
import sys

import pytest

from commandline import clean_environment

HIDDEN = "import sys; sys.modules['procrastinate'] = None; from sqlmig.cli import main; sys.exit(main())"


@pytest.mark.parametrize("command", ["enqueue", "worker", "status"])
def test_it_says_what_to_install(shop, command):
    answer = subprocess.run(
        [sys.executable, "-c", HIDDEN, "fleet", command],
        cwd=shop.folder,
        env={**clean_environment(), "SQLMIG_DATABASE_URL": shop.database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == (
        "sqlmig: error: `sqlmig fleet` needs procrastinate, which is not installed\n"
        "  next: Run: pip install 'sqlmig[distributed]'; `sqlmig apply` works on fleets without it.\n"
    )


def test_help_needs_no_extra():
    answer = subprocess.run(
        [sys.executable, "-c", HIDDEN, "fleet", "worker", "--help"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0
    assert "--until-empty" in answer.stdout

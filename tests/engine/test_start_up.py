"""A command loads what it needs, and nothing of what others do: most of a short command's time is imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shop import Shop

OTHERS = {"admin", "backups", "catalog", "distributed", "lint", "prove", "backfill", "tenancy", "tenants"}
"""Parts of sqlmig that are about something else than where the schemas stand."""
HEAVY = {"jinja2", "rich", "psycopg_pool", "procrastinate", "fsspec", "pyrage"}


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("import sqlmig", set()),
        ("import sqlmig; sqlmig.aio; sqlmig.check; sqlmig.ensure_current; sqlmig.Project", {"db", "engine"}),
        (["apply"], {"db", "engine"}),
        (["status"], {"db", "survey"}),
        (["plan"], {"db", "engine"}),
        (["run", "list"], {"db", "runs"}),
        (["history"], {"db", "survey"}),
    ],
    ids=["import", "the Python interface", "apply", "status", "plan", "run list", "history"],
)
def test_a_command_with_nothing_to_do_loads_nothing_else(
    shop: Shop, tmp_path: Path, command: str | list[str], needed: set[str]
) -> None:
    shop.with_tenants("acme")
    code = ["-c", command] if isinstance(command, str) else ["-m", "sqlmig", *command]
    loaded = imported(code, tmp_path, shop.database_url)
    own = {name.split(".")[1] for name in loaded if name.startswith("sqlmig.")}
    assert own >= needed
    assert own & OTHERS == set()
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    if not needed:
        assert own == set()


@pytest.mark.parametrize(
    ("command", "without"),
    [
        (["tenant", "list"], {"backups", "catalog", "lint", "tenants"}),
        (["tenant", "create", "umbrella"], {"backups", "lint"}),
        (["tenant", "suspend", "acme", "--reason", "unpaid"], {"backups", "lint"}),
        (["doctor"], {"backups", "fixing", "review"}),
    ],
    ids=["list", "create", "suspend", "doctor"],
)
def test_a_command_on_tenants_loads_no_other_one(
    shop: Shop, tmp_path: Path, command: list[str], without: set[str]
) -> None:
    shop.with_tenants("acme")
    loaded = imported(["-m", "sqlmig", *command], tmp_path, shop.database_url)
    assert {name.split(".")[1] for name in loaded if name.startswith("sqlmig.")} & without == set()
    assert {name.split(".")[0] for name in loaded} & (HEAVY - {"jinja2"}) == set()


def imported(arguments: list[str], folder: Path, url: str) -> set[str]:
    """The modules that a process has loaded; it has said no error."""
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=folder,
        env={**os.environ, "SQLMIG_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    # Each line ends with the name of an imported module: "import time: self [us] | cumulative | click.core".
    lines = answer.stderr.splitlines()
    assert answer.returncode == 0, "\n".join(line for line in lines if not line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}

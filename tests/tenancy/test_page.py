"""The examples of docs/applications.md run as they are printed, on the example project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from servers import Database
from sqlmig.api import Project

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/applications.md").read_text(), re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_run(database: Database, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    if database.server.version < 15:
        pytest.skip("the example declares postgres: 15")
    project = Project.load(ROOT, environment="ci", database_url=database.url, environ={})
    # Roles belong to the whole server, on which other tests run.
    roles = {"app_role": f"app_{database.name}", "operator_role": f"op_{database.name}"}
    project = Project(replace(project.config, variables={**project.config.variables, **roles}))
    assert project.apply(platform=True).exit_status == 0
    project.create_tenant("acme", values={"name": "Acme", "billing_email": "pay@acme.example"})
    database.roles += roles.values()
    [found] = connect().execute("SELECT id FROM platform_core.tenants").fetchall()

    said = [run(code.replace("deal_app", roles["app_role"]), database.url) for code in EXAMPLES]
    assert said == [
        f"[('ada@acme.example', UUID('{found[0]}'))]\n",
        "('tenant_acme', '4f6c3b52-5d5d-4d8f-9a0e-0d5a7a0b1c11')\n",
    ]


def run(code: str, url: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout

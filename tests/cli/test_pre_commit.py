"""The hook, installed from this repository and run by the real pre-commit. It fetches what sqlmig needs from PyPI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from commandline import clean_environment
from onerule import UP, files

ROOT = Path(__file__).parents[2]
FILES = {f"db/{name}": content for name, content in files().items()}
STRANGER = "reports/monthly report.sql"


@pytest.fixture
def repository(project, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A repository with a project in a folder, all staged; calls git or pre-commit in it."""
    project({f"repository/{name}": content for name, content in FILES.items()})
    project({f"repository/{STRANGER}": "SELECT month FROM no_migration;\n"})
    environment = {
        **{name: value for name, value in clean_environment().items() if not name.startswith("GIT_")},
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }

    def call(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path / "repository", env=environment, capture_output=True, text=True, check=False
        )

    who = (("user.name", "t"), ("user.email", "t@example.com"), ("commit.gpgsign", "false"))
    for command in (["init", "--quiet"], *(["config", *setting] for setting in who), ["add", "."]):
        assert call("git", *command).returncode == 0
    return call


def test_a_commit_with_an_error_is_stopped_and_goes_through_once_it_is_mended(repository, tmp_path):
    hook = {"id": "sqlmig-lint", "args": ["--config", "db"]}
    source = {"repo": str(tmp_path / "sqlmig"), "rev": published_copy(tmp_path / "sqlmig"), "hooks": [hook]}
    (tmp_path / "repository/.pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [source]}))
    assert repository("git", "add", ".").returncode == 0
    installed = repository("pre-commit", "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr

    stopped = repository("git", "commit", "--message", "first")
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    said = stopped.stdout + stopped.stderr
    assert f"db/{UP}:1:1: error: index-not-concurrent\n" in said
    assert f"not judged: {STRANGER} is no migration of this project\n" in said
    assert "6 files, 6 statements (6 of them understood): 1 error\n" in said

    bad = tmp_path / "repository/db" / UP
    bad.write_text(f"-- sqlmig: allow index-not-concurrent: 40 rows, ever\n{bad.read_text()}")
    assert repository("git", "add", ".").returncode == 0
    mended = repository("git", "commit", "--message", "first")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "sqlmig lint..." in mended.stdout + mended.stderr


def published_copy(folder: Path) -> str:
    """This repository as it is now, committed; its only commit."""
    for name in ("src", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder)
    git = [
        "git",
        "-C",
        str(folder),
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    done = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()

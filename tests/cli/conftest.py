"""`sqlmig("apply", "--platform")`: one call of the command line inside this process, on the test's own database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sqlmig.cli.run import run


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """For calls that need no server."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        status = run(arguments)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return call


@pytest.fixture
def sqlmig(offline: Call, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("SQLMIG_DATABASE_URL", database_url)
    return offline


@pytest.fixture
def tenants(sqlmig: Call) -> Call:
    """A project as `init` makes it, with two tenants, all applied."""
    for words in ("init", "apply", "tenant create acme", "tenant create globex"):
        answer = sqlmig(*words.split())
        assert answer.status == 0, answer.err
    return sqlmig


@pytest.fixture
def single(sqlmig: Call) -> Call:
    """A project with one track and no tenants, nothing applied."""
    assert sqlmig("init", "--single").status == 0
    return sqlmig


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """`write("sql/app/0003_x", up="...", down="...")`: a migration of the project in the test's folder."""

    def write(name: str, *, up: str, down: str | None = "SELECT 1;\n") -> None:
        (tmp_path / f"{name}.up.sql").write_text(up, encoding="utf-8")
        if down is not None:
            (tmp_path / f"{name}.down.sql").write_text(down, encoding="utf-8")

    return write
